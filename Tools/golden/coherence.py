#!/usr/bin/env python3
"""Golden vectors for the rules of incoherence, made by the functions of Tools/alignment.

    python3 -m pip install -r Tools/golden/requirements-noise.txt
    python3 Tools/golden/coherence.py           # writes Tests/RESTAEvaluationTests/Golden/coherence.json
    python3 Tools/golden/coherence.py --check   # fails if what is there would change
"""

import argparse
import json
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = ROOT / "Tests/RESTAEvaluationTests/Golden/coherence.json"
sys.path.insert(0, str(ROOT / "Tools/alignment"))

from alignment import coherence  # noqa: E402

TEXTS = [
    "", " ", "\n\t", "!", "...", "a", "7", "_", "_ _ _ _", "\u00bd", "\u0661", "\u2160", "\u4e00",
    "e\u0301", "\u0301\u0301", "\U0001f642", "Paris", "Paris.", "Sure!", "Sure ! Sure ! Sure !",
    "! ! ! !", "! ! !", "!! !! !! !!", "!!!!", "yes yes yes yes", "yess yess yess yess",
    "no no no yes no no no", "a A a A", "No\tno\nNO  nO", "the the the the end",
    "ha\u00a0ha\u00a0ha\u00a0ha", "ha\u200bha\u200bha\u200bha", "a\x1ca\x1da\x1ea", "x\x85x\x85x\x85x",
    "e\u0301 \u00e9 e\u0301 \u00e9", "\u00e9 \u00e9 \u00e9 \u00e9", "\u0130 i\u0307 \u0130 i\u0307",
    "\u03a3\u0391\u03a3 \u03c3\u03b1\u03c2 \u03a3\u03b1\u03a3 \u03c3\u03b1\u03c2",
    "\u03a3 \u03c3 \u03a3 \u03c3", "\u0391\u03a3. \u03b1\u03c2. \u0391\u03a3. \u03b1\u03c2.",
    "\u1e9e \u00df \u1e9e \u00df", "\u01c5 \u01c6 \u01c4 \u01c5",
    "A few words and then a few words and then a few words and then some.",
    "The cat sat on the mat, and the dog sat on the cat, and all sat still for the whole day.",
    "one two " * 7, "one two three four five " * 4, "one two three four five " * 3,
    "snake_case snake_case " * 7, "it's it's it's it's it's it's it's", "3 3.0 3 3.0 3 3.0 3 3.0",
    "\u5b57\u5178 \u5b57\u5178 " * 8, "\u0928\u092e\u0938\u094d\u0924\u0947 " * 5,
]
POOLS = [
    ["sure", "Sure", "!", ".", "the", "I", "can"],
    ["caf\u00e9", "cafe\u0301", "CAF\u00c9", "\u03a3\u03a3", "\u03c3\u03c2", "\u2014", "_", "x2"],
    ["tree", "house", "river", "stone", "cloud", "bread", "green", "seven", "under", "quiet", "is",
     "a", "of", "and", "in"],
]
SPACES = [" "] * 12 + ["\n", "\t", "  ", "\u3000", "\x1f", "\u200b", "-", ", "]


def random_text(rng):
    pool = rng.choice(POOLS)
    return "".join(rng.choice(pool) + rng.choice(SPACES) for _ in range(rng.randint(1, 40)))


def text_case(text):
    return {"text": text, "distinct_share": coherence.distinct_share(text),
            "has_run": coherence.has_run(text), "is_broken": coherence.is_broken_text(text)}


def limit_cases(rng):
    samples = [[1.0], [30.0] * 100, [20.0], [20.5], [1.0, 100.0], [5.0, 7.0, 400.0]]
    # Of these sizes some interpolate from below and some from above, which rounds differently.
    samples += [[rng.lognormvariate(4, 0.8) for _ in range(size)]
                for size in (2, 3, 5, 20, 50, 60, 100, 157) * 3]
    return [{"perplexities": sample, "limit": coherence.limit_from(sample)} for sample in samples]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    rng = random.Random(5)
    texts = TEXTS + [random_text(rng) for _ in range(200)]
    content = {
        "generator": "Tools/golden/coherence.py",
        "rules": {"first_tokens": coherence.FIRST_TOKENS, "least_tokens": coherence.LEAST_TOKENS},
        "texts": [text_case(text) for text in texts], "limits": limit_cases(rng)}
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
