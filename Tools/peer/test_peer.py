#!/usr/bin/env python3
"""The peer's own tests: seconds, no download, no model file.

    python3 Tools/peer/test_peer.py
"""

import math
import subprocess
import sys
import unittest
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

import peer
from method import (KINDS, Defense, PeerError, Prompt, absolute_sigma, embedding_error, generate,
                    perturb, render, vote)

# Toy sizes: a second thread only waits.
torch.set_num_threads(1)


class Noise(unittest.TestCase):
    SIGMA, COPIES = 0.5, 20_000
    E = torch.tensor([[3.0, 0.0, 4.0, 0.0], [0.0, 0.0, 0.0, 0.0], [-1.0, 2.0, 2.0, 4.0]])

    def noise(self, kind, seed=1):
        generator = torch.Generator().manual_seed(seed)
        return (perturb(self.E, kind, self.SIGMA, self.COPIES, generator) - self.E).double()

    def covariance(self, kind, u):
        """What the definition says: E[n nᵀ], with u = e / |e|."""
        identity, one = torch.eye(4, dtype=torch.float64), self.SIGMA ** 2
        return one * {"isotropic": identity, "hard": torch.outer(u, u),
                      "soft": torch.diag(u * u),
                      "orthogonal": identity - torch.outer(u, u)}[kind]

    def test_moments(self):
        # A mean of n values of variance v is within 5 sqrt(v/n) but for once in two million; the
        # variance of a product of two normals of variance v is at most 2 v².
        mean = 5 * self.SIGMA / math.sqrt(self.COPIES)
        second = 5 * math.sqrt(2) * self.SIGMA ** 2 / math.sqrt(self.COPIES)
        for kind in KINDS:
            noise = self.noise(kind)
            for row in (0, 2):
                e = self.E[row].double()
                expected = self.covariance(kind, e / e.norm())
                found = noise[:, row].T @ noise[:, row] / self.COPIES
                self.assertLess(noise[:, row].mean(0).abs().max(), mean, kind)
                self.assertLess((found - expected).abs().max(), second, kind)
            # Rows are drawn independently of each other.
            cross = noise[:, 0].T @ noise[:, 2] / self.COPIES
            self.assertLess(cross.abs().max(), second, kind)

    def test_directions(self):
        u = self.E[0].double() / 5
        hard, orthogonal = self.noise("hard")[:, 0], self.noise("orthogonal")[:, 0]
        self.assertLess((hard - torch.outer(hard @ u, u)).abs().max(), 1e-5)
        self.assertLess((orthogonal @ u).abs().max(), 1e-5)
        self.assertTrue((self.noise("soft")[:, 0, 1] == 0).all())

    def test_zero_vectors(self):
        for kind in KINDS:
            self.assertEqual(bool((self.noise(kind)[:, 1] == 0).all()), kind != "isotropic", kind)

    def test_hard_flips(self):
        # The sign flips when sigma s < -|e|: for |e| = 1, sigma = 1 with probability Phi(-1).
        e = torch.tensor([[1.0, 0.0]])
        noisy = perturb(e, "hard", 1.0, self.COPIES, torch.Generator().manual_seed(2))
        share = (noisy[:, 0, 0] < 0).double().mean().item()
        self.assertLess(abs(share - 0.158655), 5 * math.sqrt(0.16 * 0.84 / self.COPIES))

    def test_seeds(self):
        self.assertTrue(torch.equal(self.noise("hard"), self.noise("hard")))
        self.assertFalse(torch.equal(self.noise("hard"), self.noise("hard", seed=2)))

    def test_units(self):
        e = torch.tensor([[3.0, 4.0], [0.0, 1.0]])
        self.assertEqual(absolute_sigma(0.5, "absolute", "hard", e), 0.5)
        for kind, size in (("hard", 3), ("soft", 3), ("isotropic", 26 ** 0.5 / 2),
                           ("orthogonal", 26 ** 0.5 / 2)):
            self.assertAlmostEqual(absolute_sigma(0.5, "relative", kind, e), 0.5 * size, places=6)


class Vote(unittest.TestCase):
    def test_table(self):
        table = [
            # logits of the copies, winner, votes
            ([[0, 1, 0]], 1, {1: 1}),
            ([[0, 1, 0], [0, 3, 0], [9, 0, 0]], 1, {0: 1, 1: 2}),
            # A tie: token 2 is likelier where it lost.
            ([[5, 0, 0], [0, 0, 5]], 0, {0: 1, 2: 1}),
            ([[5, 0, 4], [0, 0, 5]], 2, {0: 1, 2: 1}),
            ([[5, 0, 0], [4, 0, 5]], 0, {0: 1, 2: 1}),
            # Sums of log-probabilities, not of logits: shifting a copy's logits changes nothing.
            ([[105, 100, 104], [0, 0, 5]], 2, {0: 1, 2: 1}),
            # The same sums: the lower id, also where it is voted for last.
            ([[0, 0, 5], [0, 5, 0]], 1, {1: 1, 2: 1}),
            ([[0, 0, 5], [0, 5, 0], [5, 0, 0]], 0, {0: 1, 1: 1, 2: 1}),
            # Two lead, and the third's votes do not help it however likely it is.
            ([[5, 0, 4.9], [5, 0, 4.9], [0, 5, 4.9], [0, 5, 4.9], [0, 0, 9]], 0,
             {0: 2, 1: 2, 2: 1}),
            # Equal logits in one copy: its lowest id.
            ([[0, 7, 7]], 1, {1: 1}),
        ]
        for logits, winner, counts in table:
            self.assertEqual(vote(torch.tensor(logits, dtype=torch.float32)), (winner, counts))


def toy_tokenizer(template):
    """Bytes as tokens, but for a token that joins the template's line feed with an H."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {text: i for i, text in enumerate(alphabet + ["ĊH"])}
    toy = Tokenizer(models.BPE(vocab=vocabulary, merges=[("Ċ", "H")]))
    toy.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    toy.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=toy, additional_special_tokens=["<|user|>", "<|end|>"])
    tokenizer.chat_template = template
    return tokenizer


class Spans(unittest.TestCase):
    TEMPLATE = ("Hi there.{% for m in messages %}<|user|>\n{{ m['content'] }}<|end|>{% endfor %}\n")

    def span(self, content, template=TEMPLATE):
        tokenizer = toy_tokenizer(template)
        prompt = render(tokenizer, content)
        self.assertEqual(prompt.user, list(range(prompt.user[0], prompt.user[-1] + 1)))
        return tokenizer.decode([prompt.ids[i] for i in prompt.user]), prompt

    def test_content_is_found(self):
        for text in ("what?", "e", "<|use", "é ∑ 😀", "user", "a\nb\n", "  x  "):
            self.assertEqual(self.span(text)[0], text)

    def test_the_same_words_elsewhere(self):
        text, prompt = self.span("there.")
        self.assertEqual(text, "there.")
        self.assertGreater(prompt.user[0], 9)

    def test_a_token_across_the_border_is_the_users(self):
        self.assertEqual(self.span("Hi there.")[0], "\nHi there.")

    def test_trimming(self):
        trims = self.TEMPLATE.replace("m['content']", "m['content'] | trim")
        self.assertEqual(self.span("  x y\n", trims)[0], "x y")

    def test_refusals(self):
        upper = self.TEMPLATE.replace("m['content']", "m['content'] | upper")
        fails = "{{ raise_exception('no') }}"
        for content, template in (("", self.TEMPLATE), ("a<|end|>b", self.TEMPLATE), ("a", upper),
                                  ("a", fails), ("a", None)):
            with self.assertRaises(PeerError):
                self.span(content, template)


class Generation(unittest.TestCase):
    PROMPT = Prompt(ids=[1, 5, 9, 13, 17, 2], user=[2, 3, 4])

    @classmethod
    def setUpClass(cls):
        torch.manual_seed(3)
        # Larger weights than by default, so that logits differ by more than rounding.
        cls.model = LlamaForCausalLM(LlamaConfig(
            vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=2, initializer_range=0.3)).eval()

    def answer(self, limit=24, ends=(), **defense):
        settings = {"kind": "hard", "sigma": 0.0, "samples": 5, "prefix": 8, "seed": 1}
        given = Defense(**{**settings, **defense}) if defense else None
        return generate(self.model, self.PROMPT, limit, frozenset(ends), given)

    def test_no_noise_changes_nothing(self):
        plain = self.answer()
        self.assertGreater(len(set(plain.tokens)), 3)
        for kind in KINDS:
            for window in (0, 1, 8, 24, 99, None):
                defended = self.answer(kind=kind, prefix=window)
                self.assertEqual(defended.tokens, plain.tokens, (kind, window))
                self.assertTrue(all(set(v.values()) == {5} for v in defended.votes))

    def test_plain_answer_is_the_naive_one(self):
        ids = list(self.PROMPT.ids)
        with torch.inference_mode():
            for _ in range(24):
                ids.append(self.model(torch.tensor([ids])).logits[0, -1].argmax().item())
        self.assertEqual(self.answer().tokens, ids[len(self.PROMPT.ids):])

    def test_noise_matters_and_repeats(self):
        first = self.answer(sigma=3.0, kind="isotropic")
        self.assertTrue(any(len(votes) > 1 for votes in first.votes))
        self.assertEqual(first.votes, self.answer(sigma=3.0, kind="isotropic").votes)
        self.assertNotEqual(first.votes, self.answer(sigma=3.0, kind="isotropic", seed=2).votes)

    def test_costs(self):
        plain = self.answer()
        self.assertEqual((plain.processed, plain.passes), (6 + 23, 24))
        # 5 copies of 6 + 7 positions; then the prompt with 8 voted tokens, and 15 more.
        defended = self.answer(prefix=8)
        self.assertEqual((defended.processed, defended.passes), (5 * 13 + 14 + 15, 8 + 16))
        self.assertEqual(len(defended.votes), 8)
        everywhere = self.answer(prefix=None)
        self.assertEqual((everywhere.processed, everywhere.passes), (5 * (6 + 23), 24))
        self.assertTrue(0 < defended.first <= defended.wall)

    def test_ends(self):
        tokens = self.answer().tokens
        end = tokens[10]
        expected = tokens[:tokens.index(end)]
        for defense in ({}, {"prefix": 4}, {"prefix": None}):
            answer = self.answer(ends=[end], **defense)
            self.assertEqual((answer.tokens, answer.ended), (expected, True))

    def test_rows_are_ids(self):
        self.assertLess(embedding_error(self.model, self.PROMPT.ids), 1e-5)


class Command(unittest.TestCase):
    def run_peer(self, *arguments):
        done = subprocess.run([sys.executable, peer.__file__, *arguments], capture_output=True,
                              text=True, timeout=120)
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def test_mistakes(self):
        for arguments, code, words in (
                (["--model", "missing.gguf", "--prompt", "a"], 1, "missing.gguf"),
                (["--model", __file__, "--prompt", "a"], 1, "not a GGUF file"),
                (["--model", str(Path(__file__).parent), "--prompt", "a"], 1, "cannot read")):
            status, errors = self.run_peer(*arguments)
            self.assertEqual(status, code)
            self.assertIn(words, errors)

    def test_options(self):
        good = ["--model", "m", "--prompt", "a"]
        for arguments in ([], ["--model", "m"], good + ["--user-tokens", "3"],
                          good + ["--sigma", "-1"], good + ["--sigma", "nan"],
                          good + ["--samples", "0"], good + ["--prefix", "some"],
                          good + ["--noise", "loud"], good + ["--seed", "-1"]):
            with self.assertRaises(SystemExit) as raised:
                sys.stderr, kept = open("/dev/null", "w", encoding="ascii"), sys.stderr
                try:
                    peer.parse(arguments)
                finally:
                    sys.stderr.close()
                    sys.stderr = kept
            self.assertEqual(raised.exception.code, 2)
        self.assertIsNone(peer.parse(good + ["--prefix", "all"]).prefix)


if __name__ == "__main__":
    unittest.main()
