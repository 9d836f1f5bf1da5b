#!/usr/bin/env python3
"""Tests of the playground in a headless Chromium: against scripted answers, then against a server.

    python3 Tools/playground/test_playground.py [--server URL] [--shots FOLDER] [unittest's arguments]

URL is a running `resta serve --playground`; without one its tests are skipped. FOLDER gets screenshots
of the page in light, dark and at 360 pixels. `PLAYGROUND` may name another folder with the page's files.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import sys
import time
import unittest

import mock_server
from browser import Browser
from mock_server import BARE, FIXED, OPEN, SILENT, MockServer

RESOURCES = pathlib.Path(os.environ.get("PLAYGROUND", mock_server.RESOURCES))
OPTIONS = argparse.Namespace(server=None, shots=None)
BROWSER = None

IDLE = "document.querySelector('.turn') && document.getElementById('stop').hidden"
TEXTS = """[...document.querySelectorAll('.turn:last-child .answer')].map((answer) =>
  [answer.querySelector('h2').firstChild.data, answer.querySelector('.text').textContent])"""
VOTES = "[...document.querySelectorAll('.turn:last-child .token')].map((token) => JSON.parse(token.dataset.vote))"
LEVELS = "[...document.querySelectorAll('.turn:last-child .token')].map((token) => token.classList[1])"
NOTES = """[...document.querySelectorAll('.turn:last-child .note')].map((note) => note.hidden ? '' : note.textContent)"""
PANEL = """(() => { const panel = document.getElementById('panel'); return panel.hidden ? null : {
  rows: [...panel.querySelectorAll('tr')].map((row) => [row.querySelector('code').textContent,
    Number(row.lastChild.textContent), row.className === 'chosen']),
  text: panel.textContent, box: panel.getBoundingClientRect().toJSON() }; })()"""
# Contrast as WCAG 2 defines it, of an element's text with the background that is behind it.
CONTRAST = """(selector) => { const node = document.querySelector(selector); if (!node) return null;
  const numbers = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) =>
    c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((s, c, i) => s + c * [0.2126, 0.7152, 0.0722][i], 0);
  let behind = node;
  while (numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [a, b] = [getComputedStyle(node).color, getComputedStyle(behind).backgroundColor].map(numbers).map(light);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }"""


def setUpModule():
    global BROWSER
    BROWSER = Browser()


def tearDownModule():
    BROWSER.close()


class PageCase(unittest.TestCase):
    """A test in a browser: at its end nothing may have run, been blocked or been complained about."""

    def tearDown(self):
        self.assertEqual(BROWSER.value("window.violations"), [])
        self.assertEqual(BROWSER.errors, [])
        self.assertEqual(BROWSER.dialogs, [])
        self.assertIsNone(BROWSER.value("window.ran ?? null"))

    def ask(self, question, wait=True):
        """Asks by keyboard."""
        BROWSER.value("document.getElementById('question').focus()")
        BROWSER.type(question)
        BROWSER.press("Enter")
        if wait:
            BROWSER.wait(IDLE)

    def watch_growth(self):
        BROWSER.value("""(() => { window.growth = [];
          new MutationObserver(() => { const text = document.querySelector('.answer:last-child .text');
            if (text) growth.push([performance.now(), text.textContent]); })
          .observe(document.getElementById('turns'), { subtree: true, childList: true, characterData: true }); })()""")

    def check_growth(self, least):
        growth = BROWSER.value("window.growth")
        texts = [text for _, text in growth]
        for earlier, later in zip(texts, texts[1:]):
            self.assertTrue(later.startswith(earlier), (earlier, later))
        times = {text: moment for moment, text in reversed(growth) if text}
        self.assertGreaterEqual(len(times), least, "the answer came in one piece")
        self.assertGreater(max(times.values()) - min(times.values()), 50)

    def replies(self):
        """What the server sent to the last turn: the chunks, by whether the request was defended."""
        BROWSER.wait("seen.length > 0 && seen.every((record) => record.text !== null)")
        replies = {}
        for record in BROWSER.value("seen"):
            if record["body"] is None:
                continue
            # An event ends at an empty line; only "\n" ends lines, since JSON may hold other separators.
            events = record["text"].replace("\r\n", "\n").split("\n\n")
            data = ["".join(line[5:] for line in event.split("\n") if line.startswith("data:")) for event in events]
            chunks = [json.loads(item) for item in data if item.strip() not in ["", "[DONE]"]]
            replies[json.loads(record["body"])["resta"].get("noise") != "none"] = chunks
        return replies

    def check_against_replies(self):
        """Texts and votes on the page are those of the API, to the byte."""
        replies = self.replies()
        for title, text in BROWSER.value(TEXTS):
            sent = "".join(choice["delta"].get("content") or "" for chunk in replies[title == "Defended"]
                           for choice in chunk["choices"])
            self.assertEqual(text, sent)
        votes = [choice["resta"]["vote"] for chunk in replies[True] for choice in chunk["choices"]
                 if "vote" in choice.get("resta", {})]
        self.assertGreater(len(votes), 3)
        self.assertEqual(BROWSER.value(VOTES), votes)
        self.assertEqual(BROWSER.value(LEVELS), [self.level(vote) for vote in votes])
        return votes

    @staticmethod
    def level(vote):
        if vote["tie_rule"] is not None:
            return "tie"
        share = vote["margin"] / vote["asked"]
        return "unanimous" if share == 1 and vote["asked"] > 1 else "clear" if share > 0.5 else "narrow" if share > 0 else "tie"

    def check_panel(self, vote, samples):
        panel = BROWSER.wait(PANEL)
        def seen(text):
            return text.replace(" ", "␣").replace("\n", "↵").replace("\t", "⇥")
        self.assertEqual(panel["rows"], [
            [seen(count["text"]), count["count"], count["token_id"] == vote["token_id"]]
            for count in vote["counts"][:8]])
        asked = vote["asked"]
        self.assertIn(f"{asked} of {samples} copies" if asked < samples else "asked.", panel["text"])
        if vote["tie_rule"] is not None:
            self.assertIn("A tie", panel["text"])
        width, height = BROWSER.value("[innerWidth, innerHeight]")
        self.assertGreaterEqual(panel["box"]["left"], 0)
        self.assertLessEqual(panel["box"]["right"], width)
        self.assertLessEqual(panel["box"]["bottom"], height)

    def check_votes_shown(self, votes, samples):
        """Each vote by the pointer; by keyboard the first, the next and the last."""
        for index, vote in enumerate(votes):
            x, y = BROWSER.centre(f"document.querySelectorAll('.turn:last-child .token')[{index}]")
            BROWSER.point(x, y)
            BROWSER.wait(f"({PANEL})?.text.startsWith('Token {vote['position'] + 1} of')")
            self.check_panel(vote, samples)
        BROWSER.point(1, 1)
        BROWSER.wait("document.getElementById('panel').hidden")
        BROWSER.value("document.querySelector('.turn:last-child .token[tabindex=\"0\"]').focus()")
        self.check_panel(votes[0], samples)
        BROWSER.press("ArrowRight")
        self.check_panel(votes[1], samples)
        BROWSER.press("End")
        self.check_panel(votes[-1], samples)
        self.assertEqual(BROWSER.value("document.querySelectorAll('.turn:last-child .token[tabindex=\"0\"]').length"), 1)
        BROWSER.press("Escape")
        BROWSER.wait("document.getElementById('panel').hidden")

    def costs(self):
        return BROWSER.value("""Object.fromEntries([...document.querySelectorAll('.turn:last-child .answer')].map(
          (answer) => [answer.querySelector('h2').firstChild.data, Object.fromEntries(
            [...answer.querySelectorAll('.costs div')].map((row) => [...row.children].map((node) => node.textContent)))]))""")

    def shots(self, name):
        """Light, dark and narrow, with a panel of votes open; the page never scrolls sideways."""
        looks = {"light": {}, "dark": {"scheme": "dark"}, "narrow": {"width": 360, "height": 780},
                 "narrow-dark": {"width": 360, "height": 780, "scheme": "dark"}}
        for label, look in looks.items():
            BROWSER.look(**look)
            BROWSER.value("document.activeElement.blur()")
            BROWSER.value("(document.querySelector('.turn .tie, .turn .narrow') ?? document.querySelector('.turn .token'))?.focus()")
            time.sleep(0.1)
            with self.subTest(look=label):
                self.assertLessEqual(BROWSER.value("document.documentElement.scrollWidth"), look.get("width", 1280))
            if OPTIONS.shots:
                folder = pathlib.Path(OPTIONS.shots)
                folder.mkdir(parents=True, exist_ok=True)
                # As high as the page, which shows a long one whole with the question at its end.
                height = BROWSER.value("document.documentElement.scrollHeight")
                BROWSER.look(**{**look, "height": max(height, 780)})
                time.sleep(0.1)
                BROWSER.shot(folder / f"{name}-{label}.png")
        BROWSER.look()


class SourceTests(unittest.TestCase):
    """What can be read off the files."""

    def test_no_line_parses_markup_or_text_as_program(self):
        source = (RESOURCES / "playground.js").read_text()
        forbidden = (r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|"
                     r"setHTML|srcdoc|\beval\b|new Function|setAttribute\(\"(on|style|href|src)")
        self.assertEqual(re.findall(forbidden, source), [])

    def test_the_page_keeps_to_its_policy_and_to_itself(self):
        page = (RESOURCES / "playground.html").read_text()
        self.assertEqual(re.findall(r"<style|\sstyle=|\son\w+=|<script(?! src=\"playground.js\" defer></script>)", page), [])
        for name in ["playground.html", "playground.css", "playground.js"]:
            addresses = re.findall(r"https?://[^\s'\"]+", (RESOURCES / name).read_text())
            self.assertEqual([item for item in addresses if item != "http://www.w3.org/2000/svg"], [])

    def test_the_page_is_small(self):
        sizes = [len((RESOURCES / f"playground.{kind}").read_bytes()) for kind in ["html", "css", "js"]]
        self.assertLess(sum(sizes), 41 * 1024)


class ScriptedTests(PageCase):
    """Against the mock server."""

    @contextlib.contextmanager
    def page(self, information=OPEN, **options):
        server = MockServer(information, resources=RESOURCES, **options)
        try:
            BROWSER.look()
            BROWSER.open(server.url)
            yield server
        finally:
            server.shutdown()
            server.server_close()

    def test_both_answers_stream_with_votes_prompt_and_cost(self):
        with self.page() as server:
            self.watch_growth()
            self.ask("Name three primary colours.")
            self.check_growth(10)
            votes = self.check_against_replies()
            self.assertEqual({self.level(vote) for vote in votes}, {"unanimous", "clear", "narrow", "tie"})
            self.check_votes_shown(votes, 10)
            self.assertEqual([title for title, _ in BROWSER.value(TEXTS)], ["Undefended", "Defended"])
            self.assertEqual(BROWSER.value("document.querySelector('mark').textContent"), "Name three primary colours.")
            costs = self.costs()
            self.assertEqual(costs["Undefended"]["Tokens processed"], "57")
            self.assertEqual(costs["Defended"]["Tokens processed"], "399 ×7.0")
            self.assertEqual(costs["Defended"]["Whole answer"], "1.05 s ×7.0")
            self.assertIn("hard 0.4 relative, k 10, l 20", BROWSER.value("document.querySelector('.turn').innerText"))
            sent = {json.dumps(body["resta"], sort_keys=True): body for body in server.requests}
            self.assertEqual(set(sent), {
                '{"noise": "none"}',
                '{"noise": "hard", "prefix": 20, "samples": 10, "sigma": 0.4, "sigma_unit": "relative", "votes": true}'})
            for body in server.requests:
                self.assertEqual(set(body), {"messages", "stream", "stream_options", "resta"})
                self.assertEqual(body["stream_options"], {"include_usage": True})
            self.shots("scripted")

    def test_markup_in_answers_prompts_and_votes_is_text(self):
        with self.page():
            self.ask("hostile <img src=x onerror=\"window.ran = 'question'\">")
            votes = self.check_against_replies()
            self.check_votes_shown(votes, 10)
            self.assertIn("<script>window.ran", BROWSER.value(TEXTS)[0][1])
            tags = "'script, img, iframe, svg, style, b'"
            self.assertEqual(BROWSER.value(f"document.querySelectorAll('#turns :is({tags[1:-1]})').length"), 0)
            self.assertEqual(BROWSER.value(f"document.querySelectorAll('body :is({tags[1:-1]})').length"), 0)
            BROWSER.value("document.querySelector('.prompt-view').open = true")
            self.shots("hostile")

    def test_markup_in_errors_and_names_is_text(self):
        hostile = "<img src=x onerror=\"window.ran = 'name'\">"
        client = {**OPEN["client"], "noise": ["hard", hostile]}
        defense = {**OPEN["defense"], "sigma_unit": hostile}
        with self.page({**OPEN, "model": hostile, "client": client, "defense": defense}):
            self.ask("hello")
            self.assertEqual(BROWSER.value("document.getElementById('model').textContent"), hostile)
            self.assertEqual(BROWSER.value("document.querySelectorAll('body img').length"), 0)

    def test_streams_in_any_pieces_are_read(self):
        with self.page():
            self.ask("split")
            votes = self.check_against_replies()
            self.assertEqual(BROWSER.value(TEXTS)[1], ["Defended", "Zwölf 🦊🦊 — ünï"])
            self.assertEqual(len(votes), 5)

    def test_each_column_keeps_its_own_conversation(self):
        with self.page() as server:
            BROWSER.value("document.getElementById('system').value = 'Be brief.'")
            self.ask("first")
            answers = dict(BROWSER.value(TEXTS))
            self.ask("second")
            self.assertEqual(BROWSER.value("document.querySelectorAll('.turn').length"), 2)
            for body in server.requests[-2:]:
                column = "Undefended" if body["resta"] == {"noise": "none"} else "Defended"
                self.assertEqual([(message["role"], message["content"]) for message in body["messages"]], [
                    ("system", "Be brief."), ("user", "first"), ("assistant", answers[column]), ("user", "second")])
            BROWSER.click("#new-chat")
            self.assertEqual(BROWSER.value("document.querySelectorAll('.turn').length"), 0)
            BROWSER.value("document.getElementById('system').value = ''")
            self.ask("third")
            self.assertEqual([len(body["messages"]) for body in server.requests[-2:]], [1, 1])

    def test_escape_and_stop_end_both_answers_and_their_requests(self):
        for way in ["Escape", "Stop", "New chat"]:
            with self.subTest(way=way), self.page() as server:
                self.ask("slow", wait=False)
                BROWSER.wait(f"({TEXTS}).length === 2 && ({TEXTS}).every(([, text]) => text.length > 10)")
                if way == "Escape":
                    BROWSER.press("Escape")
                else:
                    BROWSER.click("#stop" if way == "Stop" else "#new-chat")
                BROWSER.wait("document.getElementById('stop').hidden")
                end = time.monotonic() + 300
                while len(server.left) < 2 and time.monotonic() < end:
                    time.sleep(0.02)
                self.assertEqual(server.left, ["slow", "slow"], "the server was not told")
                if way != "New chat":
                    BROWSER.wait(f"({NOTES}).every((note) => note === 'Stopped.')")
                    texts = BROWSER.value(TEXTS)
                    time.sleep(0.2)
                    self.assertEqual(BROWSER.value(TEXTS), texts)
                self.assertEqual(BROWSER.value("document.activeElement.id"), "question")
                self.ask("next")
                self.assertEqual(BROWSER.value(NOTES), ["", ""])
                self.assertEqual(len(server.requests[-1]["messages"]), 1 if way == "New chat" else 3)

    def test_troubles_are_told_in_plain_words(self):
        cases = {
            "key": ["wants an API key", "reload the page", "(401)"],
            "limit": ["The operator does not allow these settings (400).", "resta.samples: at least 10."],
            "broken": ["The answer broke off. The engine failed."],
            "garbage": ["The server sent something that is not JSON."],
            "cut": ["The connection ended before the answer was complete."],
        }
        with self.page() as server:
            for question, words in cases.items():
                with self.subTest(question):
                    self.ask(question)
                    for note in BROWSER.value(NOTES):
                        for part in words:
                            self.assertIn(part, note)
            # What failed is in no history, and the next question is answered.
            self.ask("hello")
            self.assertEqual([len(body["messages"]) for body in server.requests[-2:]], [1, 1])
            self.assertEqual(BROWSER.value(NOTES), ["", ""])

    def test_a_busy_server_says_when_and_can_be_asked_again(self):
        with self.page():
            self.ask("busy")
            notes = [note for note in BROWSER.value(NOTES) if note]
            self.assertIn("Try again in 7 seconds.", notes[0])
            self.assertIn("The server is busy", notes[0])
            self.shots("busy")
            BROWSER.click(".again")
            BROWSER.wait(IDLE)
            self.assertEqual(BROWSER.value("document.querySelectorAll('.turn').length"), 1)
            self.assertEqual(BROWSER.value("document.querySelectorAll('.answer').length"), 2)

    def test_a_server_that_is_gone_is_told(self):
        with self.page() as server:
            server.shutdown()
            server.server_close()
            self.ask("hello")
            for note in BROWSER.value(NOTES):
                self.assertIn("The server cannot be reached.", note)

    def test_a_server_that_loads_is_waited_for(self):
        with self.page(loading=1) as server:
            self.assertEqual(server.asked, 2)
            self.assertTrue(BROWSER.value("document.getElementById('notice').hidden"))

    def test_what_the_operator_fixed_is_shown_and_not_sent(self):
        with self.page(FIXED) as server:
            disabled = BROWSER.value("[...document.querySelectorAll('#defense :is(input, select):disabled')].map((node) => node.id)")
            self.assertEqual(disabled, ["noise", "sigma", "prefix", "prefix-all"])
            self.assertTrue(BROWSER.value("document.getElementById('temperature').disabled"))
            self.assertEqual(BROWSER.value("document.getElementById('sigma').value"), "0.4")
            self.assertEqual(BROWSER.value("[samples.min, samples.max].join()"), "10,32")
            self.ask("hello")
            self.assertEqual([title for title, _ in BROWSER.value(TEXTS)], ["Defended"])
            self.assertEqual(server.requests[-1]["resta"], {"samples": 10})
            notice = BROWSER.value("document.getElementById('notice').textContent")
            self.assertIn("no client switch the defence off", notice)
            self.assertIn("resta serve --playground", notice)
            self.assertEqual(BROWSER.value("document.querySelectorAll('#turns .token').length"), 0)
            self.assertTrue(BROWSER.value("document.getElementById('legend').hidden"))
            self.assertEqual(set(self.costs()["Defended"]), {"First token", "Whole answer", "Answer tokens"})
            self.shots("fixed")

    def test_a_defence_can_be_asked_for_where_the_operator_has_none(self):
        with self.page(BARE) as server:
            self.ask("hello")
            self.assertEqual([title for title, _ in BROWSER.value(TEXTS)], ["Undefended", "Defended"])
            self.assertIn({"noise": "isotropic", "sigma": 0.1, "samples": 1, "prefix": 1},
                          [body["resta"] for body in server.requests])
        none = {"min": 0, "max": 0}
        for closed in [{"noise": []}, {"noise": ["hard"], "sigma": none}, {"noise": ["hard"], "prefix": none}]:
            client = {**OPEN["client"], "off": False, **closed}
            with self.page({**BARE, "client": client}) as server:
                self.assertIn("without a defence", BROWSER.value("document.getElementById('notice').textContent"))
                self.ask("hello")
                self.assertEqual([title for title, _ in BROWSER.value(TEXTS)], ["Undefended"])
                self.assertEqual(server.requests[-1]["resta"], {})

    def test_a_window_that_is_longer_than_any_answer_can_be_sent(self):
        with self.page({**OPEN, "limits": {**OPEN["limits"], "answer_tokens": 10}}) as server:
            self.ask("hello")
            self.assertIn(20, [body["resta"].get("prefix") for body in server.requests])

    def test_a_silent_operator_is_respected(self):
        with self.page(SILENT) as server:
            self.assertTrue(BROWSER.value("document.getElementById('defense').hidden"))
            self.ask("hello")
            self.assertEqual(server.requests[-1]["resta"], {})
            self.assertEqual([title for title, _ in BROWSER.value(TEXTS)], ["Defended"])

    def test_settings_out_of_bounds_are_pointed_at_and_not_sent(self):
        with self.page() as server:
            BROWSER.value("document.getElementById('sigma').value = '99'")
            self.ask("hello", wait=False)
            BROWSER.wait("document.activeElement.id === 'sigma'")
            self.assertEqual(server.requests, [])
            BROWSER.value("Object.assign(document.getElementById('sigma'), { value: '1.5' })")
            for name, value in [("samples", "3"), ("max-tokens", "12"), ("temperature", "0.7")]:
                BROWSER.value(f"document.getElementById('{name}').value = '{value}'")
            BROWSER.click("#prefix-all")
            self.assertTrue(BROWSER.value("document.getElementById('prefix').disabled"))
            BROWSER.value("document.getElementById('question').value = ''")
            self.ask("hello")
            body = next(body for body in server.requests if body["resta"]["noise"] != "none")
            self.assertEqual((body["max_tokens"], body["temperature"]), (12, 0.7))
            self.assertEqual(body["resta"], {"noise": "hard", "sigma": 1.5, "sigma_unit": "relative", "samples": 3,
                                             "prefix": "all", "votes": True})

    def test_the_keyboard_reaches_all_in_order(self):
        with self.page(pause=0.005):
            self.ask("hello")
            BROWSER.value("document.getElementById('new-chat').focus()")
            stops = []
            while len(stops) < 40 and "send" not in stops:
                BROWSER.press("Tab")
                stops.append(BROWSER.value("document.activeElement.id || document.activeElement.className || "
                                           "document.activeElement.localName"))
                self.assertTrue(BROWSER.value("getComputedStyle(document.activeElement).outlineStyle !== 'none'"))
            self.assertEqual(stops, [
                "summary", "noise", "sigma", "samples", "prefix", "prefix-all", "max-tokens",
                "temperature", "system", "token unanimous", "summary", "question", "send"])
            BROWSER.value("document.getElementById('question').focus()")
            BROWSER.type("one")
            BROWSER.press("Enter", shift=True)
            BROWSER.type("two")
            self.assertEqual(BROWSER.value("document.getElementById('question').value"), "one\ntwo")
            unlabelled = """[...document.querySelectorAll('input, select, textarea')].filter((node) =>
              node.labels.length === 0 || !node.labels[0].textContent.trim()).map((node) => node.id)"""
            self.assertEqual(BROWSER.value(unlabelled), [])
            self.assertEqual(BROWSER.value("""[...document.querySelectorAll('.text')].map((node) =>
              node.getAttribute('aria-live') + node.getAttribute('aria-busy')).join()"""), "politefalse,politefalse")

    def test_text_can_be_read_in_light_and_dark(self):
        with self.page(pause=0.005):
            self.ask("hello")
            BROWSER.value("document.querySelector('.prompt-view').open = true")
            BROWSER.value("document.querySelector('.note').className = 'note trouble'")
            parts = [".text .unanimous", ".text .clear", ".text .narrow", ".text .tie", "mark", ".prompt", "dt",
                     ".times", ".trouble", "#send", "#keys", "#model", ".question", "h2 .muted", "label .muted",
                     "#legend .muted", ".example .muted"]
            for scheme in ["light", "dark"]:
                BROWSER.look(scheme=scheme)
                for part in parts:
                    with self.subTest(scheme=scheme, part=part):
                        self.assertGreaterEqual(BROWSER.value(f"({CONTRAST})({json.dumps(part)})"), 4.5)

    def test_nothing_moves_where_motion_is_unwelcome(self):
        with self.page():
            BROWSER.look(motion="reduce")
            self.ask("slow", wait=False)
            BROWSER.wait("document.querySelector('.waiting') !== null")
            self.assertEqual(BROWSER.value("getComputedStyle(document.querySelector('.waiting'), '::after').animationName"),
                             "none")
            BROWSER.press("Escape")
            BROWSER.wait(IDLE)

    def test_the_start_is_shown(self):
        with self.page():
            self.assertEqual(BROWSER.value("document.activeElement.id"), "question")
            BROWSER.click(".example")
            self.assertEqual(BROWSER.value("document.getElementById('question').value"), "Name three primary colours.")
            self.shots("start")


class ServerTests(PageCase):
    """Against `resta serve --playground`, given with --server."""

    def setUp(self):
        if not OPTIONS.server:
            self.skipTest("no --server")
        BROWSER.look()
        BROWSER.open(OPTIONS.server.rstrip("/") + "/")

    def limit(self, tokens):
        BROWSER.value(f"document.getElementById('max-tokens').value = '{tokens}'")

    def test_a_question_is_answered_twice_with_votes_and_cost(self):
        self.limit(48)
        self.watch_growth()
        self.ask("Name three primary colours.")
        self.check_growth(5)
        self.assertEqual([title for title, _ in BROWSER.value(TEXTS)], ["Undefended", "Defended"])
        self.assertTrue(all(text for _, text in BROWSER.value(TEXTS)))
        votes = self.check_against_replies()
        settings = next(chunk["resta"]["settings"] for chunk in self.replies()[True] if "resta" in chunk)
        self.check_votes_shown(votes, settings["samples"])
        self.assertIn("Name three primary colours.", BROWSER.value("document.querySelector('mark').textContent"))
        costs = self.costs()
        for name in ["Tokens processed", "Passes", "First token", "Whole answer", "Answer tokens"]:
            self.assertIn(name, costs["Undefended"])
            self.assertIn(name, costs["Defended"])
        self.assertRegex(costs["Defended"]["Tokens processed"], r"^[\d,]+ ×[\d.]+$")
        self.shots("server")

    def test_a_conversation_goes_on_and_stops(self):
        self.limit(24)
        self.ask("Name three primary colours.")
        self.limit(400)
        BROWSER.value("document.getElementById('temperature').value = '0'")
        self.ask("Tell me a long story about a fox.", wait=False)
        BROWSER.wait(f"({TEXTS}).some(([, text]) => text.length > 8)")
        BROWSER.press("Escape")
        BROWSER.wait(IDLE)
        self.assertTrue(any(note.startswith("Stopped") for note in BROWSER.value(NOTES)), BROWSER.value(NOTES))
        texts = BROWSER.value(TEXTS)
        time.sleep(0.5)
        self.assertEqual(BROWSER.value(TEXTS), texts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", help="the address of a running resta serve --playground")
    parser.add_argument("--shots", help="a folder for screenshots")
    _, rest = parser.parse_known_args(namespace=OPTIONS)
    unittest.main(argv=[sys.argv[0], *rest])
