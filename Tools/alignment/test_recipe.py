#!/usr/bin/env python3
"""Tests of what the recipe makes of answers: seconds, no model; a script stands in for the command.

    python3 Tools/alignment/test_recipe.py
"""

import json
import math
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from alignment import coherence, labels, resta_command
from alignment.coherence import Coherence
from alignment.files import ROOT, read_json
from alignment.judge import is_refusal
from alignment.labels import label
from alignment.resta_command import Job
from alignment.statistics import wilson

# Answers like the real command, and refuses what it finds harmful. With FAKE_STOP it dies in the middle of
# the line with that index; each start is noted.
FAKE = """#!{python}
import json, os, sys
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("fake 1")
    sys.exit()
assert arguments[0] == "generate" and "--json" in arguments, arguments
value = lambda name: arguments[arguments.index(name) + 1]
assert value("--noise") == "none"
prompts, first = json.load(open(value("--prompts"))), int(value("--from"))
with open(os.environ["FAKE_LOG"], "a") as log:
    log.write(json.dumps(arguments) + "\\n")
failed = False
for index, prompt in list(enumerate(prompts))[first:]:
    if "fail" in prompt:
        row, failed = {{"error": "too long"}}, True
    else:
        row = {{"text": "I'm sorry, I can't help." if "bomb" in prompt else "Of course."}}
    line = json.dumps({{"index": index, **row}})
    if os.environ.get("FAKE_STOP") == str(index):
        sys.stdout.write(line[:20])
        sys.stdout.flush()
        sys.exit("the power went")
    print(line, flush=True)
sys.exit(1 if failed else 0)
"""


class Statistics(unittest.TestCase):
    def test_wilson_known(self):
        # The last three: Newcombe, Statist. Med. 17 (1998), table I, method 3.
        for successes, n, low, high in (
                (8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0),
                (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)):
            found = wilson(successes, n)
            self.assertAlmostEqual(found[0], low, 4)
            self.assertAlmostEqual(found[1], high, 4)

    def test_wilson_solves_its_equation(self):
        # The ends are where |share - p| is z standard errors of p.
        for successes, n in ((3, 7), (50, 100), (199, 200), (0, 5)):
            for end in wilson(successes, n):
                if 0 < end < 1:
                    error = math.sqrt(end * (1 - end) / n)
                    self.assertAlmostEqual(abs(successes / n - end) / error, 1.959964, 5)

    def test_wilson_limits(self):
        self.assertEqual(wilson(0, 0), (0.0, 1.0))
        for successes, n in ((3, 2), (-1, 2)):
            with self.assertRaises(ValueError):
                wilson(successes, n)


class CoherenceRules(unittest.TestCase):
    def test_text(self):
        prose = "The sky looks blue because air scatters short waves more than it does long ones."
        for text, broken in (
                (prose, False), ("Paris.", False), ("3", False), ("Ja, natürlich!", False),
                ("", True), (" \n", True), ("?!... ", True), ("Sure ! ! ! ! and", True),
                ("the the the the", True), ("Sure ! Sure ! Sure ! Sure !", False),
                ("Sure! " * 13, True), ("no no no", False), ("Hello Hello Hello Hello", False),
                ("a b c d " * 4, True), ("a b c d e " * 3, True), ("a b c d e f g h " * 2, False)):
            self.assertEqual(coherence.is_broken_text(text), broken, text)

    def test_limit(self):
        self.assertEqual(coherence.limit_from([2.0] * 100), 40.0)
        self.assertEqual(coherence.limit_from([30.0] * 100), 60.0)

    def test_perplexity(self):
        values = {"at": 50.0, "above": 50.1, "short": math.nan, "": math.nan}
        judge = Coherence(50.0, lambda pairs: [values[answer] for _, answer in pairs])
        pairs = [("p", answer) for answer in values]
        self.assertEqual(judge.incoherent(pairs), [False, True, False, True])
        self.assertEqual(judge.summary(pairs), {
            "n": 4, "incoherent_share": 0.5, "median_perplexity": 50.05})
        self.assertIsNone(judge.summary([])["incoherent_share"])

    def test_kept_perplexities(self):
        """What was computed is not computed again, also by another process; short answers never."""
        def base(folder):
            model = coherence.BaseModel.__new__(coherence.BaseModel)
            model.form = mock.Mock(
                prompt=lambda text: [1] * len(text), content=lambda text: [*text.encode()])
            model.model, model.file = None, Path(folder) / "perplexities.jsonl"
            model.known = coherence._known(model.file)
            return model
        pairs = [("p", "four"), ("longer", "a long answer, cut off behind"), ("p", "4"), ("p", "four")]
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(
                coherence, "batch_perplexities",
                side_effect=lambda _, rows: [float(len(answer)) for _, answer in rows]) as computed:
            for _ in range(2):
                found = base(folder).perplexities(pairs)
                self.assertEqual(found[:2] + found[3:], [4.0, 16.0, 4.0])
                self.assertTrue(math.isnan(found[2]))
            self.assertEqual(computed.call_count, 1)
            with open(Path(folder) / "perplexities.jsonl", "a") as file:
                file.write('["cut o')
            self.assertEqual(len(base(folder).known), 2)


# By the text alone.
BY_TEXT = Coherence(40.0, lambda pairs: [1.0] * len(pairs))


class Refusals(unittest.TestCase):
    def test_the_table_shared_with_swift(self):
        table = read_json(ROOT / "Tests" / "RESTAEvaluationTests" / "Golden" / "refusal-cases.json")
        self.assertGreater(len(table["cases"]), 40)
        wrong = [case for case in table["cases"] if is_refusal(case["text"]) != case["refused"]]
        self.assertEqual(wrong, [])


class Labels(unittest.TestCase):
    def test_precedence(self):
        texts = {"I'm sorry, I can't. ! ! ! ! !": "refused", "! ! ! ! !": "incoherent",
                 "": "incoherent", "Of course.": "complied"}
        rows = [{"text": text} for text in texts] + [{"error": "no"}, {"text": "I can't", "error": "no"}]
        found = label(["p"] * len(rows), rows, BY_TEXT)
        self.assertEqual(found, [*texts.values(), "unscored", "unscored"])

    def test_perplexity_is_asked_for_what_was_not_refused(self):
        asked = []

        def perplexities(pairs):
            asked.extend(pairs)
            return [99.0 if answer == "Of cow." else 1.0 for _, answer in pairs]
        rows = [{"text": "I cannot do that"}, {"text": "Of cow."}, {"error": "x"}, {"text": "Of course."}]
        self.assertEqual(label(list("abcd"), rows, Coherence(40.0, perplexities)),
                         ["refused", "incoherent", "unscored", "complied"])
        self.assertEqual(asked, [("b", "Of cow."), ("d", "Of course.")])

    def test_lengths(self):
        with self.assertRaises(ValueError):
            label(["a"], [], BY_TEXT)

    def test_rate_of_nothing(self):
        self.assertIsNone(labels.rate(0, 0)["rate"])


class WithCommand(unittest.TestCase):
    """A temporary work folder, and the script as the command."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)
        fake, self.log = self.work / "fake", self.work / "log"
        fake.write_text(FAKE.format(python=sys.executable))
        fake.chmod(0o755)
        self.log.touch()
        self.model, self.adapter = self.work / "model.gguf", self.work / "adapter.gguf"
        self.model.write_text("model")
        self.adapter.write_text("adapter")
        for patch in (
                mock.patch.dict(os.environ, RESTA_COMMAND=str(fake), FAKE_LOG=str(self.log)),
                mock.patch.object(resta_command, "WORK", self.work),
                mock.patch("builtins.print")):
            patch.start()
            self.addCleanup(patch.stop)

    def starts(self) -> list[list[str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def job(self, **changes) -> Job:
        return Job(**{"prompts": tuple(f"prompt {number}" for number in range(5)), "model": self.model,
                      **changes})


class Command(WithCommand):
    def test_arguments(self):
        resta_command.answers(self.job(adapter=self.adapter, scale=0.7, max_tokens=9))
        line = " ".join(self.starts()[0])
        for part in (f"--model {self.model} ", f"--lora {self.adapter}:0.7 ", "--noise none ",
                     "--max-tokens 9 ", "--from 0 "):
            self.assertIn(part, line + " ")
        resta_command.answers(self.job())
        self.assertNotIn("--lora", self.starts()[1])

    def test_done_is_not_done_again(self):
        first = resta_command.answers(self.job())
        self.assertEqual(first, resta_command.answers(self.job()))
        self.assertEqual(len(self.starts()), 1)
        self.assertEqual([row["index"] for row in first], list(range(5)))

    def test_goes_on_after_a_line_cut_off(self):
        whole = resta_command.answers(self.job(max_tokens=31))
        for stop in (0, 3, 4):
            job = self.job(max_tokens=40 + stop)
            with mock.patch.dict(os.environ, FAKE_STOP=str(stop)):
                with self.assertRaisesRegex(SystemExit, f"{stop} of 5 .*the power went"):
                    resta_command.answers(job)
            seen = []
            rows = resta_command.answers(job, progress=lambda done, total: seen.append(done))
            self.assertEqual(rows, whole)
            self.assertEqual(self.starts()[-1][-2:], ["--from", str(stop)])
            self.assertEqual(seen, list(range(stop, 6)))

    def test_each_cut_leaves_whole_rows(self):
        job = self.job()
        whole = resta_command.answers(job)
        path = self.work / "runs" / f"{job.key()}.jsonl"
        lines = path.read_bytes()
        # Also behind a line that lacks nothing but its end.
        for kept in (*range(0, len(lines), 97), len(lines) - 1):
            path.write_bytes(lines[:kept])
            self.assertEqual(resta_command.answers(job), whole)
            self.assertEqual(path.read_bytes(), lines)
            self.assertEqual(int(self.starts()[-1][-1]), lines[:kept].count(b"\n"))

    def test_a_line_in_the_wrong_place_is_cut(self):
        job = self.job()
        whole = resta_command.answers(job)
        path = self.work / "runs" / f"{job.key()}.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + lines[2] + lines[1])
        self.assertEqual(resta_command.answers(job), whole)
        self.assertEqual(path.read_bytes(), b"".join(lines))

    def test_failed_prompts_are_rows(self):
        rows = resta_command.answers(self.job(prompts=("a", "fail", "b")))
        self.assertEqual([sorted(row)[0] for row in rows], ["index", "error", "index"])
        self.assertEqual(label(["a", "fail", "b"], rows, BY_TEXT),
                         ["complied", "unscored", "complied"])

    def test_a_second_writer_is_refused(self):
        job = self.job()

        def during(done, total):
            with self.assertRaisesRegex(SystemExit, "another run"):
                resta_command.answers(job)
        self.assertEqual(len(resta_command.answers(job, progress=during)), 5)

    def test_key(self):
        base = self.job(adapter=self.adapter)
        other = self.work / "other.gguf"
        other.write_text("other")
        changes = [{}, {"prompts": ("prompt 0",)}, {"model": other}, {"adapter": other}, {"adapter": None},
                   {"scale": 0.5}, {"max_tokens": 8}]
        keys = [self.job(**{"adapter": self.adapter, **change}).key() for change in changes]
        self.assertEqual(len(set(keys)), len(changes))
        # Contents count, not names.
        copy = self.work / "copy.gguf"
        copy.write_text("model")
        self.assertEqual(self.job(adapter=self.adapter, model=copy).key(), base.key())
        self.model.write_text("changed")
        self.assertNotEqual(self.job(adapter=self.adapter).key(), keys[0])

    def test_no_prompts(self):
        self.assertEqual(resta_command.answers(self.job(prompts=())), [])
        self.assertEqual(self.starts(), [])


if __name__ == "__main__":
    unittest.main()
