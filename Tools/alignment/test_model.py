"""Tests that need PyTorch, on tiny random models: run with the recipe's environment.

.deps/alignment/bin/python3 Tools/alignment/test_model.py
"""

import math
import unittest

import numpy
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from alignment import coherence
from alignment.export import interleave
from alignment.training import PHASES, Batch, Example


class Perplexity(unittest.TestCase):
    def test_batched_perplexity(self):
        torch.set_num_threads(1)
        torch.manual_seed(1)
        model = LlamaForCausalLM(LlamaConfig(
            vocab_size=50, hidden_size=16, intermediate_size=16, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=1, initializer_range=0.5)).eval()
        rows = [([1, 2, 3], [4, 5]), ([6], [7]), ([8, 9, 10, 11, 12, 13], [14, 15, 16, 17])]
        for (prompt, answer), found in zip(rows, coherence.batch_perplexities(model, rows)):
            # One token after the other, without batch or padding.
            logs = [model(torch.tensor([prompt + answer[:i]])).logits[0, -1].log_softmax(-1)[token]
                    for i, token in enumerate(answer)]
            self.assertAlmostEqual(found, math.exp(-sum(logs).item() / len(logs)), 2)


class Export(unittest.TestCase):
    def test_interleaving_pairs_the_halves_of_each_head(self):
        rows = numpy.arange(12)[:, None]
        self.assertEqual(interleave(rows, 2)[:, 0].tolist(), [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11])


class Training(unittest.TestCase):
    def test_examples_of_a_batch_do_not_see_each_other(self):
        torch.manual_seed(2)
        table = torch.randn(60, 16)
        first, second = Example([5, 6, 7], [8, 9], True), Example([10, 11], [12, 13, 14], False)
        alone = Batch([1, 2], [3, 4], [first], table)
        both = Batch([1, 2], [3, 4], [first, second], table)
        seen = both.mask[0, 0] == 0
        (_, end), (start, _) = both.spans
        self.assertTrue(seen[start, :2].all())
        self.assertFalse(seen[start, 2:start].any())
        self.assertEqual(both.sources[:2].tolist(), alone.sources.tolist())
        self.assertEqual(both.positions[0, start].item(), 2)
        self.assertAlmostEqual(both.weights.sum().item(), 2.0, 5)

    def test_noise_stays_on_the_user_and_has_its_size(self):
        table = torch.ones(60, 4096)
        for kind in ("hard", "isotropic"):
            batch = Batch([1, 2], [3, 4], [Example(list(range(5, 45)), [8, 9], True)], table)
            clean = batch.embeddings.clone()
            batch.add_noise(0, kind, 0.5, torch.Generator().manual_seed(3))
            (first, last), changed = batch.spans[0], (batch.embeddings - clean)
            self.assertEqual(changed[:first].abs().sum().item(), 0)
            self.assertEqual(changed[last:].abs().sum().item(), 0)
            # Every embedding is all ones: the norm's mean is 64, the root mean square 1.
            size = changed[first:last].pow(2).mean().sqrt().item()
            self.assertGreater(size, 0.35)
            self.assertLess(size, 0.65)

    def test_rates_rise_and_fall_once(self):
        for phase in PHASES:
            rates = [phase.learning_rate(step) for step in range(phase.steps)]
            peak = rates.index(max(rates))
            self.assertEqual(sorted(rates[:peak]), rates[:peak])
            self.assertEqual(sorted(rates[peak:], reverse=True), rates[peak:])
            self.assertLessEqual(max(rates), phase.rate)


if __name__ == "__main__":
    unittest.main()
