"""Who is trained on, who chooses, who is reported: the three splits, written down in one file."""

import random

from .files import OWN_DATA, WORK, need, read_json, read_jsonl, read_lines, write_json
from .screening import Screen
from .sources import (DO_NOT_ANSWER, alpaca_instructions, jailbreakbench_goals, public_harmful, xstest)

SEED = 20261125
ALPACA_TEST, ALPACA_DEVELOPMENT, ALPACA_TRAIN = 100, 60, 250
ALPACA_LENGTH = 400
DIRECT_DEVELOPMENT = 50
# Of each of XSTest's types: numbers below the first train, below the second develop, others test.
XSTEST_TRAIN, XSTEST_DEVELOPMENT = 10, 15


def templates() -> list[str]:
    filled = []
    for line in read_lines(OWN_DATA / "benign_templates.txt"):
        template, *fillers = line.split("|")
        filled += [template.replace("{}", filler.strip()) for filler in fillers]
    return filled


def make_splits() -> None:
    target = WORK / "splits.json"
    if target.exists():
        return
    random_numbers = random.Random(SEED)
    goals = read_jsonl(OWN_DATA / "goals.jsonl")

    alpaca = list(dict.fromkeys(text for text in alpaca_instructions() if len(text) <= ALPACA_LENGTH))
    random_numbers.shuffle(alpaca)
    alpaca_test = alpaca[:ALPACA_TEST]
    alpaca_development = alpaca[ALPACA_TEST:ALPACA_TEST + ALPACA_DEVELOPMENT]
    alpaca_rest = alpaca[ALPACA_TEST + ALPACA_DEVELOPMENT:]

    def part(row):
        return ("train" if row["number"] < XSTEST_TRAIN
                else "development" if row["number"] < XSTEST_DEVELOPMENT else "test")
    safe = {name: [] for name in ("train", "development", "test")}
    unsafe = {name: [] for name in ("train", "development", "test")}
    for row in xstest():
        (safe if row["label"] == "safe" else unsafe)[part(row)].append(row["prompt"])

    benchmark = jailbreakbench_goals()
    harmful_screen = Screen(
        benchmark + [goal["goal"] for goal in goals] + unsafe["development"] + unsafe["test"])
    benign_screen = Screen(alpaca_test + alpaca_development + safe["development"] + safe["test"])

    public = public_harmful()
    random_numbers.shuffle(public)
    own = [{"prompt": text, "source": "own"} for text in read_lines(OWN_DATA / "harmful.txt")]
    contrast = [{"prompt": text, "source": "xstest-unsafe"} for text in unsafe["train"]]
    harmful, dropped = screened(public + own + contrast, harmful_screen)
    taken: dict[str, int] = {}
    capped = []
    for row in harmful:
        taken[row["source"]] = taken.get(row["source"], 0) + 1
        if taken[row["source"]] <= DO_NOT_ANSWER.get(row["source"], 10_000):
            capped.append(row)
    random_numbers.shuffle(capped)
    # The direct requests that choose scale and sigma are like the training's, but not among them.
    direct = [row for row in capped if row["source"] in ("harmbench", "own")][:DIRECT_DEVELOPMENT]
    held = {row["prompt"] for row in direct}
    harmful_train = [row for row in capped if row["prompt"] not in held]

    benign_rows = (
        read_jsonl(WORK / "turns.jsonl")
        + [{"prompt": text, "source": "own"} for text in read_lines(OWN_DATA / "benign.txt")]
        + [{"prompt": text, "source": "template"} for text in templates()]
        + [{"prompt": text, "source": "xstest-safe"} for text in safe["train"]]
        + [{"prompt": text, "source": "alpaca"} for text in alpaca_rest[:ALPACA_TRAIN]])
    benign_train, benign_dropped = screened(benign_rows, benign_screen)
    random_numbers.shuffle(benign_train)

    more_rows = [{"prompt": text, "source": "alpaca"} for text in alpaca_rest[ALPACA_TRAIN:]]
    benign_more, more_dropped = screened(more_rows, benign_screen)

    write_json(target, {
        "train": {"harmful": harmful_train, "benign": benign_train, "benign_more": benign_more},
        "development": {
            "direct": [row["prompt"] for row in direct], "alpaca": alpaca_development,
            "xstest_safe": safe["development"],
            "goals": [goal for goal in goals if goal["split"] == "development"]},
        "test": {
            "direct": benchmark, "alpaca": alpaca_test, "xstest_safe": safe["test"],
            "goals": [goal for goal in goals if goal["split"] == "test"]},
    })
    write_json(WORK / "dropped.json", {"harmful": dropped, "benign": benign_dropped + more_dropped})
    print(f"harmful: {len(harmful_train)} train, {len(direct)} development, {len(dropped)} dropped; "
          f"benign: {len(benign_train)} and {len(benign_more)} train, "
          f"{len(benign_dropped) + len(more_dropped)} dropped")


def screened(rows: list[dict], screen: Screen) -> tuple[list[dict], list[dict]]:
    """Rows that are not close to a held-out prompt and not twice, and those that are dropped."""
    kept, dropped, seen = [], [], set()
    for row, near in zip(rows, screen.close([row["prompt"] for row in rows])):
        key = row["prompt"].lower()
        if near is not None:
            dropped.append({**row, **near})
        elif key not in seen:
            seen.add(key)
            kept.append(row)
    return kept, dropped


def load_splits() -> dict:
    return read_json(need(WORK / "splits.json", "align.sh prepare"))
