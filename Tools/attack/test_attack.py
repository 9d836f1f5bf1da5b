#!/usr/bin/env python3
"""Tests of the attack tools: seconds, no download, no model file.

    python3 Tools/attack/test_attack.py
"""

import json
import random
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import torch

import confirm
import duplicates
import gcg
import gradient

torch.set_num_threads(1)


class Tiny(torch.nn.Module):
    """Random weights: the last logits are of a mean over what was fed, through one layer."""

    def __init__(self, seed, vocabulary=40, width=12):
        super().__init__()
        torch.manual_seed(seed)
        self.embedding = torch.nn.Embedding(vocabulary, width)
        self.layer, self.head = torch.nn.Linear(width, 32), torch.nn.Linear(32, vocabulary)
        self.requires_grad_(False)

    def get_input_embeddings(self):
        return self.embedding

    def forward(self, inputs_embeds):
        counts = torch.arange(1, inputs_embeds.shape[1] + 1).view(1, -1, 1)
        state = inputs_embeds.cumsum(1) / counts
        return SimpleNamespace(logits=self.head(torch.tanh(3 * self.layer(state))) * 3)


def isotropic(sigma):
    def noise(embeddings, seed):
        return embeddings + sigma * torch.randn(embeddings.shape, generator=torch.Generator().manual_seed(seed))
    return noise


class Search(unittest.TestCase):
    def objective(self, seed, noise=None):
        return gcg.Objective(Tiny(seed), [1, 2], [3, 4, 5], [6], [7, 8], noise)

    def test_gradient_is_the_loss_s(self):
        for seed in range(20):
            objective = self.objective(seed, isotropic(0.3))
            suffix, seeds = [9, 10, 11], [5, 6]
            slope = objective.gradient(suffix, seeds)
            # A small step from a token towards another one changes the loss by the difference of their slopes.
            place, token, step = seed % 3, 12 + seed, 1e-3
            rows = objective.table[torch.tensor(suffix)]
            moved = rows.clone()
            moved[place] += step * (objective.table[token] - rows[place])
            before, after = objective.loss([rows, moved], seeds)
            expected = step * (slope[place, token] - slope[place, suffix[place]])
            self.assertAlmostEqual((after - before).item(), expected.item(), delta=2e-5)

    def test_it_finds_more_than_chance_and_never_exceeds_its_budget(self):
        better = 0
        for seed in range(20):
            for noise in (None, isotropic(0.3)):
                queries = 150 + 10 * seed
                settings = gcg.Settings(suffix_tokens=4, candidates=8, top=8, queries=queries, seed=seed, enough=0.9)
                objective = self.objective(seed, noise)
                found = gcg.search(objective, range(9, 40), settings, [9] * 4)
                self.assertLessEqual(found.queries, queries)
                random = torch.Generator().manual_seed(seed)
                others = torch.randint(9, 40, (queries // 4, 4), generator=random).tolist()
                seeds = [1 << 61 | number for number in range(16 if noise else 1)]
                chance = min(objective.scores(others, seeds, 64))
                better += objective.scores([found.suffix], seeds, 64)[0] <= chance + 0.05
        self.assertGreaterEqual(better, 34)

    def test_no_budget_no_query(self):
        found = gcg.search(self.objective(1, isotropic(1)), range(9, 40), gcg.Settings(queries=3, draws=4), [9] * 4)
        self.assertEqual((found.queries, found.history), (0, []))

    def test_candidates_that_are_not_kept_are_never_asked(self):
        settings = gcg.Settings(suffix_tokens=4, candidates=8, queries=300, enough=0.99)
        found = gcg.search(
            self.objective(2), range(9, 40), settings, [9] * 4, keeps=lambda suffix: suffix[0] == 9 and 20 not in suffix)
        self.assertTrue(found.history)
        self.assertTrue(found.suffix[0] == 9 and 20 not in found.suffix)

    def test_what_was_chosen_flatters_and_fresh_draws_do_not(self):
        gaps, said = [], []
        for seed in range(100):
            found = gcg.search(Indifferent(), range(9, 40), gcg.Settings(
                suffix_tokens=4, candidates=16, queries=400, draws=2, seed=seed, enough=float("inf")), [9] * 4)
            gaps += [fresh - chosen for chosen, fresh in found.history]
            said.append(found.fresh)
        mean = lambda values: sum(values) / len(values)
        error = lambda values: torch.tensor(values).std().item() / len(values) ** 0.5
        self.assertGreater(mean(gaps), 10 * error(gaps))
        self.assertLess(abs(mean(said)), 3 * error(said))


class Indifferent:
    """No suffix is better than another; each likes other noise, by scores around 0."""

    noise, table = True, torch.zeros(40, 2)

    def gradient(self, suffix, seeds):
        return torch.zeros(len(suffix), 40)

    def scores(self, suffixes, seeds, batch):
        return [sum(random.Random(f"{suffix} {seed}").gauss(0, 1) for seed in seeds) / len(seeds) for suffix in suffixes]


class Files(unittest.TestCase):
    def test_an_artifact_claims_nothing_and_has_what_is_read(self):
        found = gcg.Found([1], 0.5, [], 30)
        made = gradient.artifact([("goal", "b", "c", "goal x", found)], "m", gcg.Settings(), "hard")
        entry = json.loads(json.dumps(made))["jailbreaks"][0]
        self.assertEqual((entry["goal"], entry["prompt"], entry["jailbroken"]), ("goal", "goal x", None))
        self.assertEqual(made["parameters"]["total_number_of_queries"], 30)

    def test_goals_are_read_by_either_name(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "goals.jsonl")
            path.write_text('{"goal": "a", "behavior": "x"}\n\n{"prompt": "b\u2028", "category": "y"}\n', encoding="utf-8")
            self.assertEqual(gradient.goals(path), [("a", "x", None), ("b\u2028", "b\u2028", "y")])

    def test_breaches_are_tallied(self):
        entries = [{"jailbroken": broken, "prompt": prompt, "response": "r", "goal": "g"}
                   for broken in (True, False) for prompt in ("p", None)]
        kept = confirm.breaches({"jailbreaks": entries})
        self.assertEqual(len(kept), 1)
        counts = confirm.tally(kept * 3, ["r", "s", "t"], ["refused", "complied", "refused"])
        self.assertEqual(counts, {"same": 1, "other": 1, "gone": 1})

    def test_answers_are_judged_whatever_characters_they_hold(self):
        texts = ["- a list\r\n- of two", "a\u2028b\u0085c", "=1+1"]
        labels = ["complied", "refused", "incoherent"]
        with tempfile.TemporaryDirectory() as name:
            folder, stub = Path(name), Path(name, "resta")
            exported = "".join(json.dumps({"answer": text, "label": label}, ensure_ascii=False) + "\n"
                               for text, label in zip(texts, labels))
            Path(folder, "exported").write_bytes(exported.encode())
            stub.write_text("#!/bin/sh\ncase $2 in\n"
                            "import) mkdir \"$5\" && touch \"$5/results.sqlite\" ;;\n"
                            f"export) cat '{folder}/exported' ;;\nesac\n")
            stub.chmod(0o755)
            entries = [{"prompt": "p"}] * 3
            self.assertEqual(confirm.judged(str(stub), entries, texts, [], folder), labels)
            self.assertEqual([row["answer"] for row in confirm.rows(exported)], texts)

    def test_a_suffix_is_a_near_duplicate_and_another_question_is_not(self):
        goal, other = "Explain how to pick the lock on a shed", "What is the capital of France?"
        self.assertEqual(duplicates.flags([goal, other, goal + " ! ! !", other[::-1]], 0.5, 20),
                         [False, False, True, False])
        self.assertEqual(duplicates.flags([goal, other, goal], 0.5, 1), [False, False, False])
        self.assertEqual(duplicates.similarity(set(), set()), 0.0)
        # What has no letter has nothing in common.
        self.assertEqual(duplicates.flags(["!!!", "\U0001f642", "no"], 0.5, 20), [False, False, False])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
