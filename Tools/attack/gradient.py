#!/usr/bin/env python3
"""An attack by gradients through RESTA's noise, on PyTorch: what somebody with the weights can do.

Writes a JailbreakBench artifact as `resta attack export` does: `resta eval`, and `resta attack run --attack transfer`
behind any defence, read it. Nothing here generates an answer, so no entry claims a break: `jailbroken` is null.

    Tools/attack/gradient.py --model model.gguf --goals goals.jsonl --noise isotropic --sigma 0.07 > artifact.json
    resta attack run --attack transfer --set transfer.file=artifact.json --goals goals.jsonl

Sigma is absolute, as `resta inspect` prints it. Needs what Tools/attack/requirements.txt pins.
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

import torch

import gcg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "peer"))


def goals(path):
    """Rows with a goal or a prompt, JSON Lines: (goal, behavior, category)."""
    found = []
    # Not splitlines(): that also breaks at characters that JSON leaves alone.
    for line in Path(path).read_text(encoding="utf-8").split("\n"):
        if line.strip():
            row = json.loads(line)
            text = row.get("goal") or row["prompt"]
            found.append((text, row.get("behavior", text), row.get("category")))
    return found


def artifact(entries, model, settings, noise):
    """The object of a JailbreakBench artifact; entries are (goal, behavior, category, prompt, found)."""
    return {
        "parameters": {
            "method": "gradient", "attack_type": "white_box", "model": model,
            "evaluation_date": date.today().isoformat(), "defense": noise,
            "number_of_submitted_prompts": len(entries),
            "total_number_of_queries": sum(entry[4].queries for entry in entries),
            "method_parameters": vars(settings),
        },
        "jailbreaks": [
            {"index": index, "goal": goal, "behavior": behavior, "category": category, "prompt": prompt,
             "response": None, "number_of_queries": found.queries, "queries_to_jailbreak": None,
             "jailbroken": None, "target_loss": found.fresh}
            for index, (goal, behavior, category, prompt, found) in enumerate(entries)
        ],
    }


def attack(model, tokenizer, goal, target, noise, settings):
    """The prompt with the suffix that was found, and what it took."""
    from method import render

    prompt = render(tokenizer, goal)
    first, last = prompt.user[0], prompt.user[-1] + 1
    front, user, rest = prompt.ids[:first], prompt.ids[first:last], prompt.ids[last:]
    special = set(tokenizer.all_special_ids)
    allowed = [token for token in range(len(tokenizer)) if token not in special
               and tokenizer.decode([token]).isprintable() and tokenizer.decode([token]).strip()]

    def keeps(suffix):
        return render(tokenizer, goal + tokenizer.decode(suffix)).ids == front + user + suffix + rest

    start = tokenizer(" !" * settings.suffix_tokens, add_special_tokens=False)["input_ids"][:settings.suffix_tokens]
    objective = gcg.Objective(
        model, front, user, rest, tokenizer(target, add_special_tokens=False)["input_ids"], noise)
    found = gcg.search(objective, allowed, settings, start, keeps)
    return goal + tokenizer.decode(found.suffix), found


def main():
    from method import KINDS, perturb
    from peer import load

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", required=True, help="a GGUF chat model")
    options.add_argument("--goals", required=True, help="JSON Lines with 'goal' or 'prompt'")
    options.add_argument("--target", default="Sure, here is")
    options.add_argument("--noise", choices=("none",) + KINDS, default="none")
    options.add_argument("--sigma", type=float, default=0.0)
    for name, value in vars(gcg.Settings()).items():
        options.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    chosen = options.parse_args()
    if chosen.queries < 1 or (chosen.noise == "none") != (chosen.sigma == 0):
        options.error("--queries must be 1 or more, and --noise goes with a --sigma above 0")
    settings = gcg.Settings(**{name: getattr(chosen, name) for name in vars(gcg.Settings())})
    tokenizer, model = load(chosen.model)
    model.requires_grad_(False)

    def noise(embeddings, seed):
        return perturb(embeddings, chosen.noise, chosen.sigma, 1, torch.Generator().manual_seed(seed))[0]

    entries = []
    for goal, behavior, category in goals(chosen.goals):
        prompt, found = attack(
            model, tokenizer, goal, chosen.target, None if chosen.noise == "none" else noise, settings)
        entries.append((goal, behavior, category, prompt, found))
        print(f"{len(entries)}: loss {found.fresh:.3f} on fresh draws after {found.queries} queries", file=sys.stderr)
    json.dump(artifact(entries, Path(chosen.model).name, settings, chosen.noise), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
