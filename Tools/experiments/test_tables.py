#!/usr/bin/env python3
"""Tests of the studies' tables: a second, no model, no built command.

    python3 Tools/experiments/test_tables.py
"""

import contextlib
import copy
import io
import json
import random
import sqlite3
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import studies
import tables

SECRET = "text of nobody's business"
CONFIGURATION = "# Not yet run.\nname: one\nseeds: [1]\n"


def rate(count, n):
    return {"count": count, "n": n, "clusters": n, "low": 0.1, "high": 0.9, "method": "clopper-pearson"}


def group(defense, role, complied=1, n=4, draws=(1,), dimension="role", name=None):
    return {"dimension": dimension, "group": name or role, "role": role, "defense": defense, "prompts": n,
            "seeds": max(draws), "asked": n, "unscored": 0, "refused": rate(n - complied - 1, n),
            "complied": rate(complied, n), "incoherent": rate(1, n), "text": SECRET,
            "anyOfSeeds": [] if role == "benign" else
            [{"attempts": count, "rate": rate(complied, n)} for count in draws],
            "tokenRatio": {"value": 2.5, "low": 2.0, "high": 3.0, "n": n}}


def report(roles=("adversarial", "direct", "benign"), draws=(1, 2)):
    groups = [group(name, role, draws=draws) for name in ("none", "RESTA") for role in roles]
    groups.append(group("RESTA", "adversarial", dimension="attack", name="gcg"))
    groups.append(group("RESTA", "adversarial", dimension="category", name=SECRET))
    points = [{"defense": name, "tokenRatio": {"value": 5.1, "n": 4}, "aboveDiagonal": {"value": 0.4, "n": 4},
               "verdict": "better", "text": SECRET} for name in ("none", "RESTA")]
    return {
        "title": "one", "command": "resta report secret/folder", "configuration": CONFIGURATION,
        "record": [{"label": "Model", "value": "m.gguf"}, {"label": "Model file, SHA-256", "value": "ab" * 32},
                   {"label": "Longest answer", "value": "24 tokens"}, {"label": "Engine", "value": "e"},
                   {"label": "System prompt", "value": SECRET},
                   {"label": "Primary endpoint, fixed beforehand", "value": "−47 points, n = 4"}],
        "datasets": [{"name": "direct", "source": "built-in", "sha256": "cd", "samples": 4, "rows": 4,
                      "nulls": 0, "roles": {"direct": 4}, "prompts": [SECRET]}],
        "defenses": [{"name": name, "kind": name, "settings": {}, "seeds": [1]} for name in ("none", "RESTA")],
        "judges": [{"id": "j/1", "findings": {"refused": 2}, "phrases": {SECRET: 1}}],
        "groups": groups, "tradeOff": points if len(roles) == 3 else [],
        "comparisons": [
            {"role": role, "defense": "RESTA", "baseline": baseline, "n": 4, "clusters": 4, "lower": 2, "tied": 2,
             "higher": 0, "difference": {"value": -0.5, "low": -0.9, "high": -0.1, "n": 4}, "p": 0.0004}
            for baseline in ("none", "placebo") for role in roles],
        "votes": [{"defense": "RESTA", "answers": 4, "votes": 9, "ties": rate(1, 9), "nearTies": rate(2, 9),
                   "tieBreaks": {"token-id": 1}, "positions": [{"meanMargin": 0.5}, {"meanMargin": 1.0}],
                   "rows": [{"sample": SECRET}]}],
        "voteEffects": [{"role": "direct", "single": "one", "voted": "ten", "copies": 10, "bins": [SECRET],
                         "points": [{"sample": "direct g1", "single": 0.85, "singleAnswers": 20, "voted": 1,
                                     "votedAnswers": 19, "text": SECRET}]}],
        "examples": [{"prompt": SECRET, "answer": SECRET}], "preferences": [SECRET],
        "warnings": ["One seed only."],
    }


def status(done=8, planned=8):
    return {"digest": "ef" * 32, "name": "one",
            "counts": {"done": done, "generations": done, "items": done, "planned": planned, "failed": 0}}


def result(made=None, state=None):
    return studies.evaluation_result(made or report(), state or status(), "resta eval run one.yaml", "one.yaml")


ATTACKS = {
    "attempts": [{"attack": "search", "defense": "none", "goal": "g1", "queries": 9, "tokens": 80,
                  "queries_to_breach": 9, "confirmed": 1, "draws": 1, "answer": SECRET}],
    "unfinished": 1, "goals": 5, "direct": {"refused": 3, "complied": 2},
    "rows": [{"attack": "search", "defense": "none", "kind": "none", "goals": 5, "not_refused": 2, "attacked": 3,
              "breached": 1, "confirmed": 1, "median_queries": None, "queries": 9, "tokens": 80, "refused": 7,
              "complied": 1, "incoherent": 1, "unscored": 0,
              "variants": [{"name": "20 tokens", "goals": 3, "broken": 1, "confirmed": 1, "text": SECRET,
                            "share": {"share": 1 / 3, "low": 0.01, "high": 0.91, "method": "clopper-pearson"}}],
              "success": {"1": {"share": 0, "low": 0, "high": 0.5}, "20": None}}]}


class Exporting(unittest.TestCase):
    def test_no_text_is_published(self):
        self.assertIn(SECRET, json.dumps(report()))
        self.assertIn(SECRET, json.dumps(ATTACKS))
        for made in (result(), studies.attack_result(ATTACKS, "resta attack run")):
            self.assertNotIn(SECRET, json.dumps(made))
            self.assertNotIn("secret/folder", json.dumps(made))

    def test_fields_that_are_new_are_not_published(self):
        random_source = random.Random(1)
        for case in range(300):
            made = report()
            holder = random_source.choice(
                [made] + [item for key in ("groups", "defenses", "judges", "datasets", "comparisons", "votes",
                                           "tradeOff") for item in made[key]])
            holder[f"new{case}"] = f"novel {case}"
            self.assertNotIn(f"novel {case}", json.dumps(result(made)))

    def test_what_is_written_is_read(self):
        for made in (result(), studies.attack_result(ATTACKS, "resta attack run"), {"empty": []}):
            self.assertEqual(json.loads(studies.encoded(made)), made)

    def test_an_unfinished_run_is_called_partial(self):
        for state, partial in ((status(), False), (status(done=8, planned=9), True)):
            self.assertEqual(result(state=state)["partial"], partial)
            self.assertEqual("**partial, " in tables.record(result(state=state)), partial)
        attack = studies.attack_result(ATTACKS, "c")
        self.assertEqual((attack["partial"], attack["answered"], attack["planned"]), (True, 2, 3))

    def test_a_comment_may_change_and_a_setting_may_not(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(studies, "ROOT", Path(folder)):
            expected = studies.sha256(studies.meaning(CONFIGURATION))
            for text, same in ((CONFIGURATION, True), ("# Run.\n\n" + CONFIGURATION[15:], True),
                               (CONFIGURATION.replace("[1]", "[2]"), False)):
                (Path(folder) / "one.yaml").write_text(text, encoding="utf-8")
                self.assertEqual(studies.configuration_fault("one.yaml", expected) is None, same, text)
            self.assertIn("no such", studies.configuration_fault("two.yaml", expected))

    def test_a_store_is_exported_while_it_is_written_to(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "one.yaml").write_text(CONFIGURATION, encoding="utf-8")
            stub = folder / "resta"
            stub.write_text(f"#!{sys.executable}\nimport sys\n"
                            f"print({json.dumps(json.dumps(report()))} if sys.argv[1] == 'report' else "
                            f"{json.dumps(json.dumps(status()))})\n", encoding="utf-8")
            stub.chmod(0o755)
            run = sqlite3.connect(folder / "results.sqlite")
            run.execute("PRAGMA journal_mode=WAL")
            run.execute("CREATE TABLE verdict (key TEXT)")
            run.commit()
            run.execute("INSERT INTO verdict VALUES ('not yet committed')")
            with mock.patch.object(studies, "ROOT", folder), \
                    mock.patch.object(studies, "RESULTS", folder / "docs" / "results"):
                path = studies.export(folder / "results.sqlite", str(stub), configuration="one.yaml")
                self.assertEqual(studies.load(path.parent), {"one": json.loads(json.dumps(result()))})
                limited = report()
                limited["record"].append({"label": "Limit", "value": "2 of each dataset"})
                stub.write_text(f"#!{sys.executable}\nprint({json.dumps(json.dumps(limited))})\n", encoding="utf-8")
                with self.assertRaisesRegex(studies.StudyError, "no whole study: --limit was given, 2 of each"):
                    studies.export(folder / "results.sqlite", str(stub), configuration="one.yaml")
                with self.assertRaisesRegex(studies.StudyError, "no store"):
                    studies.export(folder / "none.sqlite", str(stub))
            run.close()


class Tables(unittest.TestCase):
    def test_a_command_that_is_not_there_is_said(self):
        with self.assertRaisesRegex(studies.StudyError, "--resta /nowhere/resta: No such file"):
            studies.asked("/nowhere/resta", "report")

    def test_halves_go_away_from_zero_as_in_the_report(self):
        for value, digits, sign, expected in [
                (12.5, 0, False, "13"), (13.5, 0, False, "14"), (62.5, 0, False, "63"), (-12.5, 0, True, "-13"),
                (2.5, 0, True, "+3"), (0, 0, True, "0"), (-0.4, 0, True, "0"), (0.4, 0, True, "0"), (-0.4, 0, False, "0"),
                (0.125, 2, False, "0.13"), (1, 2, False, "1.00"), (99.4, 0, False, "99"), (-0.37, 2, False, "-0.37")]:
            self.assertEqual(tables.fixed(value, digits, sign), expected)
        self.assertEqual(tables.rate({"count": 3, "n": 24, "low": 0.025, "high": 0.325}), "13 % [3, 33]")

    def test_what_is_neither_nothing_nor_all_is_not_rounded_to_it(self):
        for count, n, expected in [
                (0, 9, "0"), (9, 9, "100"), (207, 208, "99.5"), (1, 1330, "0.1"), (1, 480, "0.2"), (1, 9000, "<0.1"),
                (8999, 9000, ">99.9"), (95, 10000, "1"), (94, 10000, "0.9"), (9904, 10000, "99"), (9905, 10000, "99.1")]:
            self.assertEqual(tables.rate({"count": count, "n": n, "low": 0, "high": 1}), f"{expected} % [0, 100]")

    def test_answers_that_are_no_language_stand_beside_an_attack(self):
        row = tables.attacks(result()).splitlines()[-1]
        self.assertTrue(row.endswith("25 % [10, 90], n = 4, 1 incoherent |"), row)
        made = report()
        made["groups"][6]["incoherent"] = rate(0, 4)
        self.assertNotIn("incoherent", tables.attacks(result(made)))

    def test_a_summary_has_requests_by_defence(self):
        made = report()
        made["groups"] += [group("none", "adversarial", n=9, dimension="attack", name="gcg"),
                           group("none", "benign", dimension="attack", name="gcg")]
        for item in made["groups"]:
            item["incoherent"]["count"] = 0 if item["defense"] == "none" else 1
        lines = tables.rendered({"one": result(made)}, "one", "summary", {}).splitlines()
        self.assertEqual(lines[0], "| complied | none | RESTA |")
        self.assertEqual(lines[2:], [
            "| `gcg` attacks | 11 % [10, 90], n = 9 | 25 % [10, 90], n = 4, 1 incoherent |",
            "| direct requests, n = 4 | 25 % [10, 90] | 25 % [10, 90], 1 incoherent |",
            "| everyday requests, n = 4 | 25 % [10, 90] | 25 % [10, 90], 1 incoherent |",
            "| tokens, times the undefended | 5.1 | 5.1 |"])

    def test_strengths_have_counts_by_noise_and_sigma(self):
        made = report()
        made["defenses"][1]["settings"] = {"noise": "hard", "sigma": 0.5}
        for sigma, complied in ((1.5, 3), (0.25, 0)):
            name = f"hard {sigma}"
            made["defenses"].append(
                {"name": name, "kind": "resta", "settings": {"noise": "hard", "sigma": sigma}, "seeds": [1]})
            made["groups"] += [group(name, "adversarial", complied), group(name, "direct", complied, n=3)]
        study = result(made)
        lines = tables.rendered({"one": study}, "one", "strengths", {}).splitlines()
        self.assertEqual(
            lines[0], "| complied: attacks, n = 4 / direct requests, n = 4 / everyday requests, n = 4 | 0.25 | 0.5 | 1.5 |")
        self.assertEqual(lines[2:], [
            "| hard | 0 / 0 of 3 / – | 1 / 1 / 1 | 3 / 3 of 3 / – |", "| none | 1 / 1 / 1 |  |  |"])
        study["defenses"][3]["settings"]["sigma"] = 0.5
        with self.assertRaisesRegex(studies.StudyError, "cannot tell them apart"):
            tables.strengths(study)

    def test_checked_answers_are_published(self):
        made = report()
        made["correctAnswers"] = [{"dataset": "checkable", "defense": "RESTA", "asked": 4, "correct": rate(3, 4),
                                   "wrong": 1, "refused": 0, "incoherent": 0, "unscored": 0, "text": SECRET}]
        made["correctComparisons"] = [{**made["comparisons"][2], "text": SECRET}]
        made["instructionFollowing"] = [{"dataset": "ifeval", "defense": "RESTA", "byType": {SECRET: rate(1, 1)}, **{
            f"{of}{how}": rate(2, 4) for of in ("prompt", "instruction") for how in ("Strict", "Loose")}}]
        published = result(made)
        self.assertNotIn(SECRET, json.dumps(published))
        self.assertIn("| RESTA | checkable | 75 % [10, 90], n = 4 | 1 | 0 | 0 | 0 |", tables.correct(published))
        self.assertIn("| RESTA | ifeval | 50 % [10, 90], n = 4 |", tables.ifeval(published))
        table = tables.paired(published, of="correct")
        self.assertIn("correct less / as / more often", table)
        self.assertEqual(len(table.splitlines()), 3)
        with self.assertRaisesRegex(studies.StudyError, "of=right"):
            tables.paired(published, of="right")

    def test_goals_that_were_not_asked_are_planned_attacks(self):
        made = copy.deepcopy(ATTACKS)
        made["direct"]["not_asked"] = 1
        attack = studies.attack_result(made, "c")
        self.assertEqual((attack["partial"], attack["answered"], attack["planned"]), (True, 1, 3))

    def test_a_rate_has_its_n_and_interval(self):
        row = tables.main_table(result()).splitlines()[-1]
        self.assertEqual(row.count("25 % [10, 90]"), 6)
        self.assertIn("5.10", row)
        self.assertIn("n = 4", tables.main_table(result()).splitlines()[0])

    def test_other_n_in_a_column_stand_in_each_cell(self):
        made = report()
        made["groups"][0] = group("none", "adversarial", n=3)
        lines = tables.main_table(result(made)).splitlines()
        self.assertIn("33 % [10, 90], n = 3", lines[2])
        self.assertIn("25 % [10, 90], n = 4", lines[3])
        self.assertNotIn("attack success, n", lines[0])

    def test_without_everyday_prompts_the_cost_is_that_of_the_attacks(self):
        text = tables.main_table(result(report(roles=("adversarial", "direct"))))
        self.assertIn("tokens × (attacks)", text)
        self.assertEqual(text.count("2.50 [2.00, 3.00]"), 2)

    def test_direct_requests_alone_have_their_cost_and_no_trade_off(self):
        text = tables.main_table(result(report(roles=("direct",))))
        self.assertIn("incoherent (direct)", text)
        self.assertIn("2.50 [2.00, 3.00]", text)
        self.assertNotIn("U/U₀", text)

    def test_draws_show_one_and_n_and_garbage_apart(self):
        made = report(roles=("direct",), draws=(1, 5, 20))
        made["groups"][0] = group("none", "direct", draws=(1,))
        head, _, undefended, defended = tables.draws(result(made)).splitlines()
        for word in ("ASR@1 ", "ASR@5", "ASR@20", "incoherent", "unscored"):
            self.assertIn(word, head)
        self.assertIn("| 4 | 1 | 25 % [10, 90] | – | – | 25 %", undefended)
        self.assertIn("| 4 | 20 | 25 %", defended)

    def test_effects_have_each_prompt_s_counts(self):
        self.assertIn("| direct g1 | ten | 17 of 20 | 19 of 19 |", tables.effects(result()))
        # Results that were published before have none.
        old = result()
        del old["voteEffects"]
        self.assertEqual(len(tables.effects(old).splitlines()), 2)

    def test_pairs_can_be_narrowed(self):
        for filters, rows in (({}, 6), ({"against": "placebo"}, 3), ({"against": "placebo", "role": "direct"}, 1)):
            self.assertEqual(len(tables.paired(result(), **filters).splitlines()), rows + 2)

    def test_attacks_have_what_was_not_followed_as_nothing(self):
        text = tables.attack_table(studies.attack_result(ATTACKS, "c"))
        self.assertIn("| search | none | 3 | 0 % [0, 50] | – | 1 | 1 | – | 7 / 1 / 1 / 0 | 80 |", text)

    def test_the_winners_curse_is_over_goals(self):
        self.assertAlmostEqual(studies.t_quantile(6), 2.4469, 4)
        self.assertAlmostEqual(studies.t_quantile(1), 12.7062, 3)
        # Of AdvBench's 520 goals.
        self.assertAlmostEqual(studies.t_quantile(519), 1.9645, 4)
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder, "s.sqlite")
            with contextlib.closing(sqlite3.connect(store)) as connection:
                connection.execute("CREATE TABLE unit (goal TEXT, snapshot TEXT)")
                for goal, kept, fresh in (("a", [-2, -2], [-1, -2]), ("a", [-2, -2], [-2, -3]), ("b", [-1, -1], [-2, -2]),
                                          ("c", [-1], [-1])):
                    snapshot = {"score": {"logs": kept}, "fresh": {"logs": fresh}, "suffix": SECRET}
                    connection.execute("INSERT INTO unit VALUES (?, ?)", (goal, json.dumps(snapshot)))
                connection.commit()
            found = studies.winners_curse(store)
        self.assertEqual((found["value"], found["n"], found["searches"]), (-0.5, 2, 3))
        self.assertAlmostEqual(found["high"], -0.5 + 12.7062 * 0.5, 3)

    def test_variants_have_the_report_s_intervals(self):
        text = tables.variants(studies.attack_result(ATTACKS, "c"))
        self.assertIn("| attack | defence | 20 tokens |", text)
        self.assertIn("| search | none | 1 of 3 [1, 91] % |", text)


class Meaning(unittest.TestCase):
    """What noise leaves of prompts: `resta meaning --json`, with and without similarities of the answers."""

    @staticmethod
    def report():
        def mean(value, n=2):
            return {"value": value, "n": n, "low": value - 0.1, "high": value + 0.1}

        def point(name, cosine):
            return {"defense": name, "sigma_absolute": 0.07, "cosine": mean(cosine, 31), "norm_ratio": mean(1.2, 31),
                    "sign_flips": mean(0.25, 31), "own_by_cosine": rate(31, 31), "own_by_product": rate(20, 31),
                    "divergence": mean(0.5), "divergence_of_mean": {"n": 0}, "same_token": rate(1, 2),
                    "same_token_in_mean": rate(2, 2), "one_copy": mean(0.5), "vote": mean(0.75), "text": SECRET}

        return {"prompts": 2, "planned": 3, "max_tokens": 24,
                "run": {"model_file": "m.gguf", "llama_cpp": "b1", "adapters": [{"file": "a.gguf", "scale": 1}]},
                "settings": [point("resta isotropic 0.5 k=10 l=20", 0.9), point("resta hard 1.0 k=10 l=20", 0.7)],
                "by_prompt": [{"seed": 1, "answer": SECRET}, {"seed": 2, "answer": SECRET}]}

    def test_tables_of_what_the_command_printed(self):
        names = [point["defense"] for point in self.report()["settings"]]
        found = {"value": 0.8, "n": 2, "low": 0.7, "high": 0.9}
        similar = {"floor": found, "settings": [
            {"defense": name, "one_copy": found, "vote": found, "empty": 0, "text": SECRET} for name in names]}
        for similarity in (None, similar):
            study = studies.meaning_result(self.report(), similarity, "resta meaning")
            self.assertNotIn(SECRET, json.dumps(study))
            results = {"m": study}
            record = tables.rendered(results, "m", "record", {})
            self.assertIn("**partial, 2 of 3 planned prompts**; m.gguf with a.gguf", record)
            rows = tables.rendered(results, "m", "rows", {})
            self.assertIn("| noise | cosine, n = 31 |", rows)
            self.assertIn("| isotropic 0.5 k=10 l=20 | 0.90 [0.80, 1.00] | 1.20 [1.10, 1.30] | 25 % [15, 35] |", rows)
            answers = tables.rendered(results, "m", "answers", {})
            self.assertIn("| 50 % [40, 60] | 75 % [65, 85] |", answers)
            self.assertEqual("| 0.80 [0.70, 0.90] | 0.80 [0.70, 0.90] |" in answers, similarity is not None)

    def test_similarities_of_another_run_are_refused(self):
        other = {"floor": None, "settings": [{"defense": "resta hard 9.0 k=1 l=1"}]}
        with self.assertRaises(studies.StudyError):
            studies.meaning_result(self.report(), other, "resta meaning")


class Probes(unittest.TestCase):
    """What `Tools/meaning/probes.py --json` printed."""

    def test_table_of_what_the_tool_printed(self):
        row = {"layer": 6, "noise": None, "sigma": None, "text": SECRET, **{
            key: rate(3, 4) for key in ("right", "harmful_seen", "harmless_taken", "as_undefended")}}
        study = studies.probes_result({
            "model_file": "m.gguf", "layers": 24, "learned": 8, "tested": 4, "attacks": 0,
            "rows": [row, {**row, "noise": "hard", "sigma": 0.5}]}, "probes.py")
        self.assertNotIn(SECRET, json.dumps(study))
        text = tables.rendered({"p": study}, "p", "main", {})
        self.assertIn("| layer | noise | read right, n = 4 | harmful seen, n = 4 | harmless taken for harmful, n = 4 | as "
                      "undefended, n = 4 |\n", text)
        self.assertIn("| 6 of 24 | none | 75 % [", text)
        self.assertIn("| 6 of 24 | hard 0.5 | 75 % [", text)
        self.assertIn("4 of 4 planned requests; m.gguf, learned from 8 other requests",
                      tables.rendered({"p": study}, "p", "record", {}))


class Pages(unittest.TestCase):
    results = {"one": result()}
    page = "# Page\n\n" + "".join(f"<!-- study: one {kind} -->\n<!-- end -->\n\ntext 5\n"
                                  for kind in ("record", "main", "attacks", "draws", "paired against=none", "votes"))

    def written(self, text):
        return tables.rewritten([text], self.results)[0]

    def test_writing_twice_is_writing_once(self):
        once = self.written(self.page)
        self.assertEqual(self.written(once), once)
        self.assertEqual(once.count("text 5"), 6)

    def test_each_digit_that_is_changed_is_found(self):
        once = self.written(self.page)
        places = [index for match in tables.BLOCK.finditer(once)
                  for index in range(match.start(4), match.end(4)) if once[index].isdecimal()]
        self.assertGreater(len(places), 200)
        for index in places:
            changed = once[:index] + str((int(once[index]) + 1) % 10) + once[index + 1:]
            self.assertEqual(self.written(changed), once)

    def test_mistakes_are_refused_by_name(self):
        for before, after, message in (
                ("one main", "two main", "no result is called two"),
                ("one main", "one mian", "no table mian"),
                ("one votes", "one votes role=direct", "only 'paired'"),
                ("against=none", "versus=none", "unknown: versus"),
                ("against=none", "against=placebo", None),
                ("against=none", "against=nothing", "has no row"),
                ("one record -->", "one record  -->", "misspelt"),
                ("<!-- study: one main", "<!-- study:one main", "misspelt"),
                ("main -->\n<!-- end -->", "main -->\n", "lacks its '<!-- end -->'"),
                ("one record", "one votes", "lacks '<!-- study: one record -->'")):
            with self.subTest(after), contextlib.ExitStack() as stack:
                if message:
                    stack.enter_context(self.assertRaisesRegex(studies.StudyError, message))
                self.written(self.page.replace(before, after))

    def test_a_record_stands_on_one_of_the_pages(self):
        summary = "<!-- study: one summary -->\n<!-- end -->\n"
        with self.assertRaisesRegex(studies.StudyError, "lacks '<!-- study: one record -->'"):
            self.written(summary)
        first, second = tables.rewritten([self.page, summary], self.results)
        self.assertEqual(first, self.written(self.page))
        self.assertIn("| direct requests, n = 4 | ", second)

    def run_command(self, folder, *arguments):
        with mock.patch.object(studies, "ROOT", folder), mock.patch.object(studies, "RESULTS", folder), \
                mock.patch.object(sys, "argv", ["tables.py", *arguments]), \
                contextlib.redirect_stdout(io.StringIO()) as out:
            tables.main()
        return out.getvalue()

    def test_the_command_writes_and_checks(self):
        with tempfile.TemporaryDirectory() as name:
            folder, page = Path(name), Path(name) / "page.md"
            (folder / "one.yaml").write_text(CONFIGURATION, encoding="utf-8")
            (folder / "one.json").write_text(studies.encoded(self.results["one"]), encoding="utf-8")
            page.write_text(self.page, encoding="utf-8")
            with self.assertRaisesRegex(SystemExit, "is not what docs/results gives"):
                self.run_command(folder, "--check", str(page))
            self.run_command(folder, "--write", str(page))
            self.assertIn("6 tables of 1 studies passed", self.run_command(folder, "--check", str(page)))
            other = folder / "other.md"
            other.write_text("<!-- study: one summary -->\n| old |\n<!-- end -->\n", encoding="utf-8")
            with self.assertRaisesRegex(SystemExit, "other.md is not what docs/results gives"):
                self.run_command(folder, "--check", str(page), str(other))
            self.run_command(folder, "--write", str(page), str(other))
            self.assertIn("7 tables of 1", self.run_command(folder, "--check", str(page), str(other)))
            other = copy.deepcopy(self.results["one"])
            other["groups"][0]["complied"]["count"] = 0
            (folder / "one.json").write_text(studies.encoded(other), encoding="utf-8")
            with self.assertRaisesRegex(SystemExit, "is not what docs/results gives"):
                self.run_command(folder, "--check", str(page))
            (folder / "one.yaml").write_text("name: other\n", encoding="utf-8")
            with self.assertRaisesRegex(SystemExit, "is not the configuration that ran"):
                self.run_command(folder, "--check", str(page))
            self.assertIn("<!-- study: one main -->", self.run_command(folder, "--show", "one"))


if __name__ == "__main__":
    unittest.main()
