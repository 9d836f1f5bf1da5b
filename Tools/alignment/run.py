#!/usr/bin/env python3
"""The recipe of the aligned test model, step by step. README.md says what each step takes."""

import argparse
from pathlib import Path

ADAPTER = Path(__file__).resolve().parents[2] / "Adapters" / "smollm2-135m-aligned" / "adapter.f16.gguf"
# A step imports what it needs: `--help` should not wait for PyTorch.


def prepare(_):
    from alignment.splits import make_splits
    from alignment.synthesis import synthesise_answers, synthesise_turns
    synthesise_turns()
    make_splits()
    synthesise_answers()


def train(arguments):
    from alignment.training import train
    train(arguments.variant)


def export(arguments):
    from alignment.export import export
    export(arguments.variant, arguments.scale, arguments.output)


def scales(arguments):
    from alignment.strength import scales
    scales(arguments.adapter, arguments.values)


def baseline(arguments):
    from alignment.strength import baseline
    baseline(arguments.adapter)


def attack(arguments):
    from alignment.attacks import search
    search(arguments.variant, arguments.scale, arguments.split)


def confirm(arguments):
    from alignment.attacks import confirm
    confirm(arguments.split, arguments.adapter, arguments.scale)


def publish(arguments):
    from alignment.attacks import publish
    publish(arguments.output)


def merge(arguments):
    from alignment.export import merge
    merge(arguments.model, arguments.adapter, arguments.output)


def compare(arguments):
    from alignment.merged import compare
    compare(arguments.model, arguments.adapter)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    steps = parser.add_subparsers(required=True, metavar="STEP")
    variants = ("plain", "noise-aware")

    def step(name, function, text):
        sub = steps.add_parser(name, help=text, description=text)
        sub.set_defaults(function=function)
        return sub

    step("prepare", prepare, "Synthesise benign data, fetch sources, write the splits.")
    sub = step("train", train, "Train a variant; goes on where it was stopped.")
    sub.add_argument("variant", choices=variants)
    sub = step("export", export, "Write a trained variant as a GGUF LoRA.")
    sub.add_argument("variant", choices=variants)
    sub.add_argument("--scale", type=float, default=1.0, help="baked in: --lora's scale 1 (default 1)")
    sub.add_argument("--output", type=Path, default=ADAPTER)
    sub = step("scales", scales, "Refusals on the development split at several scales.")
    sub.add_argument("adapter", type=Path)
    sub.add_argument("values", type=float, nargs="+")
    sub = step("baseline", baseline, "Refusals on the test split, undefended.")
    sub.add_argument("--adapter", type=Path, default=ADAPTER)
    sub = step("attack", attack, "Optimise suffixes on a variant, for a split's goals.")
    sub.add_argument("variant", choices=variants)
    sub.add_argument("split", choices=("development", "test"))
    sub.add_argument("--scale", type=float, default=1.0)
    sub = step("confirm", confirm, "Decide with resta which suffixes break the model.")
    sub.add_argument("split", choices=("development", "test"))
    sub.add_argument("--adapter", type=Path, default=ADAPTER)
    sub.add_argument("--scale", type=float, default=1.0)
    sub = step("publish", publish, "Write the attack set beside the adapter.")
    sub.add_argument("--output", type=Path, default=ADAPTER.parent / "attacks.jsonl")
    sub = step("merge", merge, "Merge a GGUF LoRA into a float32 GGUF model.")
    sub.add_argument("model", type=Path)
    sub.add_argument("adapter", type=Path)
    sub.add_argument("output", type=Path)
    sub = step("compare", compare, "Count greedy answers that a merged model and --lora agree on.")
    sub.add_argument("model", type=Path, help="a float32 GGUF model")
    sub.add_argument("--adapter", type=Path, default=ADAPTER)
    arguments = parser.parse_args()
    arguments.function(arguments)


if __name__ == "__main__":
    main()
