"""Whether an adapter applied at run time is the same as one merged into the weights."""

from pathlib import Path

from .export import merge
from .files import WORK, write_json
from .resta_command import Job, answers
from .splits import load_splits

PROMPTS, TOKENS = 50, 32


def compare(model: Path, adapter: Path) -> dict:
    """Counts prompts with the same greedy tokens: half harmful, half benign, of the test split."""
    target = WORK / "merged.gguf"
    merge(model, adapter, target)
    test = load_splits()["test"]
    prompts = tuple(test["direct"][:PROMPTS // 2] + test["alpaca"][:PROMPTS // 2])
    at_run_time = answers(Job(prompts, model, adapter, max_tokens=TOKENS))
    merged = answers(Job(prompts, target, max_tokens=TOKENS))
    same = [one["token_ids"] == other["token_ids"] for one, other in zip(at_run_time, merged)]
    result = {"prompts": len(same), "same": sum(same), "tokens": TOKENS,
              "different": [index for index, value in enumerate(same) if not value]}
    write_json(WORK / "results" / "merged.json", result)
    print(f"{result['same']} of {result['prompts']} answers are the same, token for token")
    return result
