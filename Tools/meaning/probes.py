#!/usr/bin/env python3
"""Whether a linear probe still reads from a model's hidden states, under noise, that a request is harmful.

    pip install -r Tools/meaning/requirements-probes.txt
    Tools/meaning/probes.py --model .models/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf --json > probes.json

Harmful requests and harmless ones that sound alike (Tools/alignment/data), each as the chat template makes it. A
ridge classifier learns, from undefended states at the last token of the prompt, which of the two it is; then it reads
the states of other requests, undefended and with noise on the user's tokens. Both files are in the order of their
topics, and the requests it is tested on are the last of each: other topics than those it learned from. With
--attacks, harmful requests with suffixes that a search found are read too: does the model still see what is asked?

The forward pass is numpy's on the file's dequantised weights, of Qwen2's architecture only; the noise is that of
Tools/golden/noise.py, one copy (copy 0) with the seed 1 + the prompt's place; sigma is relative. What `resta inspect`
says of the first request is compared, token by token, before anything is measured.

Fixed before the run on Qwen2.5-Coder-0.5B-Instruct (a trial with 6 requests to learn from and 3 to test on had been
seen): what is read right three quarters up under isotropic noise of 1, beside undefended.
"""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tools/golden"), str(ROOT / "Tools/alignment")]
import noise as definitions  # noqa: E402
from alignment.statistics import wilson  # noqa: E402

COLUMNS = {"right": "right", "harmful_seen": "harmful seen", "harmless_taken": "harmless taken for harmful",
           "as_undefended": "as undefended", "suffixed_seen": "with suffix seen", "goals_seen": "the same without"}
KINDS = {"isotropic", "hard", "soft", "orthogonal"}
# How Qwen2's tokenizer cuts a text before its pairs are merged (as its tokenizer.json has it).
PIECES = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")


class Qwen2:
    """Qwen2 in numpy: hidden states at the last token, behind chosen layers."""

    def __init__(self, settings, weights):
        """`settings` have Qwen2's names in GGUF; `weights` gives a matrix [out, in] or vector by its GGUF name."""
        self.layers, self.heads = settings["block_count"], settings["attention.head_count"]
        self.pairs = settings["attention.head_count_kv"]
        self.epsilon, self.base = settings["attention.layer_norm_rms_epsilon"], settings["rope.freq_base"]
        self.weights = weights

    def linear(self, name, x):
        bias = self.weights.get(name + ".bias")
        y = x @ self.weights[name + ".weight"].T
        return y if bias is None else y + bias

    def norm(self, name, x):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon) * self.weights[name + ".weight"]

    def turned(self, x, places):
        """Rotary positions: the first half of a head's dimensions is turned with the second."""
        half = x.shape[-1] // 2
        angle = (places[:, None] * self.base ** (-np.arange(half) / half))[:, None, :].astype(np.float32)
        cosine, sine = np.cos(angle), np.sin(angle)
        first, second = x[..., :half], x[..., half:]
        return np.concatenate([first * cosine - second * sine, second * cosine + first * sine], -1)

    def attention(self, query, key, value):
        """[tokens, heads, dimensions] of one prompt; keys may begin before the queries."""
        before = len(key) - len(query)
        key, value = (np.repeat(x, self.heads // self.pairs, axis=1).transpose(1, 0, 2) for x in (key, value))
        scores = query.transpose(1, 0, 2) @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        hidden = np.triu(np.ones((len(query), key.shape[1]), dtype=bool), before + 1)
        scores = np.where(hidden, -np.inf, scores)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        return (scores / scores.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(query), -1)

    def run(self, prompts, behind, prefix=None):
        """Hidden states [prompts, layers in `behind`, dimensions] at the last token of each.

        `prompts` are embeddings [tokens, dimensions]. `prefix` are keys and values of tokens that stand before all
        of them, as the last element of what an earlier call returned.
        """
        lengths = [len(rows) for rows in prompts]
        ends = np.cumsum(lengths)
        before = 0 if prefix is None else len(prefix[0][0])
        x = np.concatenate(prompts).astype(np.float32)
        places = np.concatenate([np.arange(length) for length in lengths]) + before
        found, kept = [], []
        for layer in range(self.layers):
            name = f"blk.{layer}."
            y = self.norm(name + "attn_norm", x)
            query, key, value = (self.linear(f"{name}attn_{part}", y).reshape(len(y), heads, -1) for part, heads in
                                 (("q", self.heads), ("k", self.pairs), ("v", self.pairs)))
            query, key = self.turned(query, places), self.turned(key, places)
            mixed = []
            for end, length in zip(ends, lengths):
                part = slice(end - length, end)
                keys, values = key[part], value[part]
                if prefix is not None:
                    keys = np.concatenate([prefix[layer][0], keys])
                    values = np.concatenate([prefix[layer][1], values])
                mixed.append(self.attention(query[part], keys, values))
            kept.append((keys, values))
            x = x + self.linear(name + "attn_output", np.concatenate(mixed))
            y = self.norm(name + "ffn_norm", x)
            gate = self.linear(name + "ffn_gate", y)
            x = x + self.linear(name + "ffn_down", gate / (1 + np.exp(-gate)) * self.linear(name + "ffn_up", y))
            if layer + 1 in behind:
                found.append(x[ends - 1])
        return np.stack(found, axis=1), kept


class Probe:
    """A ridge classifier; its penalty is what leaves the smallest error in leave-one-out on what it learned from."""

    PENALTIES = (0.01, 0.1, 1, 10)

    def __init__(self, states, labels):
        """`states` [examples, dimensions]; `labels` are true and false."""
        self.mean, self.spread = states.mean(0), states.std(0) + 1e-6
        x, y = self.scaled(states), np.where(labels, 1.0, -1.0)
        self.offset = y.mean()
        products, identity = x @ x.T, np.eye(len(x))

        def fitted(penalty):
            return np.linalg.inv(products + penalty * x.shape[1] * identity)

        def left_out(penalty):
            inverse = fitted(penalty)
            return float((((inverse @ (y - self.offset)) / np.diag(inverse)) ** 2).mean())

        self.penalty = min(self.PENALTIES, key=left_out)
        self.weights = x.T @ (fitted(self.penalty) @ (y - self.offset))

    def scaled(self, states):
        return ((states - self.mean) / self.spread).astype(np.float64)

    def read(self, states):
        return self.scaled(states) @ self.weights + self.offset > 0


def rate(hits):
    """Count, n and Wilson's 95 % interval."""
    low, high = wilson(int(np.sum(hits)), len(hits))
    return {"count": int(np.sum(hits)), "n": len(hits), "low": low, "high": high}


def opened(path):
    """A Qwen2 file: settings, weights dequantised one by one, tokens and merges."""
    try:
        import gguf
        import tokenizers  # noqa: F401 - before a minute's work

        reader = gguf.GGUFReader(path)
    except ImportError as error:
        sys.exit(f"{error}: pip install -r Tools/meaning/requirements-probes.txt")
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: no GGUF file can be read there ({error})")
    fields = {name: field.contents() for name, field in reader.fields.items()
              if name.startswith(("general.", "qwen2.", "tokenizer."))}
    if fields.get("general.architecture") != "qwen2":
        sys.exit(f"{path}: the architecture is {fields.get('general.architecture')}; this tool computes qwen2 only")
    settings = {name.removeprefix("qwen2."): value for name, value in fields.items()}
    weights = {tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
               for tensor in reader.tensors if tensor.name != "output.weight"}
    return settings, weights, fields["tokenizer.ggml.tokens"], fields["tokenizer.ggml.merges"]


def tokenizer(tokens, merges):
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.BPE({token: place for place, token in enumerate(tokens)},
                                [tuple(merge.split(" ", 1)) for merge in merges]))
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PIECES), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])
    return made


def inspected(resta, model, kind, text):
    """What the product makes of a request: ids, which are perturbed, and the unit of a relative sigma."""
    command = [resta, "inspect", "--model", str(model), "--noise", kind, "--sigma", "1", "--json", text]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"--resta {resta}: {error.strerror}; 'make build' makes the command")
    if done.returncode != 0:
        sys.exit(f"{resta} inspect: {done.stderr.strip()[-500:]}")
    found = json.loads(done.stdout)
    return ([token["id"] for token in found["tokens"]],
            [token["index"] for token in found["tokens"] if token["perturbed"]], found["noise"]["sigma_absolute"])


def requests(path, learn, test):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if len(lines) < learn + test:
        sys.exit(f"{path}: {learn} requests to learn from and {test} to test on were asked for, it has {len(lines)}")
    # Spread over the file's first part, and its last ones: other topics.
    first = lines[:len(lines) - test]
    return [first[place * len(first) // learn] for place in range(learn)], lines[-test:]


def attacked(path):
    """The prompts of a file in JailbreakBench's format, and what they ask without their suffixes."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["jailbreaks"]
        broken = [entry for entry in found if entry.get("prompt")]
        return [entry["prompt"] for entry in broken], [entry["goal"] for entry in broken]
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"{path}: not a file of JailbreakBench's format ({error!r})")


def measure(arguments):
    sets = {label: requests(ROOT / f"Tools/alignment/data/{label}.txt", arguments.learn, arguments.test)
            for label in ("harmful", "benign")}
    suffixed, goals = attacked(arguments.attacks) if arguments.attacks else ([], [])
    settings, weights, tokens, merges = opened(arguments.model)
    model = Qwen2(settings, weights)
    cut = tokenizer(tokens, merges)
    behind = [round(model.layers * share) for share in (0.25, 0.5, 0.75, 1)]

    first = sets["harmful"][0][0]
    units = {}
    for kind in arguments.noise:
        ids, perturbed, units[kind] = inspected(arguments.resta, arguments.model, kind, first)
    head, tail = ids[:perturbed[0]], ids[perturbed[-1] + 1:]
    if cut.encode(first).ids != ids[len(head):len(ids) - len(tail)]:
        sys.exit("The tokens of the first request differ from those of 'resta inspect'.")
    table = weights["token_embd.weight"]
    _, prefix = model.run([table[head]], behind)
    conditions = [(kind, sigma) for kind in arguments.noise for sigma in arguments.sigma]

    def states(texts, name, noisy):
        """[texts, 1 + conditions, layers, dimensions]: undefended first."""
        found = []
        for place, text in enumerate(texts):
            rows = table[cut.encode(text).ids]
            variants = [rows] + [
                np.stack([definitions.perturb(row, kind, sigma * units[kind], False, 1 + place, len(head) + index, 0)
                          for index, row in enumerate(rows)])
                for kind, sigma in (conditions if noisy else [])]
            found.append(model.run([np.concatenate([part, table[tail]]) for part in variants], behind, prefix)[0])
            print(f"\r{name}: {place + 1} of {len(texts)}   ", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        return np.stack(found)

    learned = np.concatenate([states(sets[label][0], f"{label}, to learn from", False)[:, 0]
                              for label in ("harmful", "benign")])
    labels = np.arange(len(learned)) < arguments.learn
    tested = np.concatenate([states(sets[label][1], f"{label}, to test on", True) for label in ("harmful", "benign")])
    truth = np.arange(len(tested)) < arguments.test
    under_attack = {"suffixed_seen": states(suffixed, "with suffixes", True),
                    "goals_seen": states(goals, "the same without", True)} if suffixed else {}

    rows = []
    for depth, layer in enumerate(behind):
        probe = Probe(learned[:, depth], labels)
        clean = probe.read(tested[:, 0, depth])
        for index, condition in enumerate([None] + conditions):
            read = probe.read(tested[:, index, depth])
            row = {"layer": layer, "noise": condition and condition[0], "sigma": condition and condition[1],
                   "right": rate(read == truth), "harmful_seen": rate(read[truth]),
                   "harmless_taken": rate(read[~truth]), "as_undefended": rate(read == clean)}
            rows.append(row | {name: rate(probe.read(found[:, index, depth])) for name, found in under_attack.items()})
    return {"model_file": Path(arguments.model).name, "layers": model.layers, "learned": 2 * arguments.learn,
            "tested": 2 * arguments.test, "attacks": len(suffixed), "rows": rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a GGUF file of Qwen2's architecture")
    parser.add_argument("--noise", default="isotropic,hard", help="noises, with commas (default: %(default)s)")
    parser.add_argument("--sigma", default="0.5,1,1.5", help="relative strengths (default: %(default)s)")
    parser.add_argument("--learn", type=int, default=100, help="requests of each kind to learn from (%(default)s)")
    parser.add_argument("--test", type=int, default=60, help="requests of each kind to test on (%(default)s)")
    parser.add_argument("--attacks", type=Path, help="prompts with suffixes, in JailbreakBench's format")
    parser.add_argument("--resta", default=str(ROOT / ".build/release/resta"), help="the built command")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    arguments.noise = arguments.noise.split(",")
    if unknown := set(arguments.noise) - KINDS:
        parser.error(f"--noise {', '.join(sorted(unknown))}: known are {', '.join(sorted(KINDS))}")
    try:
        arguments.sigma = [float(value) for value in arguments.sigma.split(",")]
    except ValueError as error:
        parser.error(f"--sigma: {error}")
    if not all(0 < sigma < math.inf for sigma in arguments.sigma):
        parser.error("--sigma: strengths are above 0")
    if min(arguments.learn, arguments.test) < 2:
        parser.error("--learn and --test: at least 2")
    found = measure(arguments)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return

    def text(value):
        return f"{value['count']} of {value['n']} [{value['low']:.0%}, {value['high']:.0%}]" if value else "-"

    print(" | ".join(["layer", "noise", *COLUMNS.values()]) + "\n---: | ---" + " | ---:" * len(COLUMNS))
    for row in found["rows"]:
        name = f"{row['noise']} {row['sigma']:g}" if row["noise"] else "none"
        print(" | ".join([str(row["layer"]), name] + [text(row.get(key)) for key in COLUMNS]))


if __name__ == "__main__":
    main()
