#!/usr/bin/env python3
"""Joins IFEval's prompts with answers of `resta generate` for reference.py.

    python3 Tools/ifeval/pairs.py prompts ifeval.jsonl > prompts.json
    resta generate --prompts prompts.json --noise none --max-tokens 160 > answers.jsonl
    python3 Tools/ifeval/pairs.py pairs ifeval.jsonl answers.jsonl > pairs.jsonl

`ifeval.jsonl` is IFEval's own file: lines with "prompt", "instruction_id_list" and "kwargs". Answers
name their prompt by "index"; prompts without an answer are left out.
"""

import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def pair(row, answer):
    instructions = [
        {"id": kind, "arguments": {key: value for key, value in arguments.items() if value is not None}}
        for kind, arguments in zip(row["instruction_id_list"], row["kwargs"])]
    return {"prompt": row["prompt"], "response": answer["text"], "instructions": instructions}


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "prompts":
        print(json.dumps([row["prompt"] for row in lines(sys.argv[2])]))
    elif len(sys.argv) == 4 and sys.argv[1] == "pairs":
        rows = lines(sys.argv[2])
        for answer in lines(sys.argv[3]):
            if "error" not in answer:
                print(json.dumps(pair(rows[answer["index"]], answer)))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
