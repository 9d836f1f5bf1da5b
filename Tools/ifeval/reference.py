#!/usr/bin/env python3
"""IFEval's public reference implementation, asked for its verdicts.

Reads JSON lines {"prompt", "response", "instructions": [{"id", "arguments"}]} and writes each with its
verdicts, "strict": [bool] and "loose": [bool], in the order of the instructions. The rules are lm_eval's
(its lm_eval.tasks.ifeval, which is the code of the paper's authors); NLTK's English Punkt model is
the one that llama-index-core carries. Nothing of either is in this repository.

    python3 Tools/ifeval/reference.py < pairs.jsonl > judged.jsonl

langdetect draws random numbers; its seed is 0 here.
"""

import importlib.metadata
import json
import pathlib
import random
import sys
import types


def folder_of(distribution, path):
    """Where an installed distribution has `path`."""
    found = importlib.metadata.distribution(distribution).locate_file(path)
    if not pathlib.Path(found).exists():
        sys.exit(f"{distribution} has no {path}: install Tools/ifeval/requirements.txt")
    return str(found)


def load():
    """The reference's module `utils`, without what the rest of lm_eval would import."""
    import nltk

    nltk.data.path = [folder_of("llama-index-core", "llama_index/core/_static/nltk_cache")]
    for name in ("lm_eval", "lm_eval.tasks"):
        package = types.ModuleType(name)
        package.__path__ = [folder_of("lm_eval", name.replace(".", "/"))]
        sys.modules[name] = package
    import langdetect

    langdetect.DetectorFactory.seed = 0
    from lm_eval.tasks.ifeval import utils

    return utils


def verdicts(utils, pair):
    """The reference's verdicts on one pair."""
    ask = utils.InputExample(
        key=0, prompt=pair["prompt"],
        instruction_id_list=[each["id"] for each in pair["instructions"]],
        kwargs=[each["arguments"] for each in pair["instructions"]])
    random.seed(0)  # some arguments that the rules do not understand are replaced by random ones
    strict = utils.test_instruction_following_strict(ask, pair["response"])
    random.seed(0)
    loose = utils.test_instruction_following_loose(ask, pair["response"])
    return {"strict": [bool(each) for each in strict.follow_instruction_list],
            "loose": [bool(each) for each in loose.follow_instruction_list]}


def main():
    utils = load()
    for line in sys.stdin:
        if line.strip():
            pair = json.loads(line)
            print(json.dumps(pair | verdicts(utils, pair)), flush=True)


if __name__ == "__main__":
    main()
