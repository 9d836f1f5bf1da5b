#!/usr/bin/env python3
"""Golden file of IFEval: texts of our own, and the verdicts of the public reference on them.

    python3 Tools/ifeval/golden.py           # writes Tests/RESTAEvaluationTests/Golden/ifeval.json
    python3 Tools/ifeval/golden.py --check   # fails if what is there would change

Prompts are empty, as no rule reads them. Each line of the file is one answer with its instructions.
"""

import argparse
import hashlib
import importlib.metadata
import json
import pathlib
import sys

import reference
from golden_cases import drawn, edges, languages

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests/RESTAEvaluationTests/Golden"


def pairs():
    """Hand-made cases with the same answer share a line; then the random ones."""
    asked = {}
    for kind, arguments, response in list(edges.cases()) + list(languages.cases()):
        instructions = asked.setdefault(response, [])
        if (kind, arguments) not in instructions:
            instructions.append((kind, arguments))
    for response, instructions in list(asked.items()) + list(drawn.cases(200, seed=231107911)):
        yield {"prompt": "", "response": response, "instructions": [
            {"id": kind, "arguments": arguments} for kind, arguments in instructions]}


def content():
    utils = reference.load()
    versions = {name: importlib.metadata.version(name) for name in ("lm_eval", "nltk", "langdetect")}
    lines = [json.dumps(pair | reference.verdicts(utils, pair), separators=(",", ":"), ensure_ascii=False)
             for pair in pairs()]
    rows = ",\n".join(lines)
    head = f'"generator":"Tools/ifeval/golden.py",\n"versions":{json.dumps(versions)},\n'
    return ("{\n" + head + '"pairs":[\n' + rows + "\n]\n}\n").encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    data = content()
    files = {
        "ifeval.json": data,
        "ifeval.json.sha256": f"{hashlib.sha256(data).hexdigest()}  ifeval.json\n".encode(),
    }
    for name, wanted in files.items():
        path = FOLDER / name
        if not arguments.check:
            path.write_bytes(wanted)
        elif not path.exists() or path.read_bytes() != wanted:
            sys.exit(f"{name} is not what golden.py writes")


if __name__ == "__main__":
    main()
