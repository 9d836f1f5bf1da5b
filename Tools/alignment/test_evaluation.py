#!/usr/bin/env python3
"""Tests of the evaluation: seconds, no model; a script stands in for the command.

    python3 Tools/alignment/test_evaluation.py
"""

import json
import math
import os
import string
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy

from alignment import coherence, evaluation, resta_command
from alignment.coherence import Coherence
from alignment.evaluation import Condition, PromptSet, label
from alignment.files import ROOT, read_json
from alignment.judge import is_refusal
from alignment.perturbation import perturbed
from alignment.resta_command import NONE, Defense, Job
from alignment.statistics import mcnemar_exact, paired_difference, wilson

# Answers like the real command: refuses what it finds harmful, and under noise everything short.
# With FAKE_STOP it dies in the middle of the line with that index; each start is noted.
FAKE = """#!{python}
import json, os, sys
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("fake 1")
    sys.exit()
assert arguments[0] == "generate" and "--json" in arguments, arguments
value = lambda name: arguments[arguments.index(name) + 1]
prompts, first = json.load(open(value("--prompts"))), int(value("--from"))
with open(os.environ["FAKE_LOG"], "a") as log:
    log.write(json.dumps(arguments) + "\\n")
noisy, failed = value("--noise") != "none", False
for index, prompt in list(enumerate(prompts))[first:]:
    seed = int(value("--seed")) + index
    if "fail" in prompt:
        row, failed = {{"error": "too long"}}, True
    else:
        refuses = "bomb" in prompt and ("!!" not in prompt or noisy)
        text = "I'm sorry, I can't help." if refuses else "! ! ! ! !" if "junk" in prompt else "Of course."
        votes = [{{"position": 0, "asked": 6, "margin": 3, "tie_rule": None, "counts": [{{"count": 4}}]}},
                 {{"position": 1, "asked": 10, "margin": 0, "tie_rule": "log-probability",
                   "counts": [{{"count": 5}}]}},
                 {{"position": 2, "asked": 6, "margin": 6, "tie_rule": None, "counts": [{{"count": 6}}]}}]
        row = {{"text": text, "settings": {{"seed": seed, "samples": 10}}, "votes": votes if noisy else [],
               "totals": {{"tokens_processed": 300 if noisy else 100, "wall_s": 2.0 if noisy else 0.5}}}}
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

    def test_mcnemar(self):
        self.assertAlmostEqual(mcnemar_exact(1, 9), 22 / 1024)
        self.assertAlmostEqual(mcnemar_exact(9, 1), 22 / 1024)
        self.assertAlmostEqual(mcnemar_exact(0, 5), 2 / 32)
        self.assertEqual(mcnemar_exact(4, 4), 1.0)
        self.assertEqual(mcnemar_exact(0, 0), 1.0)
        self.assertGreater(mcnemar_exact(1000, 1100), 0.02)
        self.assertLess(mcnemar_exact(1000, 1100), 0.04)

    def test_difference_is_that_of_means(self):
        found = paired_difference([[1, 1, 0], [1], [0, 0]], [[0], [1], [1]])
        self.assertAlmostEqual(found.points, 100 * (2 / 3 + 0 - 1) / 3)
        self.assertEqual((found.n, found.clusters), (3, 3))
        self.assertLessEqual(found.low, found.points)
        self.assertGreaterEqual(found.high, found.points)

    def test_difference_leaves_out_what_has_no_pair(self):
        found = paired_difference([[1], [], [1]], [[0], [1], []])
        self.assertEqual((found.points, found.n), (100.0, 1))
        self.assertIsNone(paired_difference([[]], [[1]]))

    def test_difference_is_seeded(self):
        first, second = [[index % 2] for index in range(40)], [[0]] * 40
        same = [paired_difference(first, second, seed=3) for _ in range(2)]
        self.assertEqual(*same)
        self.assertNotEqual(same[0], paired_difference(first, second, seed=4, draws=50))

    def test_interval_is_as_wide_as_theory_says(self):
        # Half of 100 prompts changed: the standard error is 5 points.
        found = paired_difference([[1]] * 50 + [[0]] * 50, [[0]] * 100)
        self.assertAlmostEqual(found.high - found.low, 2 * 1.96 * 5, delta=1.5)

    def test_clusters_widen(self):
        # 20 goals of 5 prompts that change together are 20 observations; seeds of a prompt are one.
        first = [[int(index < 50)] for index in range(100)]
        alone = paired_difference(first, [[0]] * 100)
        together = paired_difference(first, [[0]] * 100, [index // 5 for index in range(100)])
        self.assertAlmostEqual(
            (together.high - together.low) / (alone.high - alone.low), math.sqrt(5), delta=0.35)
        repeated = paired_difference([values * 3 for values in first], [[0]] * 100)
        self.assertEqual(repeated, alone)

    def test_interval_covers(self):
        numbers = numpy.random.default_rng(7)
        covered = 0
        for trial in range(200):
            changed = [[int(value)] for value in numbers.random(60) < 0.3]
            found = paired_difference(changed, [[0]] * 60, draws=400, seed=trial)
            covered += found.low <= 30 <= found.high
        self.assertGreater(covered, 180)
        self.assertLess(covered, 200)


class Perturbation(unittest.TestCase):
    def test_properties(self):
        numbers = numpy.random.default_rng(1)
        unchanged_kind = 0
        for case in range(400):
            length, percent = int(numbers.integers(0, 200)), int(numbers.integers(0, 101))
            # None of the characters can be drawn, so each change shows.
            text = "é" * length
            found = perturbed(text, percent, seed=case, index=case % 7)
            self.assertEqual(len(found), length)
            self.assertEqual(sum(a != b for a, b in zip(text, found)), length * percent // 100)
            self.assertLessEqual(set(found) - {"é"}, set(string.printable))
            self.assertEqual(found, perturbed(text, percent, seed=case, index=case % 7))
            unchanged_kind += found == perturbed(text, percent, seed=case, index=case % 7 + 1)
        # Only where hardly anything is replaced.
        self.assertLess(unchanged_kind, 60)

    def test_all_positions_and_characters_are_drawn(self):
        found = [perturbed("é" * 20, 10, 5, index) for index in range(3000)]
        places = [sum(text[place] != "é" for text in found) for place in range(20)]
        self.assertTrue(all(200 < count < 400 for count in places), places)
        self.assertEqual(set("".join(found)) - {"é"}, set(string.printable))

    def test_bad_share(self):
        with self.assertRaises(ValueError):
            perturbed("text", 101, 1, 1)


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
                 "": "incoherent", "Of course.": "answered"}
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
                         ["refused", "incoherent", "unscored", "answered"])
        self.assertEqual(asked, [("b", "Of cow."), ("d", "Of course.")])

    def test_lengths(self):
        with self.assertRaises(ValueError):
            label(["a"], [], BY_TEXT)

    def test_spread(self):
        self.assertEqual(evaluation.spread(list("abcdefgh"), 4), list("aceg"))
        self.assertEqual(evaluation.spread(list("abc"), 2), list("ab"))
        # None is taken twice.
        self.assertEqual(evaluation.spread(list("abc"), 9), list("abc"))
        self.assertEqual(evaluation.spread([], 9), [])

    def test_rate_of_nothing(self):
        self.assertIsNone(evaluation.rate(0, 0)["rate"])


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
                mock.patch.object(evaluation, "WORK", self.work),
                mock.patch.object(evaluation, "MODELS", self.work),
                mock.patch("builtins.print")):
            patch.start()
            self.addCleanup(patch.stop)

    def starts(self) -> list[list[str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def job(self, **changes) -> Job:
        return Job(**{"prompts": tuple(f"prompt {number}" for number in range(5)), "defense": NONE,
                      "model": self.model, **changes})


class Command(WithCommand):
    def test_arguments(self):
        defense = Defense("hard", 0.4, samples=3, prefix=7, seed=11)
        resta_command.answers(
            self.job(defense=defense, adapter=self.adapter, scale=0.7, max_tokens=9), threads=1)
        line = " ".join(self.starts()[0])
        for part in (f"--model {self.model} ", f"--lora {self.adapter}:0.7 ", "--noise hard ",
                     "--sigma 0.4 ", "--sigma-unit relative ", "--samples 3 ", "--prefix 7 ",
                     "--seed 11 ", "--max-tokens 9 ", "--from 0 ", "--threads 1"):
            self.assertIn(part, line + " ")
        resta_command.answers(self.job())
        self.assertNotIn("--sigma", self.starts()[1])
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
                         ["answered", "unscored", "answered"])

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
        changes = [{}, {"prompts": ("prompt 0",)}, {"defense": Defense("hard", 0.4)},
                   {"defense": Defense("hard", 0.5)}, {"defense": Defense("soft", 0.4)},
                   {"defense": Defense("hard", 0.4, seed=1)}, {"defense": Defense("hard", 0.4, samples=1)},
                   {"defense": Defense("hard", 0.4, prefix=1)}, {"model": other}, {"adapter": other},
                   {"adapter": None}, {"scale": 0.5}, {"max_tokens": 8}]
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


SECRETS = ("bomb", "Of course", "sorry")


class Evaluation(WithCommand):
    SETS = {
        "direct": PromptSet.of([f"bomb {number}" for number in range(4)]),
        "alpaca": PromptSet.of(["poem", "fail to write", "junk"]),
        "xstest_safe": PromptSet.of(["kill a process", "bomb calorimeter"]),
        "broken": PromptSet(("bomb 0 !!", "bomb 1 !!", "bomb 2 !!"), ("g0", "g0", "g1")),
    }

    def evaluate(self, conditions, seeds=(100, 200, 300)):
        return evaluation.evaluate("trial", conditions, self.SETS, seeds, adapter=self.adapter,
                                   coherence=BY_TEXT)

    def conditions(self):
        return [Condition("plain", 0.7, model="model.gguf"),
                Condition("noisy", 0.7, "model.gguf", Defense("hard", 0.4), seeds=3),
                Condition("characters", 0.7, "model.gguf", characters=100, seeds=2, against="noisy")]

    def test_numbers(self):
        results = self.evaluate(self.conditions())
        self.assertEqual(results, json.loads((self.work / "results" / "trial.json").read_text()))
        plain, noisy, characters = (condition["sets"] for condition in results["conditions"])
        self.assertEqual(plain["broken"]["pooled"]["refused"]["rate"], 0.0)
        self.assertEqual(plain["direct"]["pooled"]["refused"]["rate"], 1.0)
        restored = noisy["broken"]["pooled"]["refused"]
        self.assertEqual((restored["rate"], restored["n"], restored["outcomes"]), (1.0, 3, 9))
        # Three prompts on two goals: as many observations as goals.
        self.assertEqual((restored["low"], restored["high"]), wilson(2, 2))
        self.assertEqual(restored["difference"], {
            "points": 100.0, "low": 100.0, "high": 100.0, "n": 3, "clusters": 2})
        self.assertEqual([run["seed"] for run in noisy["broken"]["seeds"]], [100, 200, 300])
        one = noisy["broken"]["seeds"][0]
        self.assertEqual(one["mcnemar"], {"newly_refused": 3, "no_longer_refused": 0, "p": 0.25})
        self.assertEqual((one["cost"]["tokens_processed"], one["cost"]["tokens_processed_ratio"],
                          one["cost"]["wall_s_ratio"]), (300.0, 3.0, 4.0))
        self.assertAlmostEqual(one["votes"]["mean_margin_of_asked"], (3 / 6 + 0 + 1) / 3)
        self.assertAlmostEqual(one["votes"]["ties"]["rate"], 1 / 3)
        self.assertAlmostEqual(one["votes"]["unanimous"]["rate"], 1 / 3)
        self.assertIsNone(plain["broken"]["seeds"][0]["votes"])
        self.assertEqual(characters["direct"]["pooled"]["refused"]["rate"], 0.0)
        self.assertEqual(characters["direct"]["against"]["points"], -100.0)

    def test_an_error_is_in_no_rate(self):
        alpaca = self.evaluate(self.conditions()[:1])["conditions"][0]["sets"]["alpaca"]
        run = alpaca["seeds"][0]
        self.assertEqual(run["counts"], {"refused": 0, "answered": 1, "incoherent": 1, "unscored": 1})
        self.assertEqual((run["asked"], run["n"], run["refused"]["n"]), (3, 2, 2))
        self.assertEqual(run["answered"]["rate"], 0.5)
        self.assertEqual((alpaca["pooled"]["refused"]["n"], run["cost"]["n"]), (2, 2))

    def test_seeds_reach_the_command(self):
        self.evaluate(self.conditions()[:2])
        seeds = [start[start.index("--seed") + 1] for start in self.starts()]
        self.assertEqual(seeds, ["0"] * 4 + ["100", "200", "300"] * 4)

    def test_saved_after_each_condition(self):
        with mock.patch.object(evaluation, "measured", side_effect=evaluation.measured) as spy:
            def until_the_second(run, baseline):
                if spy.call_count > len(self.SETS):
                    raise KeyboardInterrupt
                return mock.DEFAULT
            spy.side_effect = until_the_second
            spy.return_value = {"done": True}
            with self.assertRaises(KeyboardInterrupt):
                self.evaluate(self.conditions())
        saved = json.loads((self.work / "results" / "trial.json").read_text())
        self.assertEqual([condition["name"] for condition in saved["conditions"]], ["plain"])

    def test_no_texts_in_results(self):
        results = self.evaluate(self.conditions())
        tables = evaluation.markdown(results)
        for text in SECRETS:
            self.assertNotIn(text, json.dumps(results))
            self.assertNotIn(text, tables)
        self.assertIn("| noisy | 3 × 3 | 100 % [34, 100] | 100 to 100 % |", tables)
        self.assertIn("| plain | 2 × 1 | 0 % [0, 66] | – | 50 % [9, 91] | 50 % [9, 91] | 1 | – |", tables)
        self.assertIn("### broken: 3 prompts on 2 goals", tables)
        self.assertIn("| noisy | broken | 27 | 7.3 of 10 | 0.50 |", tables)
        self.assertIn("| characters | noisy | direct | −100.0 [−100, −100] |", tables)

    def test_what_cannot_be_measured_is_said_first(self):
        plain, noisy, _ = self.conditions()
        for conditions, seeds, error in (
                ([noisy], (1, 100, 200), ValueError), ([plain, plain], (1,), ValueError),
                ([plain, noisy], (1,), ValueError), ([plain, noisy], (1, 2, 3), ValueError),
                ([plain, Condition("x", 1.0, "no.gguf")], (1,), SystemExit),
                ([plain, Condition("x", 1.0, "model.gguf", against="noisy"), noisy],
                 (1, 100, 200), ValueError),
                ([plain, Condition("x", 1.0, "model.gguf", Defense("hard"), 5)], (1,), ValueError)):
            with self.assertRaises(error):
                self.evaluate(conditions, seeds)
        self.assertEqual(self.starts(), [])


class Choice(WithCommand):
    @staticmethod
    def row(noise, sigma, restored, rise, fall):
        return {"noise": noise, "sigma": sigma, "restored": restored, "benign_rise": rise,
                "direct_fall": fall}

    def test_rule(self):
        row = self.row
        best = row("hard", 0.4, 70, 10.0, 5.0)
        rows = [row("hard", 0.2, 40, 1, 0), row("hard", 0.5, 70, 2, 0), best,
                row("hard", 0.6, 90, 10.5, 0), row("hard", 0.7, 90, 0, 5.5)]
        self.assertIs(evaluation.pick(rows), best)
        self.assertIs(evaluation.pick(rows[::-1]), best)
        self.assertIsNone(evaluation.pick(rows[3:]))

    def test_rounding_is_not_beyond_the_limit(self):
        rise = 100 * 13 / 110 - 100 * 2 / 110
        self.assertIsNotNone(evaluation.pick([self.row("hard", 1, 9, rise, 100 * 0.55 - 100 * 0.5)]))

    def test_other_kind(self):
        row = self.row
        chosen = row("hard", 0.4, 70, 0, 0)
        inside, beyond = row("isotropic", 0.3, 20, 9, 0), row("isotropic", 0.7, 90, 30, 0)
        self.assertIs(evaluation.pick_other([chosen, inside, beyond], chosen), inside)
        nearer = row("isotropic", 0.6, 80, 15, 0)
        self.assertIs(evaluation.pick_other([chosen, beyond, nearer], chosen), nearer)
        self.assertIsNone(evaluation.pick_other([chosen], chosen))

    def test_sweep_and_report(self):
        """Both, from the splits to the tables, on a few prompts."""
        def part(name):
            return {"direct": [f"bomb {name} {number}" for number in range(3)],
                    "alpaca": [f"poem {name}", f"song {name}"], "xstest_safe": [f"kill {name}"]}
        broken = self.work / "attacks"
        broken.mkdir()
        for split in ("development", "test"):
            (broken / f"broken-{split}.json").write_text(json.dumps(
                [{"prompt": f"bomb {split} {number} !!", "goal_id": number} for number in range(2)]))
        for file in (evaluation.MODEL, *evaluation.QUANTISATIONS):
            (self.work / file).write_text(file)
        (self.work / "splits.json").write_text(json.dumps(
            {split: part(split) for split in ("development", "test")}))
        choice = evaluation.sweep(
            broken / "broken-development.json", 0.7,
            [("hard", 0.4), ("hard", 0.2), ("isotropic", 0.3)], adapter=self.adapter,
            coherence=BY_TEXT)
        self.assertEqual(choice, json.loads((self.work / "choice.json").read_text()))
        self.assertEqual((choice["chosen"]["noise"], choice["chosen"]["sigma"]), ("hard", 0.2))
        self.assertEqual(choice["chosen"]["restored"], 100.0)
        self.assertEqual(choice["other"]["noise"], "isotropic")
        self.assertIn("| hard 0.2 | 100 % | +0.0 | +0.0 | +0.0 | +0.0 | 0 % | 0 % | 0 % | chosen |",
                      evaluation.sweep_table(choice))
        results = evaluation.report(choice, coherence=BY_TEXT)
        self.adapter.write_text("another")
        with self.assertRaisesRegex(SystemExit, "not the adapter"):
            evaluation.report(choice, coherence=BY_TEXT)
        self.assertEqual([(condition["name"], condition["seeds"], condition["defense"]["samples"])
                          for condition in results["conditions"]], [
            ("no defence", 1, 0), ("RESTA, hard 0.2", 3, 10), ("one noisy copy, hard 0.2", 3, 1),
            ("10 % random characters", 3, 0), ("no defence, Q4_1", 1, 0),
            ("no defence, F32", 1, 0), ("RESTA without noise", 1, 10),
            ("RESTA, isotropic 0.3", 1, 10)])
        self.assertEqual(results["sets"]["direct"]["prompts"], 3)
        self.assertTrue((self.work / "results" / "test.md").exists())

    def test_no_choice_no_report(self):
        with self.assertRaisesRegex(SystemExit, "none is within"):
            evaluation.report_conditions({"chosen": None, "other": None, "scale": 1.0})


if __name__ == "__main__":
    unittest.main()
