#!/usr/bin/env python3
"""Golden vectors for SmoothLLM's perturbations (arXiv 2310.03684).

The paper's rule, stated for Python strings and cut out by slices; which positions change, and to
what, is given, so that no random generator is part of the comparison.

    python3 Tools/golden/smoothllm.py           # writes Tests/RESTAEvaluationTests/Golden/smoothllm.json
    python3 Tools/golden/smoothllm.py --check   # fails if what is there would change
"""

import argparse
import json
import pathlib
import random
import string
import sys

FILE = (pathlib.Path(__file__).resolve().parents[2]
        / "Tests/RESTAEvaluationTests/Golden/smoothllm.json")
TEXTS = [
    "a", "ab", "What is the tallest mountain?", "  \t\n", "caf\u00e9 or cafe\u0301", "\r\n\r\n",
    "\U0001f469\u200d\U0001f52c \U0001f1e8\U0001f1ed!", "\u5b57\u5178\u3068\u8f9e\u66f8",
    "Name three fruits that start with a P, and say where they grow. " * 3,
]


def amount(length, percent):
    """The paper's int(len(s) * q / 100)."""
    return int(length * percent / 100)


def swap(text, positions, characters):
    for position, character in zip(positions, characters):
        text = text[:position] + character + text[position + 1:]
    return text


def insert(text, positions, characters):
    for shift, (position, character) in enumerate(zip(positions, characters)):
        text = text[:position + shift] + character + text[position + shift:]
    return text


def patch(text, start, characters):
    return text[:start] + "".join(characters) + text[start + len(characters):]


def cases(rng):
    found = []
    for text in TEXTS:
        for percent in (0, 5, 10, 34, 50, 100):
            count = amount(len(text), percent)
            characters = [rng.choice(string.printable) for _ in range(count)]
            positions = sorted(rng.sample(range(len(text)), count))
            start = rng.randint(0, len(text) - count)
            for kind, where, result in (
                    ("swap", positions, swap(text, positions, characters)),
                    ("insert", positions, insert(text, positions, characters)),
                    ("patch", list(range(start, start + count)), patch(text, start, characters))):
                found.append({"kind": kind, "text": text, "percent": percent, "positions": where,
                              "characters": "".join(characters), "result": result})
    return found


def counts(rng):
    lengths = list(range(0, 41)) + [99, 100, 101, 12345] + [rng.randrange(10**7) for _ in range(40)]
    return [[length, percent, amount(length, percent)]
            for length in lengths for percent in (0, 1, 3, 5, 7, 10, 15, 20, 33, 50, 99, 100)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    rng = random.Random(231003684)
    content = {"generator": "Tools/golden/smoothllm.py",
               "alphabet": "".join(sorted(string.printable)),
               "counts": counts(rng), "cases": cases(rng)}
    rows = [f"{json.dumps(key)}: " + (
        "[\n" + ",\n".join(json.dumps(row) for row in value) + "\n]"
        if isinstance(value, list) else json.dumps(value)) for key, value in content.items()]
    data = ("{\n" + ",\n".join(rows) + "\n}\n").encode()
    if arguments.check:
        if not FILE.exists() or FILE.read_bytes() != data:
            sys.exit(f"{FILE} is not what this script writes")
    else:
        FILE.write_bytes(data)
        print(f"{FILE}: {len(data)} bytes")


if __name__ == "__main__":
    main()
