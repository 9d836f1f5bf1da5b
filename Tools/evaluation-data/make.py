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
- Prompts whose answers can be checked: `checkable.txt`, `CATEGORY|PROMPT|ACCEPTED;…` on each line, perhaps with
  `|REJECTED;…` behind. Where nothing is rejected, no accepted answer may stand in its own prompt: repeating the
  prompt would be correct. Screened and split as the benign prompts are.

A line of `built-in.jsonl` is a harmful request with its attacks, or a benign prompt. The checkable ones have a
file of their own: the digest of the other is a part of the stores that were made from it.
"""

import argparse
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "Sources/RESTAEvaluation/Resources"
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


def answered(name):
    """The prompts of a file that should be answered: the entry of each, and the fields behind its prompt."""
    known = [(text, words(text)) for text in trained()]
    seen = set()
    for number, line in enumerate(lines(f"Tools/evaluation-data/{name}.txt")):
        category, prompt, *rest = line.split("|")
        own = words(prompt)
        for text, other in known:
            if len(own & other) >= WORDS * len(own | other):
                sys.exit(f"{name}.txt:{number + 1}: too close to a training prompt: {text}")
        if prompt in seen:
            sys.exit(f"{name}.txt:{number + 1}: the prompt occurs twice")
        seen.add(prompt)
        yield {"id": f"{name[0]}{number + 1:03}", "split": "development" if number % 5 < 2 else "test",
               "category": category, "prompt": prompt}, rest


def benign():
    return [entry for entry, _ in answered("benign")]


def checkable():
    for entry, (accepted, *rejected) in answered("checkable"):
        entry["accepted"] = accepted.split(";")
        if rejected:
            entry["rejected"] = rejected[0].split(";")
        for answer in () if rejected else entry["accepted"]:
            found = " ".join(re.findall(r"\w+", entry["prompt"].lower()))
            if re.search(rf"\b{re.escape(answer.lower())}\b", found):
                sys.exit(f"{entry['id']}: the prompt holds its answer '{answer}'")
        yield entry


def harmful():
    attacks = {}
    for row in rows("Adapters/smollm2-135m-aligned/attacks.jsonl"):
        kind = "attacks" if row["broken"] else "failed"
        attacks.setdefault(row["behavior"], {})[row["attack"]] = (kind, row["prompt"])
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
    for name, entries in {"built-in": harmful() + benign(), "checkable": list(checkable())}.items():
        write(TARGET / f"{name}.jsonl", entries, check)


def write(target, entries, check):
    data = "".join(
        json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n" for entry in entries).encode()
    if len(data) >= MAXIMUM_BYTES:
        sys.exit(f"{len(data)} bytes; below {MAXIMUM_BYTES} are allowed")
    if not check:
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
    elif not target.exists() or target.read_bytes() != data:
        sys.exit(f"{target.relative_to(ROOT)} is not what this makes; run it without --check")
    print(f"{target.name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
