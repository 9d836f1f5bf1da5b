"""Who may ask `resta serve` what: keys, rates, limits of the defence, noise, origins, TLS.

    RESTA_COMMAND=resta RESTA_MODELS=.models python Tools/server/test_auth.py
"""

import base64
import socket
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path

from client import CHAT, COMPLETIONS, chat, chat_body, request
from serving import MARK, Server, despite_stalls, effective, serve_class

KEYS = ["resta-test-first-0123456789abcdef", "resta-test-second-0123456789abcdef"]
SECRETS = ["one secret for the noise of the tests", "another secret for the noise of the tests"]
PROMPTS = [f"{text} ({MARK})" for text in (
    "Name a colour.", "What is a comet?", "Say hello.", "Why is the sky blue?",
    "Write one line about rain.", "What is 2 plus 3?", "Name a city by the sea.", "Count to five.")]
SHOWN = {"client": {"expose": "votes"}}


def votes(server, prompt, **fields):
    reply = chat(server, prompt, max_tokens=4, resta={"votes": True}, **fields)
    assert reply.status == 200, reply.body
    return reply.json()["choices"][0]["resta"]


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        file = Path(folder.name) / "keys"
        file.write_text("\n".join(KEYS) + "\n", encoding="ascii")
        file.chmod(0o600)
        cls.server = serve_class(cls, flags=["--keys", str(file)], secrets=KEYS)

    def test_without_a_key_there_is_only_health(self):
        paths = [("GET", p) for p in ("/", "/playground.js", "/playground.css", "/metrics",
                                      "/v1/models", "/v1/models/x", "/v1/resta", "/nothing",
                                      "/health/../metrics", "//health", "/health/x", CHAT)]
        posts = [("POST", CHAT), ("POST", COMPLETIONS), ("POST", "/v1/nothing"), ("PUT", CHAT)]
        self.assertEqual(request(self.server, "GET", "/health").status, 200)
        for method, path in paths + posts:
            body = chat_body(MARK, max_tokens=1) if method == "POST" else None
            with self.subTest(path=path, method=method):
                reply = request(self.server, method, path, body)
                self.assertEqual((reply.status, reply.error["code"], reply.error["type"]),
                                 (401, "invalid_api_key", "authentication_error"))
                challenges = ", ".join(reply.headers.get_all("www-authenticate"))
                self.assertIn("Bearer", challenges)
                self.assertIn('Basic realm="resta"', challenges)
        print(f"    {len(paths + posts)} ways in without a key, all 401")

    def header(self, value):
        return request(self.server, "GET", "/v1/models", headers={"Authorization": value}).status

    def test_keys_that_are_none(self):
        good = KEYS[0]
        for key in ("", " ", good[:-1], good + "x", good[1:], good.upper(), f"{good} {good}",
                    f"{good},{KEYS[1]}", "null", "x" * 4000, good + "\t."):
            with self.subTest(key=key[:40]):
                self.assertEqual(self.header(f"Bearer {key}"), 401)
        for value in ("Bearer", good, f"Digest {good}", f"Bearer{good}", "Basic", "Basic !!!",
                      f"Basic {good}", "Basic " + base64.b64encode(good.encode()).decode(),
                      "Basic " + base64.b64encode(f"{good}:".encode()).decode(),
                      "Basic " + base64.b64encode(b"user:" + b"\xff\xfe").decode()):
            with self.subTest(value=value[:40]):
                self.assertEqual(self.header(value), 401)

    def test_each_key_opens(self):
        for key in KEYS:
            self.assertEqual(self.header(f"Bearer {key}"), 200)
            for user in ("", "anybody"):
                basic = base64.b64encode(f"{user}:{key}".encode()).decode()
                self.assertEqual(self.header(f"Basic {basic}"), 200)
        self.assertEqual(chat(self.server, f"Hi {MARK}", key=KEYS[1], max_tokens=1).status, 200)
        for path in ("/", "/metrics", "/v1/models", "/v1/resta"):
            self.assertEqual(request(self.server, "GET", path, key=KEYS[0]).status, 200, path)

    def test_a_key_in_the_address_opens_nothing(self):
        for query in ("key", "api_key", "access_token"):
            reply = request(self.server, "GET", f"/v1/models?{query}={KEYS[0]}")
            self.assertEqual(reply.status, 401)


class Rates(unittest.TestCase):
    def exhaust(self, server, kind, tries):
        """Asks with the first key until it is refused."""
        for asked in range(tries):
            reply = chat(server, f"Hi {MARK}", key=KEYS[0], max_tokens=1)
            if reply.status != 200:
                break
        self.assertEqual(reply.status, 429)
        self.assertEqual((reply.error["type"], reply.error["code"]), (kind, "rate_limit_exceeded"))
        self.assertGreaterEqual(int(reply.headers["retry-after"]), 1)
        self.assertEqual(chat(server, f"Hi {MARK}", key=KEYS[1], max_tokens=1).status, 200)
        self.assertEqual(request(server, "GET", "/health").status, 200)
        print(f"    {kind}: refused after {asked}, Retry-After {reply.headers['retry-after']}")
        return asked

    def test_requests(self):
        def check():
            settings = {"rates": {"requests_per_minute": 3}}
            with Server(settings, env={"RESTA_API_KEYS": ",".join(KEYS)}, secrets=KEYS) as server:
                self.assertEqual(self.exhaust(server, "requests", 5), 3)

        despite_stalls(check)

    def test_tokens_count_every_copy(self):
        # About 35 tokens of prompt, for the three copies and unperturbed: 140, and one of answer.
        def check():
            passed = []
            for defense in ({}, {"noise": "none", "sigma": None}):
                settings = {"rates": {"tokens_per_minute": 500}, "defense": defense}
                with Server(settings, env={"RESTA_API_KEYS": ",".join(KEYS)}, secrets=KEYS) as server:
                    passed.append(self.exhaust(server, "tokens", 40))
            self.assertLess(passed[0] * 2, passed[1])

        despite_stalls(check)


class Limits(unittest.TestCase):
    """What a client may choose of the defence: floors that it cannot go under."""

    DEFENSE = {"noise": "hard", "sigma": 0.6, "sigma_unit": "relative", "samples": 4, "prefix": 5}

    def ask(self, server, resta, **fields):
        return chat(server, f"Hi {MARK}", max_tokens=1, resta=resta, **fields)

    def refused(self, server, cases):
        for resta in cases:
            with self.subTest(resta):
                reply = self.ask(server, resta)
                self.assertEqual(reply.status, 400, reply.body)
                self.assertTrue(str(reply.error["param"]).startswith("resta"), reply.error)

    def test_within_floors_and_ceilings(self):
        client = {"noise": ["hard", "isotropic"], "sigma": {"min": 0.5, "max": 0.8},
                  "samples": {"min": 3, "max": 6}, "prefix": {"min": 4, "max": 8}}
        with Server({"defense": self.DEFENSE, "client": client}) as server:
            self.refused(server, [
                {"noise": "none"}, {"noise": "soft"}, {"noise": "orthogonal"}, {"sigma": 0},
                {"sigma": 0.49}, {"sigma": 0.81}, {"sigma": -0.6}, {"sigma": 1e308},
                {"sigma": 0.6, "sigma_unit": "absolute"}, {"sigma_unit": "absolute"},
                {"samples": 2}, {"samples": 0}, {"samples": -3}, {"samples": 7}, {"samples": 10**9},
                {"prefix": 3}, {"prefix": 0}, {"prefix": 9}, {"prefix": "all"}, {"prefix": -1},
                {"noise": "isotropic", "samples": 1}, {"seed": 1}, {"noise_seed": 1},
                {"votes": True}, {"sticky": False}, {"perturb": []}, {"decoder": "naive"},
                {"aggregator": "mean-logit"}, {"tie_rule": "abstain"}, {"Samples": 3}])
            for name, values in (("sigma", (0.5, 0.8)), ("samples", (3, 6)), ("prefix", (4, 8)),
                                 ("noise", ("hard", "isotropic"))):
                for value in values:
                    reply = self.ask(server, {"sigma": 0.6, name: value})
                    self.assertEqual(reply.status, 200, reply.body)
                    self.assertEqual(reply.headers[f"x-resta-{name}"], str(value))
                    self.assertEqual(reply.json()["resta"]["settings"][name], value)
            shown = request(server, "GET", "/v1/resta").json()
            self.assertEqual((shown["client"]["samples"], shown["client"]["off"], shown["exposure"]),
                             ({"min": 3, "max": 6}, False, "settings"))

    def test_nothing_is_the_clients_by_default(self):
        with Server({"defense": self.DEFENSE}) as server:
            self.refused(server, [{"noise": "none"}, {"noise": "isotropic"}, {"sigma": 0.7},
                                  {"sigma": 0.5}, {"samples": 3}, {"samples": 5}, {"prefix": 4},
                                  {"prefix": "all"}, {"votes": True}])
            for resta in ({}, None, {"samples": 4}, {"prefix": 5, "noise": "hard", "sigma": 0.6}):
                self.assertEqual(self.ask(server, resta).status, 200)

    def test_what_is_not_exposed_is_not_there(self):
        with Server({"defense": self.DEFENSE, "client": {"expose": "none"}}) as server:
            reply = self.ask(server, None)
            self.assertNotIn(b"resta\"", reply.body)
            self.assertFalse([n for n in reply.headers if n.lower().startswith("x-resta")])
            self.assertEqual(set(request(server, "GET", "/v1/resta").json()),
                             {"model", "exposure", "limits"})
            for path in (CHAT, COMPLETIONS):
                body = chat_body(MARK) if path == CHAT else {"prompt": MARK}
                reply = request(server, "POST", path, {**body, "logprobs": 1 if path != CHAT else True,
                                                       "max_tokens": 1})
                self.assertEqual((reply.status, reply.error["code"]), (400, "resta_not_allowed"))

    def test_cost_counts_copies_and_choices(self):
        with Server({"limits": {"work_tokens": 800, "choices": 8}}) as server:
            words = "word " * 60 + MARK
            self.assertEqual(chat(server, words, max_tokens=1).status, 200)
            for prompt, fields in ((words, {"n": 3}), ("word " * 200, {}), (words, {"max_tokens": 600})):
                reply = chat(server, prompt, **{"max_tokens": 1, **fields})
                self.assertEqual(reply.status, 400, reply.body)
                self.assertIn("800", reply.error["message"])

    def test_completions_and_roles_can_be_closed(self):
        with Server({"client": {"completions": False, "roles": ["user", "assistant"]}}) as server:
            self.assertIn(request(server, "POST", COMPLETIONS, {"prompt": MARK}).status, (403, 404))
            messages = [{"role": "system", "content": MARK}, {"role": "user", "content": MARK}]
            reply = request(server, "POST", CHAT, {"messages": messages, "max_tokens": 1})
            self.assertEqual((reply.status, reply.error["param"]), (400, "messages[0].role"))


class Noise(unittest.TestCase):
    def sticky(self, secret):
        return Server({**SHOWN, "defense": {"sticky": True, "sigma": 1.2}},
                      env={"RESTA_NOISE_SECRET": secret}, secrets=SECRETS)

    def test_sticky_noise_follows_prompt_and_secret(self):
        seen = []
        for secret in (SECRETS[0], SECRETS[0], SECRETS[1]):
            with self.sticky(secret) as server:
                shown = [votes(server, prompt, seed=i) for i, prompt in enumerate(PROMPTS)]
                again = [votes(server, prompt, seed=99, temperature=1) for prompt in PROMPTS]
                for one, other in zip(shown, again):
                    self.assertIsNone(one.get("seed"))
                    self.assertEqual(one["votes"], other["votes"])
                seen.append([one["votes"] for one in shown])
        self.assertEqual(seen[0], seen[1], "a restart with the same secret")
        other = sum(a != b for a, b in zip(seen[0], seen[2]))
        print(f"    another secret: other votes in {other} of {len(PROMPTS)} answers")
        self.assertGreater(other, 0)

    def test_fresh_noise_is_fresh(self):
        with Server({**SHOWN, "defense": {"sigma": 1.2}}) as server:
            shown = [votes(server, PROMPTS[0], seed=7) for _ in range(12)]
            seeds = {one["seed"] for one in shown}
            self.assertEqual(len(seeds), 12)
            self.assertNotIn(7, seeds)
            self.assertEqual({one["sampling_seed"] for one in shown}, {7})
            different = len({repr(one["votes"]) for one in shown})
            print(f"    12 fresh seeds, {different} different votes")
            self.assertGreater(different, 1)


class Origins(unittest.TestCase):
    """A page elsewhere must not reach a server on this machine."""

    def status(self, server, host=None, origin=None, method="GET", path="/v1/models", **headers):
        if host is not None:
            headers["Host"] = host
        if origin is not None:
            headers["Origin"] = origin
        return request(server, method, path, headers=headers)

    def test_hosts_and_origins(self):
        with Server() as server:
            port = server.port
            for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
                self.assertEqual(self.status(server, host).status, 200, host)
            for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}",
                         f"localhost.evil.example:{port}"):
                self.assertEqual(self.status(server, host).status, 403, host)
                self.assertEqual(self.status(server, host, path="/").status, 403, host)
            own = f"http://127.0.0.1:{port}"
            self.assertEqual(self.status(server, origin=own).status, 200)
            for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port}.evil.example",
                           "https://localhost.evil.example", f"http://127.0.0.1:{port + 1}"):
                reply = self.status(server, origin=origin)
                self.assertEqual(reply.status, 403, origin)
                self.assertIsNone(reply.headers["access-control-allow-origin"])

    def test_what_the_operator_allows(self):
        listen = {"allowed_hosts": ["chat.example"], "allowed_origins": ["https://app.example"]}
        keys = {"RESTA_API_KEYS": KEYS[0]}
        with Server({"listen": listen}, env=keys, secrets=KEYS) as server:
            server.key = KEYS[0]
            self.assertEqual(self.status(server, "chat.example").status, 200)
            self.assertEqual(self.status(server, "other.example").status, 403)
            reply = self.status(server, origin="https://app.example")
            self.assertEqual((reply.status, reply.headers["access-control-allow-origin"]),
                             (200, "https://app.example"))
            self.assertEqual(self.status(server, origin="https://other.example").status, 403)
            # A browser asks beforehand, and sends no key with that.
            asked = {"Access-Control-Request-Method": "POST",
                     "Access-Control-Request-Headers": "authorization,content-type"}
            server.key = None
            reply = self.status(server, origin="https://app.example", method="OPTIONS", path=CHAT,
                                **asked)
            self.assertIn(reply.status, (200, 204))
            self.assertEqual(reply.headers["access-control-allow-origin"], "https://app.example")
            self.assertIn("POST", reply.headers["access-control-allow-methods"])
            self.assertIn("authorization", reply.headers["access-control-allow-headers"].lower())
            reply = self.status(server, origin="https://other.example", method="OPTIONS", path=CHAT,
                                **asked)
            self.assertNotIn(reply.status, (200, 204))


class TLS(unittest.TestCase):
    def test_a_certificate_of_ones_own(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = (str(Path(folder) / name) for name in ("cert.pem", "key.pem"))
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                 "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate],
                check=True, capture_output=True)
            server = Server(flags=["--tls-certificate", certificate, "--tls-key", key])
            server.context = ssl.create_default_context(cafile=certificate)
            with server:
                self.assertTrue(server.tls)
                self.assertEqual(chat(server, f"Hi {MARK}", max_tokens=2).status, 200)
                with socket.create_connection(("127.0.0.1", server.port), timeout=300) as plain:
                    plain.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    self.assertNotIn(b"200", plain.recv(1000)[:20])
                for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2):
                    server.context = ssl.create_default_context(cafile=certificate)
                    server.context.set_ciphers("ALL:@SECLEVEL=0")
                    server.context.minimum_version = server.context.maximum_version = version
                    if version is ssl.TLSVersion.TLSv1_2:
                        self.assertEqual(request(server, "GET", "/health").status, 200)
                        continue
                    with self.assertRaises(OSError):
                        request(server, "GET", "/health")
                server.context = ssl.create_default_context()
                with self.assertRaises(ssl.SSLCertVerificationError):
                    request(server, "GET", "/health")
                server.context = ssl.create_default_context(cafile=certificate)
                self.assertEqual(request(server, "GET", "/health").status, 200)


class Settings(unittest.TestCase):
    def test_flags_win_over_the_environment_and_that_over_the_file(self):
        settings = {"limits": {"queue": 1, "concurrency": 1, "choices": 1}}
        printed = effective(settings, ["--queue", "3", "--set", "limits.answer_tokens=77"],
                            {"RESTA_SERVE_LIMITS_QUEUE": "2", "RESTA_SERVE_LIMITS_CONCURRENCY": "2"})
        for line in ("queue: 3", "concurrency: 2", "choices: 1", "answer_tokens: 77"):
            self.assertIn(line, printed)

    def test_an_unknown_setting_stops_the_start(self):
        for settings in ({"limits": {"queues": 3}}, {"limit": {}}, {"limits": {"queue": "many"}}):
            with self.assertRaises(AssertionError) as raised, Server(settings):
                pass
            self.assertIn("not listening", str(raised.exception))
            self.assertIn(next(iter(settings)), str(raised.exception))


if __name__ == "__main__":
    unittest.main(verbosity=2)
