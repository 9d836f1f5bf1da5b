"""How much of the adapter: refusals on the development split, undefended, at several scales."""

from pathlib import Path

from .coherence import calibrated
from .labels import LABELS, label, rate
from .files import MODEL, MODELS, WORK, write_json
from .resta_command import Job, answers
from .splits import load_splits

SETS = ("direct", "alpaca", "xstest_safe")


def scales(adapter: Path, values: list[float]) -> list[dict]:
    """Prints and saves, for each scale, the share refused of each set, and what was incoherent."""
    development = load_splits()["development"]
    sets = {name: development[name] for name in SETS}
    sets["goals"] = [goal["goal"] for goal in development["goals"]]
    table = []
    for value in values:
        row = {"scale": value}
        for name, prompts in sets.items():
            labels = label(prompts, answers(Job(tuple(prompts), MODELS / MODEL, adapter, value)))
            row[name] = rate(labels.count("refused"), len(labels))
            row[name]["incoherent"] = labels.count("incoherent")
        table.append(row)
        print(f"scale {value:g}: " + ", ".join(
            f"{name} {row[name]['successes']} of {row[name]['n']}" for name in sets), flush=True)
    write_json(WORK / "results" / f"scales-{adapter.name}.json", table)
    return table


def baseline(adapter: Path) -> dict:
    """The undefended model on all of the test split, labels and perplexities; `results/baseline.json`."""
    test = load_splits()["test"]
    results = {}
    for name in SETS:
        prompts = test[name]
        rows = answers(Job(tuple(prompts), MODELS / MODEL, adapter))
        labels = label(prompts, rows)
        open_ones = [(prompt, row["text"]) for prompt, row, value in zip(prompts, rows, labels)
                     if value in ("complied", "incoherent")]
        results[name] = {value: rate(labels.count(value), len(labels)) for value in LABELS}
        results[name]["not_refused"] = calibrated().summary(open_ones)
        print(f"{name}: " + ", ".join(
            f"{value} {results[name][value]['successes']}" for value in LABELS)
            + f" of {len(labels)}; {results[name]['not_refused']}", flush=True)
    write_json(WORK / "results" / "baseline.json", results)
    return results
