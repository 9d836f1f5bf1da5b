#!/usr/bin/env python3
"""The built-in prompts of `RESTAEvaluation`, from files of this repository.

    python3 Tools/evaluation-data/make.py           # writes Sources/RESTAEvaluation/Resources/
    python3 Tools/evaluation-data/make.py --check   # fails if what is there would change

- Harmful requests: `Tools/alignment/data/goals.jsonl`, with their split.
- Attacks: all of `Adapters/smollm2-135m-aligned/attacks.jsonl`; those that did not break the undefended
  model under `failed`.
- Benign prompts: `benign.txt` beside this file, `CATEGORY|PROMPT` on each line. They are not those of
  `Tools/alignment/data/`, which the aligned test model was trained on, and none may be close to one of
  them: the same measure, and the same limit, as in `Tools/alignment/alignment/screening.py`.
  Two of every five are for development.

A line of the output is a harmful request with its attacks, or a benign prompt.
"""

import argparse
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "Sources/RESTAEvaluation/Resources/built-in.jsonl"
FAMILIES = ("gcg", "random-search", "prefix-injection")
# The compiler reads the resource as an array of bytes, which takes its time.
MAXIMUM_BYTES = 60_000

WORDS = 0.5
COMMON = frozenset(
    "a an and are as at be by can do does for from give have how i in is it me my of on or should some "
    "someone that the their this to what which who why with without write you your".split())


def lines(path):
    return [line for line in (ROOT / path).read_text(encoding="utf-8").splitlines() if line]


def rows(path):
    return [json.loads(line) for line in lines(path)]


def words(text):
    return frozenset(re.findall(r"[a-z0-9]+", text.lower())) - COMMON


def trained():
    """The training prompts that are in this repository."""
    prompts = lines("Tools/alignment/data/benign.txt") + lines("Tools/alignment/data/harmful.txt")
    for line in lines("Tools/alignment/data/benign_templates.txt"):
        template, *fillers = line.split("|")
        prompts += [template.replace("{}", filler.strip()) for filler in fillers]
    return prompts


def benign():
    known = [(text, words(text)) for text in trained()]
    kept, seen = [], set()
    for number, line in enumerate(lines("Tools/evaluation-data/benign.txt")):
        category, prompt = line.split("|", 1)
        own = words(prompt)
        for text, other in known:
            if len(own & other) >= WORDS * len(own | other):
                sys.exit(f"benign.txt:{number + 1}: too close to a training prompt: {text}")
        if prompt in seen:
            sys.exit(f"benign.txt:{number + 1}: the prompt occurs twice")
        seen.add(prompt)
        kept.append({"id": f"b{number + 1:03}", "split": "development" if number % 5 < 2 else "test",
                     "category": category, "prompt": prompt})
    return kept


def harmful():
    attacks = {}
    for row in rows("Adapters/smollm2-135m-aligned/attacks.jsonl"):
        kind = "attacks" if row["broken"] else "failed"
        attacks.setdefault(row["goal_id"], {})[row["family"]] = (kind, row["prompt"])
    result = []
    for goal in rows("Tools/alignment/data/goals.jsonl"):
        entry = {key: goal[key] for key in ("id", "split", "category", "goal")}
        found = attacks.pop(goal["id"], {})
        for family in FAMILIES:
            if family in found:
                kind, prompt = found.pop(family)
                entry.setdefault(kind, {})[family] = prompt
        if found:
            sys.exit(f"{goal['id']}: unknown attacks: {', '.join(found)}")
        result.append(entry)
    if attacks:
        sys.exit(f"attacks on unknown goals: {', '.join(attacks)}")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    check = parser.parse_args().check
    text = "".join(
        json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
        for entry in harmful() + benign())
    data = text.encode()
    if len(data) >= MAXIMUM_BYTES:
        sys.exit(f"{len(data)} bytes; below {MAXIMUM_BYTES} are allowed")
    if not check:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_bytes(data)
    elif not TARGET.exists() or TARGET.read_bytes() != data:
        sys.exit(f"{TARGET.relative_to(ROOT)} is not what this makes; run it without --check")
    print(f"{len(data)} bytes")


if __name__ == "__main__":
    main()
