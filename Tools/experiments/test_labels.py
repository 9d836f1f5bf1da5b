#!/usr/bin/env python3
"""Tests of the labels' script: a second, no model, no built command.

    python3 Tools/experiments/test_labels.py
"""

import collections
import contextlib
import json
import random
import sqlite3
import tempfile
import unittest
from pathlib import Path

import labels
import studies

COMMITTED = studies.ROOT / "Tests/RESTAEvaluationTests/Golden/labelled-studies/labels.csv"


def row(one, other, goal="g1"):
    return {"label": one, "counted": other, "second": other, "goal": goal}


class Kappa(unittest.TestCase):
    def test_worked_examples(self):
        def pairs(both, first, second, neither):
            return ([("refused", "refused")] * both + [("refused", "complied")] * first
                    + [("complied", "refused")] * second + [("complied", "complied")] * neither)
        # Agreement 0.7, by chance 0.5; 0.6 and 0.54; none.
        for made, expected in ((pairs(20, 5, 10, 15), 0.4), (pairs(45, 15, 25, 15), 0.06 / 0.46),
                               (pairs(5, 0, 0, 5), 1), (pairs(0, 5, 5, 0), -1), (pairs(9, 0, 0, 0), None)):
            self.assertEqual(labels.kappa(made) is None, expected is None)
            if expected is not None:
                self.assertAlmostEqual(labels.kappa(made), expected)

    def test_the_interval_holds_the_value_and_is_wider_in_clusters(self):
        source = random.Random(3)
        for _ in range(20):
            pairs = [(kind, kind if source.random() < 0.8 else source.choice(labels.LABELS))
                     for kind in source.choices(labels.LABELS, k=60)]
            low, high = labels.interval([[pair] for pair in pairs], draws=300)
            self.assertTrue(low <= labels.kappa(pairs) <= high)
            wide_low, wide_high = labels.interval([[pair] * 10 for pair in pairs[:6]], draws=300)
            self.assertLess(high - low, wide_high - wide_low + 1e-9)

    def test_full_agreement_is_no_certainty(self):
        for goals in (2, 10, 50):
            low, high = labels.interval([[(kind, kind)] for kind in labels.LABELS for _ in range(goals)])
            self.assertEqual(high, 1)
            self.assertAlmostEqual(low, (0.025 ** (1 / (3 * goals)) - 1 / 3) / (2 / 3))

    def test_what_has_another_label_is_in_no_kappa_and_in_the_confusion(self):
        rows = [row("refused", "refused"), row("complied", "complied"), row("missed", "complied"),
                row("complied", "unscored")]
        self.assertIn("n = 2 (1 goals), agreement 2 of 2", labels.summary(rows, "label", "counted"))
        self.assertIn("| missed | 0 | 1 | 0 |", labels.confusion(rows, "label", "counted"))


class Labels(unittest.TestCase):
    def test_an_answer_is_found_by_its_hash_and_another_is_left_out(self):
        answer = {"dataset": "d", "sample": "s", "answer_sha256": "ab", "label": "refused", "goal": "s"}
        found = {("d", "s", "ab"): answer}
        asked = [{"dataset": "d", "sample": "s", "answer_sha256": sha, "label": "refused"} for sha in ("ab", "cd")]
        rows, lost = labels.joined(asked, found)
        self.assertEqual(([(made["counted"], made["goal"]) for made in rows], lost), ([("refused", "s")], 1))

    def test_answers_are_read_whatever_characters_they_hold(self):
        made = {"dataset": "d", "sample": "s", "answer_sha256": "ab", "label": "refused", "prompt": "p",
                "answer": "a\u2028b\u0085c"}
        with tempfile.TemporaryDirectory() as name:
            store, stub = Path(name, "s.sqlite"), Path(name, "resta")
            with contextlib.closing(sqlite3.connect(store)) as connection:
                connection.execute("CREATE TABLE sample (dataset TEXT, id TEXT, json TEXT)")
                connection.execute("INSERT INTO sample VALUES ('d', 's', '{}')")
                connection.commit()
            Path(name, "exported").write_text(json.dumps(made, ensure_ascii=False) + "\n", encoding="utf-8")
            stub.write_text(f"#!/bin/sh\ncat '{name}/exported'\n", encoding="utf-8")
            stub.chmod(0o755)
            self.assertEqual(labels.answers([store], str(stub)), {("d", "s", "ab"): {**made, "goal": "p"}})

    def test_a_label_that_is_none_is_refused_with_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "labels.csv"
            for text, wrong in (("refused,\n", None), ("refused,missed\n", None), ("refusal,\n", "refusal"),
                                (",\n", ""), ("refused,perhaps\n", "perhaps")):
                path.write_text("label,second\ncomplied,\n" + text, encoding="utf-8")
                if wrong is None:
                    self.assertEqual(len(labels.read(path)), 2)
                else:
                    with self.assertRaisesRegex(studies.StudyError, f":3: unknown label '{wrong}'"):
                        labels.read(path)
            path.write_text("label,second\r\ncomplied,\r\n", encoding="utf-8-sig", newline="")
            self.assertEqual(labels.read(path), [{"label": "complied", "second": ""}])

    def test_the_committed_labels_hold_no_text_and_each_answer_once(self):
        rows = labels.read(COMMITTED)
        self.assertGreater(len(rows), 150)
        self.assertEqual(set(rows[0]), {"source", "configuration", "dataset", "sample", "defense", "seed", "key",
                                        "answer_sha256", "label", "second"})
        answers = collections.Counter((made["source"], made["configuration"], made["dataset"], made["sample"],
                                       made["answer_sha256"]) for made in rows)
        self.assertEqual(max(answers.values()), 1)
        for made in rows:
            self.assertRegex(made["answer_sha256"], "^[0-9a-f]{64}$")
            self.assertTrue((COMMITTED.parent / (made["configuration"] + ".yaml")).is_file())


if __name__ == "__main__":
    unittest.main()
