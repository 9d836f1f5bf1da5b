#!/usr/bin/env python3
"""The numbers of docs/scale.md: formulas, from what was measured here and what is published.

    scale.py --check docs/scale.md     fails where a table or a number is not what the inputs give
    scale.py --write docs/scale.md     writes them
    scale.py --samples 10 --prefix 20 --user 200 --width 8192 --layers 80 --kv-heads 8 --head-width 128
                                       the same for a model and a prompt of your own

Inputs: measured.json (measure.py), published.json. A block between `<!-- scale: NAME -->` and
`<!-- end -->` is what the function of that name gives.
"""

import argparse
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The zip around a tensor and the JSON around its base64, for one copy.
ENVELOPE, BODY = 700, 150


def row_bytes(width, bytes_each):
    """One embedding row as base64."""
    return width * bytes_each * 4 / 3


def upload(case, reopened, at):
    """Bytes of a vote with a stream per copy: k prompts, and `reopened` more with `at` voted tokens each."""
    each = (ENVELOPE * 4 / 3 + BODY)
    row = row_bytes(case["width"], case["bytes"])
    return ((case["samples"] + reopened) * (case["prompt"] * row + each) + reopened * at * row
            + 4 * case["prompt"])


def upload_by_tokens(case, voted):
    """Bytes of a request per token, with all copies in it."""
    row = row_bytes(case["width"], case["bytes"])
    return sum(case["samples"] * ((case["prompt"] + t) * row + ENVELOPE * 4 / 3) + BODY
               for t in range(voted))


def tokens(case, reopened):
    """Tokens the model computes for one answer: all prompts, all votes, and the continuation.

    A reopened stream finds its prompt in the prefix cache but for the last, unfinished block: half a block
    on average.
    """
    prompts = (case["samples"] + 1) * case["prompt"]
    again = reopened * case["block"] / 2
    steps = case["samples"] * case["prefix"] + case["answer"] - case["prefix"]
    return prompts + again, steps


def cache_bytes_per_token(case):
    return 2 * case["layers"] * case["kv_heads"] * case["head_width"] * case["bytes"]


def cache_tokens(case):
    """Held while the votes last."""
    return case["samples"] * (case["prompt"] + case["prefix"]) + case["prompt"] + case["answer"]


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def size(value):
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value:.0f} B"


def count(value):
    return f"{value:,.0f}"


class Scale:
    def __init__(self):
        self.measured = json.loads((HERE / "measured.json").read_text(encoding="utf-8"))
        self.published = json.loads((HERE / "published.json").read_text(encoding="utf-8"))
        self.votes = self.measured["votes"]
        self.by_prompt = {}
        for row in self.votes["medians"]:
            self.by_prompt.setdefault(row["prompt_tokens"], {})[row["way"]] = row
        streams = [ways["streams"] for ways in self.by_prompt.values()]
        # How often copies part from the vote is the model's and the noise's: the mean over the prompts.
        self.reopened = sum(row["reopened"] for row in streams) / len(streams)

    def case(self, model, prompt, answer, samples=10, prefix=20, block=16):
        return {**model, "prompt": prompt, "answer": answer, "samples": samples, "prefix": prefix,
                "block": block}

    def model(self, name):
        return next(model for model in self.published["models"] if model["name"] == name)

    def blocks(self):
        return {"measured": self.measured_table, "uploads": self.uploads_table,
                "requests": self.requests_table, "ingest": self.ingest_text,
                "published": self.published_text, "cluster": self.cluster_table,
                "limits": self.limits_table}

    def measured_table(self):
        rows = []
        for prompt, ways in sorted(self.by_prompt.items()):
            plain = ways["undefended"]["seconds"]
            for name in ("undefended", "streams", "tokens"):
                row = ways[name]
                low, high = row["seconds_range"]
                rows.append([count(prompt), name, f"{row['seconds']:.2f} ({low:.2f}-{high:.2f})",
                             f"{row['seconds'] / plain:.1f}", size(row["uploaded"]),
                             count(row["requests"])])
        return table(["prompt tokens", "way", "seconds (range)", "times undefended", "sent",
                      "requests"], rows)

    def uploads_table(self):
        rows = []
        for prompt, ways in sorted(self.by_prompt.items()):
            for name in ("streams", "tokens"):
                row = ways[name]
                case = self.case({"width": self.votes["width"], "bytes": 4}, prompt,
                                 self.votes["answer"], self.votes["samples"], self.votes["prefix"], 32)
                expected = upload(case, row["reopened"], row["reopened_at"]) if name == "streams" \
                    else upload_by_tokens(case, row["voted_tokens"])
                again = row["reopened"] if name == "streams" \
                    else case["samples"] * (row["voted_tokens"] - 1)
                computed, prompts = row["computed"] - row["cached"], tokens(case, again)[0]
                rows.append([count(prompt), name, count(row["reopened"]), size(row["uploaded"]),
                             size(expected), f"{100 * (expected / row['uploaded'] - 1):+.1f} %",
                             count(computed), count(prompts),
                             f"{100 * (prompts / computed - 1):+.0f} %"])
        return table(["prompt tokens", "way", "reopened", "sent", "by the formula", "difference",
                      "prompt tokens computed", "by the formula", "difference"], rows)

    def requests_table(self, prompt=250, answer=200):
        rows = []
        for model in self.published["models"]:
            case = self.case(model, prompt, answer)
            prompts, steps = tokens(case, self.reopened)
            rows.append([model["name"], count(model["width"]), size(upload(case, 0, 0)),
                         size(upload(case, self.reopened, case["prefix"] / 2)),
                         count(prompts + steps), f"{(prompts + steps) / (prompt + answer):.1f}",
                         size(cache_bytes_per_token(case)),
                         size(cache_tokens(case) * cache_bytes_per_token(case))])
        return table(["model", "width", "sent, no copy reopened",
                      f"{self.reopened:.0f} reopened", "tokens computed", "times undefended",
                      "cache a token", "cache held"], rows)

    def ingest_text(self):
        ingest = self.measured["ingest"]
        return (f"One core here reads {ingest['megabytes_per_second']:.0f} MB/s of such bodies (JSON, base64 "
                f"and `torch.load` of {size(ingest['body'])}; median of {ingest['runs']}), "
                f"{ingest['share_load'] * 100:.0f} % of the time in `torch.load`.")

    def serving(self):
        """A group of GPUs, by vLLM's published figure: tokens a second, undefended and defended requests."""
        published = self.published["serving"]
        rate = published["requests_per_second"]
        prompt = published["input_tokens_per_second"] / rate
        answer = published["output_tokens_per_second"] / rate
        case = self.case(self.model(published["model"]), round(prompt), round(answer))
        prompts, steps = tokens(case, self.reopened)
        total = published["input_tokens_per_second"] + published["output_tokens_per_second"]
        return case, rate, total, total / (prompts + steps)

    def published_text(self):
        published = self.published["serving"]
        case, rate, total, defended = self.serving()
        return (f"{published['source']}: {rate} requests/s of {case['prompt']} tokens in and "
                f"{case['answer']} out, {count(total)} tokens/s in all. A defended answer of that shape "
                f"is {count(sum(tokens(case, self.reopened)))} tokens instead of "
                f"{count(case['prompt'] + case['answer'])}: {defended:.2f} requests/s, one in "
                f"{rate / defended:.1f}.")

    def cluster_table(self):
        published = self.published["serving"]
        case, rate, _, defended = self.serving()
        sent = upload(case, self.reopened, case["prefix"] / 2)
        ingest = self.measured["ingest"]["megabytes_per_second"] * 1e6
        rows = []
        for gpus in (4, 8, 16, 32, 64, 128):
            groups = gpus / published["gpus"]
            bits = groups * defended * sent * 8 / 1e9
            rows.append([count(gpus), f"{groups * rate:.1f}", f"{groups * defended:.1f}",
                         count(groups * defended * 3600), f"{bits:.1f}",
                         f"{groups * defended * sent / ingest:.1f}"])
        return table(["GPUs", "undefended requests/s", "defended requests/s", "defended requests an hour",
                      "Gbit/s out of RESTA", "cores that read bodies"], rows)

    def limits_table(self):
        """Defended requests a second that each limit allows for one group of GPUs.

        Computing is published for one model, and goes with the parameters for another.
        """
        published, memory = self.published["serving"], self.published["gpu_memory"]
        case, _, _, defended = self.serving()
        ingest = self.measured["ingest"]["megabytes_per_second"] * 1e6
        columns = []
        for name in (published["model"], "Llama-3.1-8B"):
            model = {**case, **self.model(name)}
            sent = upload(model, self.reopened, case["prefix"] / 2)
            held = cache_tokens(model) * cache_bytes_per_token(model)
            free = published["gpus"] * memory["bytes"] * memory["usable"] - \
                model["parameters"] * model["bytes"]
            columns.append([f"{defended * case['parameters'] / model['parameters']:.1f}",
                            f"{10e9 / 8 / sent:.1f} ({size(sent)} each)", f"{ingest / sent:.1f}",
                            f"{free / held:.0f} at a time ({size(held)} each)"])
        names = ["computing", "one 10 Gbit/s link", "one core that reads bodies", "cache"]
        return table(["defended requests/s by", published["model"], "Llama-3.1-8B"],
                     [[name, *values] for name, *values in zip(names, *columns)])


BLOCK = re.compile(r"(<!-- scale: ([a-z]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def rewritten(text, scale):
    blocks = scale.blocks()
    seen = set()

    def replace(match):
        name = match.group(2)
        if name not in blocks:
            sys.exit(f"error: no block is called {name}; there are {', '.join(sorted(blocks))}")
        seen.add(name)
        return f"{match.group(1)}{blocks[name]()}\n{match.group(4)}"

    text = BLOCK.sub(replace, text)
    if missing := sorted(blocks.keys() - seen):
        sys.exit(f"error: the page lacks the blocks {', '.join(missing)}")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", type=Path, metavar="FILE")
    action.add_argument("--write", type=Path, metavar="FILE")
    own = parser.add_argument_group("a case of your own")
    for name, default, text in (("samples", 10, "copies, k"), ("prefix", 20, "tokens voted on, l"),
                                ("user", 200, "tokens of the user, u"), ("template", 30, "other tokens"),
                                ("answer", 200, "tokens of the answer"), ("width", 8192, "d"),
                                ("layers", 80, ""), ("kv-heads", 8, "heads of keys and values"),
                                ("head-width", 128, "")):
        own.add_argument(f"--{name}", type=int, default=default, help=f"{text} ({default})")
    own.add_argument("--bytes", type=int, default=2, choices=(2, 4), help="a number has (2)")
    arguments = parser.parse_args()
    if not 0 < arguments.prefix <= arguments.answer:
        parser.error("--prefix is at least 1 and at most --answer: no more tokens are voted on than the answer has")
    scale = Scale()
    if arguments.write or arguments.check:
        file = arguments.write or arguments.check
        text = file.read_text(encoding="utf-8")
        right = rewritten(text, scale)
        if arguments.write:
            file.write_text(right, encoding="utf-8")
        elif text != right:
            wrong = [line for line, other in zip(text.splitlines(), right.splitlines())
                     if line != other]
            sys.exit(f"error: {file} is not what the inputs give, first at: {wrong[:1]}\n"
                     f"       Run: Tools/vllm/scale.py --write {file}")
        else:
            print(f"{len(scale.blocks())} passed, 0 failed")
        return
    case = {**vars(arguments), "prompt": arguments.user + arguments.template, "block": 16}
    prompts, steps = tokens(case, scale.reopened)
    print(f"sent: {size(upload(case, 0, 0))} where no copy parts from the vote, "
          f"{size(upload(case, scale.reopened, case['prefix'] / 2))} with {scale.reopened:.0f} reopened\n"
          f"tokens computed: {count(prompts)} of prompts and {count(steps)} one by one, "
          f"{(prompts + steps) / (case['prompt'] + case['answer']):.1f} times undefended\n"
          f"cache: {size(cache_bytes_per_token(case))} a token, "
          f"{size(cache_tokens(case) * cache_bytes_per_token(case))} while the votes last")


if __name__ == "__main__":
    main()
