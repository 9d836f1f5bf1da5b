"""The official `openai` client against a running `resta serve`.

    RESTA_COMMAND=resta RESTA_MODELS=.models python Tools/server/test_openai.py
"""

import math
import statistics
import time
import unittest

import openai

from fields import IGNORED, NEUTRAL, REFUSED
from generate import generate
from metrics import RUNNING, Metrics
from serving import DEFENSE, MARK, Server, serve_class

OPEN = {"defense": {"sticky": True},
        "client": {"expose": "votes", "off": True, "logprobs": True, "noise": ["hard", "isotropic"],
                   "samples": {"min": 3, "max": 12}, "prefix": {"min": 4, "max": 20},
                   "sigma": {"min": 0.4, "max": 1.0}}}
SECRET = {"RESTA_NOISE_SECRET": "a secret of the tests, long enough to be one"}
OFF = {"resta": {"noise": "none"}}
VOTES = {"resta": {"votes": True}}


def client(server, key="none"):
    return openai.OpenAI(base_url=server.base + "/v1", api_key=key, max_retries=0, timeout=600)


def user(text):
    return [{"role": "user", "content": f"{text} ({MARK})"}]


def extra(model, name, default=None):
    """A field that the client's types do not know."""
    return (model.model_extra or {}).get(name, default)


class Case(unittest.TestCase):
    settings, env = OPEN, SECRET

    @classmethod
    def setUpClass(cls):
        cls.api = client(serve_class(cls, cls.settings, env=cls.env))

    def chat(self, messages, body=None, **fields):
        reply = self.api.chat.completions.create(
            model=self.model, messages=messages, extra_body=body,
            **{"max_tokens": 12, **fields})
        if not fields.get("stream"):
            self.server.remember(*(choice.message.content for choice in reply.choices))
        return reply

    @property
    def model(self):
        return self.api.models.list().data[0].id


class Chat(Case):
    def test_an_answer_has_what_the_client_reads(self):
        reply = self.chat(user("Name three colours."))
        self.assertEqual((reply.object, len(reply.choices)), ("chat.completion", 1))
        self.assertRegex(reply.id, "^chatcmpl-")
        self.assertLess(abs(reply.created - time.time()), 600)
        choice = reply.choices[0]
        self.assertEqual((choice.index, choice.message.role, choice.logprobs, choice.message.refusal),
                         (0, "assistant", None, None))
        self.assertTrue(choice.message.content)
        self.assertEqual(choice.finish_reason, "length")
        self.assertEqual(reply.usage.completion_tokens, 12)
        self.assertEqual(reply.usage.total_tokens, reply.usage.prompt_tokens + 12)

    def test_a_stream_begins_with_the_role_and_ends_with_the_reason(self):
        for body in (None, OFF):
            whole = self.chat(user("Name three rivers."), body)
            chunks = list(self.chat(user("Name three rivers."), body, stream=True,
                                    stream_options={"include_usage": True}))
            with self.subTest(body=body):
                self.assertEqual({(c.object, c.id, c.created, c.model) for c in chunks},
                                 {("chat.completion.chunk", chunks[0].id, chunks[0].created,
                                   whole.model)})
                first, last, usage = chunks[0], chunks[-2], chunks[-1]
                self.assertEqual(first.choices[0].delta.role, "assistant")
                self.assertFalse(first.choices[0].delta.content)
                self.assertEqual([c.choices[0].delta.role for c in chunks[1:-1]],
                                 [None] * (len(chunks) - 2))
                self.assertEqual([c.choices[0].finish_reason for c in chunks[:-1] if
                                  c.choices[0].finish_reason], [whole.choices[0].finish_reason])
                self.assertEqual(last.choices[0].finish_reason, whole.choices[0].finish_reason)
                self.assertFalse(last.choices[0].delta.content)
                self.assertEqual((usage.choices, usage.usage), ([], whole.usage))
                self.assertEqual([c.usage for c in chunks[:-1]], [None] * (len(chunks) - 1))
                self.assertEqual("".join(c.choices[0].delta.content or "" for c in chunks[:-1]),
                                 whole.choices[0].message.content)
                self.assertGreater(len(chunks), 5, "not streamed token by token")

    def test_without_asking_there_is_no_usage_chunk(self):
        for chunk in self.chat(user("Name a fish."), stream=True):
            self.assertEqual((len(chunk.choices), chunk.usage), (1, None))

    def test_choices_share_the_noise(self):
        reply = self.chat(user("Name an animal."), VOTES, n=2, temperature=1.5, seed=3)
        first, second = (extra(c, "resta")["votes"] for c in reply.choices)
        self.assertEqual([c.index for c in reply.choices], [0, 1])
        self.assertEqual(first, second)
        self.assertNotEqual(*(c.message.content for c in reply.choices))
        parts = {0: "", 1: ""}
        for chunk in self.chat(user("Name an animal."), n=2, temperature=1.5, seed=3, stream=True):
            parts[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
        self.assertEqual(list(parts.values()), [c.message.content for c in reply.choices])

    def test_the_seed_is_for_sampling_only(self):
        ask = lambda seed: self.chat(user("Tell me a tale."), VOTES, temperature=1.5, seed=seed)
        replies = [ask(seed).choices[0] for seed in (1, 1, 2, -5, 2 ** 63 - 1)]
        self.assertEqual(replies[0].message.content, replies[1].message.content)
        self.assertGreater(len({r.message.content for r in replies}), 2)
        for reply in replies[1:]:
            self.assertEqual(extra(reply, "resta")["votes"], extra(replies[0], "resta")["votes"])
        self.assertEqual({extra(r, "resta").get("seed") for r in replies}, {None})

    def test_stop(self):
        text = self.chat(user("List the days."), OFF, max_tokens=24).choices[0].message.content
        for cut in (text[9:13], text[-6:-3]):
            expected = text[:text.index(cut)]
            for stop in (cut, ["never there", cut]):
                reply = self.chat(user("List the days."), OFF, max_tokens=24, stop=stop)
                self.assertEqual((reply.choices[0].message.content, reply.choices[0].finish_reason),
                                 (expected, "stop"))
            chunks = self.chat(user("List the days."), OFF, max_tokens=24, stop=cut, stream=True)
            self.assertEqual("".join(c.choices[0].delta.content or "" for c in chunks), expected)

    def test_both_names_of_the_limit(self):
        for fields in ({"max_tokens": 3}, {"max_tokens": 3, "max_completion_tokens": 3}):
            self.assertEqual(self.chat(user("Hi."), **fields).usage.completion_tokens, 3)
        reply = self.api.chat.completions.create(model=self.model, messages=user("Hi."),
                                                 max_completion_tokens=3)
        self.assertEqual(reply.usage.completion_tokens, 3)
        with self.assertRaises(openai.BadRequestError):
            self.chat(user("Hi."), max_tokens=3, max_completion_tokens=4)

    def test_parts_are_joined_by_line_ends(self):
        parts = [{"type": "text", "text": "Add these:"}, {"type": "text", "text": f"2 and 3 {MARK}"}]
        joined = "\n".join(part["text"] for part in parts)
        one, other = (self.chat([{"role": "user", "content": content}])
                      for content in (parts, joined))
        self.assertEqual((one.choices[0].message.content, one.usage),
                         (other.choices[0].message.content, other.usage))

    def test_developer_is_system(self):
        replies = [self.chat([{"role": role, "content": "Answer in French."}, *user("Hello.")])
                   for role in ("system", "developer")]
        self.assertEqual(*(r.choices[0].message.content for r in replies))
        self.assertEqual(*(r.usage for r in replies))

    def test_votes_seeds_and_cost_when_asked(self):
        reply = self.chat(user("Name a city."), VOTES)
        shown = extra(reply.choices[0], "resta")
        self.assertEqual([v["position"] for v in shown["votes"]], [0, 1, 2, 3])
        for vote in shown["votes"]:
            self.assertEqual(set(vote), {"position", "token_id", "text", "counts", "asked",
                                         "margin", "tie_rule", "stopped_at_lead"})
            self.assertLessEqual(sum(c["count"] for c in vote["counts"]), vote["asked"])
        perturbed = "".join(t["text"] for t in shown["prompt"] if t["perturbed"])
        self.assertIn("Name a city.", perturbed)
        self.assertNotIn("assistant", perturbed)
        self.assertTrue({"passes", "tokens_processed", "wall_s"} <= set(shown["cost"]))
        settings = extra(reply, "resta")["settings"]
        # Every setting of the defence is shown, but for the seed of sticky noise.
        self.assertEqual(settings, {**settings, **DEFENSE, "sticky": True})
        self.assertEqual(settings["tie_rule"], "log-probability")
        self.assertNotIn("seed", settings)
        quiet = extra(self.chat(user("Name a city.")).choices[0], "resta", {})
        self.assertNotIn("votes", quiet)

    def test_streamed_votes_are_the_same(self):
        whole = self.chat(user("Name a city."), VOTES)
        chunks = list(self.chat(user("Name a city."), VOTES, stream=True))
        shown = [extra(c.choices[0], "resta") or {} for c in chunks]
        self.assertEqual([s["vote"] for s in shown if "vote" in s],
                         extra(whole.choices[0], "resta")["votes"])
        self.assertEqual(shown[0]["prompt"], extra(whole.choices[0], "resta")["prompt"])
        self.assertIn("cost", shown[-1])

    def test_a_request_chooses_within_the_limits(self):
        body = {"resta": {"noise": "isotropic", "sigma": 0.5, "samples": 5, "prefix": 6,
                          "votes": True}}
        raw = self.api.chat.completions.with_raw_response.create(
            model=self.model, messages=user("Name a tree."), max_tokens=8, extra_body=body)
        votes = extra(raw.parse().choices[0], "resta")["votes"]
        self.assertEqual(len(votes), 6)
        self.assertTrue(all(3 <= v["asked"] <= 5 for v in votes), votes)
        self.assertEqual({name: raw.headers[f"x-resta-{name}"] for name in
                          ("noise", "sigma", "sigma-unit", "samples", "prefix", "sticky")},
                         {"noise": "isotropic", "sigma": "0.5", "sigma-unit": "relative",
                          "samples": "5", "prefix": "6", "sticky": "true"})
        self.assertTrue(raw.headers["x-request-id"])

    def test_log_probabilities(self):
        reply = self.chat(user("Name a month."), VOTES, logprobs=True, top_logprobs=3)
        choice = reply.choices[0]
        votes, entries = extra(choice, "resta")["votes"], choice.logprobs.content
        self.assertEqual(len(entries), 12)
        self.assertEqual(b"".join(bytes(e.bytes) for e in entries).decode(), choice.message.content)
        self.assertEqual([extra(e, "voted") for e in entries], [True] * 4 + [False] * 8)
        for entry, vote in zip(entries, votes):
            count = next(c["count"] for c in vote["counts"] if c["token_id"] == vote["token_id"])
            self.assertAlmostEqual(entry.logprob, math.log(count / vote["asked"]), 5)
            self.assertLessEqual(len(entry.top_logprobs), len(vote["counts"]))
        for entry in entries[4:]:
            self.assertEqual(len(entry.top_logprobs), 3)
            best = [t.logprob for t in entry.top_logprobs]
            self.assertEqual(best, sorted(best, reverse=True))
            self.assertEqual((best[0], entry.top_logprobs[0].token), (entry.logprob, entry.token))
            self.assertLessEqual(sum(map(math.exp, best)), 1 + 1e-5)
        streamed = [entry for chunk in self.chat(user("Name a month."), stream=True, logprobs=True)
                    if chunk.choices[0].logprobs for entry in chunk.choices[0].logprobs.content]
        self.assertEqual([(e.token, e.logprob) for e in streamed],
                         [(e.token, e.logprob) for e in entries])


class Completions(Case):
    def complete(self, prompt, **fields):
        return self.api.completions.create(model=self.model, prompt=prompt,
                                           **{"max_tokens": 8, **fields})

    def test_whole_and_streamed(self):
        prompt = f"The {MARK} is an animal that"
        whole = self.complete(prompt)
        self.server.remember(whole.choices[0].text)
        self.assertEqual((whole.object, whole.usage.completion_tokens), ("text_completion", 8))
        self.assertRegex(whole.id, "^cmpl-")
        chunks = list(self.complete(prompt, stream=True, stream_options={"include_usage": True}))
        self.assertEqual({c.object for c in chunks}, {"text_completion"})
        self.assertEqual("".join(c.choices[0].text for c in chunks[:-1]), whole.choices[0].text)
        self.assertEqual(chunks[-2].choices[0].finish_reason, "length")
        self.assertEqual((chunks[-1].choices, chunks[-1].usage), ([], whole.usage))

    def test_several_prompts(self):
        prompts = [f"{MARK} one", f"{MARK} two"]
        reply = self.complete(prompts, extra_body=OFF)
        self.assertEqual([c.index for c in reply.choices], [0, 1])
        self.assertEqual([c.text for c in reply.choices],
                         [self.complete(p, extra_body=OFF).choices[0].text for p in prompts])

    def test_the_old_log_probabilities(self):
        reply = self.complete(f"{MARK} and", logprobs=2)
        found = reply.choices[0].logprobs
        self.assertEqual("".join(found.tokens), reply.choices[0].text)
        self.assertEqual([len(found.tokens)] * 3, [len(found.token_logprobs),
                                                   len(found.top_logprobs), len(found.text_offset)])
        self.assertTrue(all(p <= 0 for p in found.token_logprobs))

    def test_token_ids_are_refused(self):
        for prompt in ([1, 2, 3], [[1, 2], [3]]):
            with self.assertRaises(openai.BadRequestError) as raised:
                self.complete(prompt)
            self.assertTrue(raised.exception.param.startswith("prompt"), raised.exception.param)


class Models(Case):
    def test_list_and_retrieve(self):
        model, = self.api.models.list().data
        self.assertEqual((model.object, self.api.models.retrieve(model.id)), ("model", model))
        with self.assertRaises(openai.NotFoundError) as raised:
            self.api.models.retrieve("another")
        self.assertEqual(raised.exception.code, "model_not_found")


class Errors(Case):
    settings = {"client": {"off": False}}

    def refused(self, kind, param=None, code=None, **fields):
        with self.assertRaises(kind) as raised:
            self.api.chat.completions.create(**{"model": self.model, "max_tokens": 1,
                                                "messages": user("Hi."), **fields})
        error = raised.exception
        self.assertTrue(error.message and error.type, vars(error))
        if param:
            self.assertEqual(error.param, param)
            self.assertIn(param, error.message)
        if code:
            self.assertEqual(error.code, code)
        return error

    def test_another_model(self):
        self.refused(openai.NotFoundError, code="model_not_found", model="gpt-4o")

    def test_each_unsupported_field_is_refused_by_name(self):
        for name, value in REFUSED.items():
            with self.subTest(field=name):
                self.refused(openai.BadRequestError, param=name, extra_body={name: value})
        print(f"    {len(REFUSED)} fields refused by name")

    def test_neutral_values_and_what_changes_nothing_are_accepted(self):
        for name, value in (NEUTRAL | IGNORED).items():
            with self.subTest(field=name):
                self.chat(user("Hi."), {name: value}, max_tokens=1)

    def test_images_are_refused_with_their_place(self):
        part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
        error = self.refused(openai.BadRequestError, messages=[
            {"role": "user", "content": [{"type": "text", "text": MARK}, part]}])
        self.assertIn("messages[0].content[1]", error.param)

    def test_values_out_of_range(self):
        for fields in ({"temperature": 2.5}, {"top_p": 1.5}, {"n": 100}, {"max_tokens": 0},
                       {"top_logprobs": 30, "logprobs": True}, {"stop": ["a"] * 17}):
            with self.subTest(fields):
                error = self.refused(openai.BadRequestError, extra_body=fields)
                self.assertTrue(error.param.startswith(next(iter(fields))), error.param)

    def test_what_the_operator_does_not_allow(self):
        error = self.refused(openai.BadRequestError, code="resta_not_allowed", extra_body=VOTES)
        error = self.refused(openai.BadRequestError, code="resta_not_allowed", logprobs=True)
        self.assertIn("client.logprobs", error.message)
        self.refused(openai.BadRequestError, extra_body=OFF)
        self.refused(openai.BadRequestError, extra_body={"resta": {"seed": 1}})
        error = self.refused(openai.BadRequestError, extra_body={"resta": {"sampels": 3}})
        self.assertIn("samples", error.message, "no suggestion")

    def test_keys_and_rates(self):
        keys = {"RESTA_API_KEYS": "first-key-of-the-tests,second-key-of-the-tests"}
        with Server({"rates": {"requests_per_minute": 2}}, env=keys,
                    secrets=keys["RESTA_API_KEYS"].split(",")) as server:
            ask = lambda api: api.chat.completions.create(
                model="", messages=user("Hi."), max_tokens=1, extra_body={"model": None})
            with self.assertRaises(openai.AuthenticationError) as raised:
                ask(client(server, "no-key-of-ours"))
            self.assertEqual(raised.exception.code, "invalid_api_key")
            first = client(server, "first-key-of-the-tests")
            for _ in range(2):
                ask(first)
            with self.assertRaises(openai.RateLimitError) as raised:
                ask(first)
            self.assertEqual(raised.exception.code, "rate_limit_exceeded")
            self.assertGreaterEqual(int(raised.exception.response.headers["retry-after"]), 1)
            ask(client(server, "second-key-of-the-tests"))


class Cancellation(Case):
    def test_closing_a_stream_stops_the_work(self):
        times = []
        with Metrics(self.server) as metrics:
            for _ in range(5):
                stream = self.chat(user("Write a long story."), OFF, max_tokens=1000, stream=True)
                for _, chunk in zip(range(4), stream):
                    self.assertIsNone(chunk.choices[0].finish_reason)
                self.assertGreaterEqual(metrics.value(RUNNING), 1)
                stream.close()
                times.append(metrics.wait_for(RUNNING, lambda value: value == 0, 60))
                self.assertTrue(self.server.rests(), "the engine goes on")
        print("    cancelled streams stopped after", ", ".join(f"{t * 1000:.0f}" for t in times), "ms")
        # Not each of them: a machine may stand still for a while.
        self.assertLess(statistics.median(times), 0.1)


class AsGenerate(Case):
    """The same settings and seed give what `resta generate --json` gives."""

    settings = {**OPEN, "defense": {"sticky": False}}
    PROMPTS = ("Name three primary colours.", "What is a comet?", "Say hello in French.",
               "What is 2 plus 3?")

    def compare(self, reply, local):
        choice, shown = reply.choices[0], extra(reply.choices[0], "resta")
        self.assertEqual(choice.message.content, local["text"])
        self.assertEqual(shown.get("votes") or [], local.get("votes") or [])
        self.assertEqual((reply.usage.prompt_tokens, reply.usage.completion_tokens),
                         (local["prompt_tokens"], len(local["token_ids"])))

    def test_defended(self):
        votes = 0
        for prompt in self.PROMPTS:
            with self.subTest(prompt):
                reply = self.chat(user(prompt), VOTES)
                shown = extra(reply.choices[0], "resta")
                self.compare(reply, generate(user(prompt), self.env, max_tokens=12,
                                             seed=shown["seed"]))
                votes += len(shown["votes"])
        print(f"    {len(self.PROMPTS)} defended answers, {votes} votes as resta generate's")

    def test_undefended(self):
        for prompt in self.PROMPTS:
            with self.subTest(prompt):
                reply = self.chat(user(prompt), {"resta": {"noise": "none", "votes": True}})
                self.compare(reply, generate(user(prompt), self.env, max_tokens=12, noise="none"))

    def test_sampled(self):
        reply = self.chat(user("Tell me a tale."), VOTES, temperature=1.2, top_p=0.9, seed=77)
        shown = extra(reply.choices[0], "resta")
        self.assertEqual(shown["sampling_seed"], 77)
        self.compare(reply, generate(user("Tell me a tale."), self.env, max_tokens=12,
                                     seed=shown["seed"], temperature=1.2, top_p=0.9,
                                     sampling_seed=77))

    def test_another_noise_and_a_conversation(self):
        # The command perturbs user turns; a server whatever a client writes, system messages too.
        messages = user("Hi.")
        first = self.chat(messages, VOTES).choices[0].message.content
        # Only what the server said itself is the assistant's.
        with self.assertRaises(openai.BadRequestError):
            self.chat([*messages, {"role": "assistant", "content": "Hello."}, *user("And now?")], VOTES)
        messages += [{"role": "assistant", "content": first}, *user("And now?")]
        body = {"resta": {"noise": "isotropic", "sigma": 0.6, "samples": 7, "prefix": 9,
                          "votes": True}}
        reply = self.chat(messages, body)
        self.compare(reply, generate(messages, self.env, max_tokens=12, noise="isotropic", sigma=0.6,
                                     samples=7, prefix=9,
                                     seed=extra(reply.choices[0], "resta")["seed"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
