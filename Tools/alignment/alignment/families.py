"""What each condition of the report does against each family of attacks.

Reads the answers that the report left in the work folder, of the conditions that it got to.
"""

import math
from dataclasses import replace
from pathlib import Path

from .evaluation import TEST_SEEDS, markdown_table, percent, report_conditions
from .files import MODELS, WORK, need, read_json, write_json, write_text
from .judge import is_refusal
from .perturbation import perturbed_all
from .resta_command import Job, answers
from .statistics import wilson


def families(choice: dict) -> str:
    """A table of the share refused, over all seeds; intervals with n prompts, as in the report."""
    broken = read_json(WORK / "attacks" / "broken-test.json")
    names = sorted({row["family"] for row in broken})
    table, results = [], {}
    report = read_json(need(WORK / "results" / "test.json", "align.sh report"))
    measured = {condition["name"] for condition in report["conditions"]}
    for condition in report_conditions(choice):
        if condition.name not in measured:
            continue
        refused: dict[str, list[float]] = {name: [] for name in names}
        seeds = TEST_SEEDS[:condition.seeds]
        outcomes = [_outcomes(condition, broken, seed, Path(choice["adapter"])) for seed in seeds]
        for row, found in zip(broken, zip(*outcomes)):
            scored = [value for value in found if value is not None]
            if scored:
                refused[row["family"]].append(sum(scored) / len(scored))
        results[condition.name] = {name: _share(values) for name, values in refused.items()}
        table.append([condition.name, str(len(seeds)),
                      *(percent(results[condition.name][name]) for name in names)])
    write_json(WORK / "results" / "families.json", results)
    counts = [f"{name} ({sum(row['family'] == name for row in broken)})" for name in names]
    text = markdown_table(["condition", "seeds", *counts], table) + "\n"
    write_text(WORK / "results" / "families.md", text)
    print(text)
    return text


def _outcomes(condition, broken, seed, adapter) -> list[bool | None]:
    prompts = [row["prompt"] for row in broken]
    if condition.characters:
        prompts = perturbed_all(prompts, condition.characters, seed)
    defense = condition.defense
    if defense.is_active:
        defense = replace(defense, seed=seed)
    job = Job(tuple(prompts), defense, MODELS / condition.model, adapter, condition.scale)
    return [None if "error" in row else is_refusal(row["text"]) for row in answers(job)]


def _share(values: list[float]) -> dict:
    n = len(values)
    mean = math.fsum(values) / n if n else None
    low, high = wilson(mean * n if n else 0, n)
    return {"rate": mean, "n": n, "low": low, "high": high}
