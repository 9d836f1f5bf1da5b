"""What clients can do wrong, or do to harm: `resta serve` must answer rightly, or close, and go on.

    RESTA_COMMAND=resta RESTA_MODELS=.models python Tools/server/test_faults.py [--quick]
"""

import json
import random
import statistics
import sys
import threading
import time
import unittest
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor

import malformed
from client import CHAT, COMPLETIONS, Stream, chat, chat_body, request
from metrics import QUEUED, RUNNING, Metrics
from raw import CLOSED, await_continue, connect, head, is_error_object, post
from serving import EXIT_SECONDS, MARK, Server, despite_stalls
from slow import clients, trickle

QUICK = "--quick" in sys.argv
MALFORMED, FLAT = (1000, 200) if QUICK else (10_000, 2_000)
SEED = 2025
STORY = f"Write a long story about a {MARK} and the sea, with many details."
UNDEFENDED = {"noise": "none"}


def milliseconds(times):
    return f"median {statistics.median(times) * 1000:.0f}, most {max(times) * 1000:.0f} ms"


class Malformed(unittest.TestCase):
    def send(self, server, kind, seed):
        seen = kind(random.Random(f"{SEED} {kind.__name__} {seed}"), server)
        wrong = None
        if seen.status not in seen.right:
            wrong = f"{seen.status}, not {seen.right}"
        elif isinstance(seen.status, int) and seen.status >= 400 and seen.body \
                and kind is not malformed.pipelined and not is_error_object(seen.body):
            wrong = f"{seen.status} without an error object: {seen.body[:80]!r}"
        return kind, seen.status, wrong and f"{kind.__name__} {seed}: {wrong}: {seen.sent[:200]!r}"

    def test_every_malformed_request_gets_the_right_status(self):
        work = [(kind, seed) for kind, share in malformed.CLASSES.items()
                for seed in range(MALFORMED * share // 100)]
        random.Random(SEED).shuffle(work)
        with Server(malformed.SETTINGS) as server:
            before, started = server.resident_bytes(), time.monotonic()
            with ThreadPoolExecutor(8) as pool:
                done = list(pool.map(lambda item: self.send(server, *item), work))
            took = time.monotonic() - started
            self.assertIsNone(server.process.poll(), server.tail())
            self.assertEqual(chat(server, f"Hi {MARK}", max_tokens=1).status, 200)
            with Metrics(server) as metrics:
                metrics.wait_for(RUNNING, lambda value: value == 0, 300)
            grown = (server.resident_bytes() - before) / 2 ** 20
        table = defaultdict(Counter)
        for kind, status, _ in done:
            table[kind.__name__][status] += 1
        for name, counts in table.items():
            row = ", ".join(f"{status}: {n}" for status, n in sorted(counts.items(), key=str))
            print(f"    {name:16} {sum(counts.values()):5}  {row}")
        print(f"    {len(work)} requests in {took:.1f} s, resident memory +{grown:.1f} MiB")
        faults = [fault for *_, fault in done if fault]
        self.assertEqual(faults[:10], [], f"{len(faults)} wrong")
        if not QUICK:
            self.assertLess(took, 600)


class Slow(unittest.TestCase):
    # Who is not closed in time would be closed for being idle, or never.
    READ, IDLE = 2, 900

    def test_slow_clients_are_closed_in_time(self):
        despite_stalls(self.check)

    def check(self):
        with Server({"limits": {"read_seconds": self.READ, "idle_seconds": self.IDLE}}) as server:
            everyone = clients(server, 10)
            normal = []
            asking = threading.Thread(target=lambda: normal.append(
                chat(server, f"Hi {MARK}", max_tokens=1).status))
            asking.start()
            left = trickle(everyone, 1 if not QUICK else 0.5, 300)
            asking.join()
            for name in dict.fromkeys(c.name for c in everyone):
                mine = [c for c in everyone if c.name == name and c not in left]
                times = [c.seconds for c in mine] or [0]
                print(f"    {name:12} {dict(Counter(c.status for c in mine))}, "
                      f"{min(times):.1f} to {max(times):.1f} s")
            self.assertEqual(normal, [200], "others must be answered meanwhile")
            self.assertEqual(Counter(c.name for c in left), Counter(), "never closed")
            for client in everyone:
                self.assertIn(client.status, (CLOSED, 408), client.name)
                self.assertLess(client.seconds, self.READ + 10, client.name)


class Continue(unittest.TestCase):
    def test_a_client_may_wait_before_it_sends_its_body(self):
        body = json.dumps(chat_body(f"Hi {MARK}", max_tokens=1)).encode()
        wait = "Expect: 100-continue"
        with Server({"limits": {"body_bytes": 1000}}) as server:
            wanted = head(server, "POST", CHAT, wait, length=len(body))
            self.assertEqual(await_continue(server, wanted, body), (True, 200))
            for status, refused in (
                    (413, head(server, "POST", CHAT, wait, length=1001)),
                    (415, head(server, "POST", CHAT, wait, length=9, kind="text/plain")),
                    (404, head(server, "POST", "/nope", wait, length=9)),
                    (405, head(server, "POST", "/health", wait, length=9)),
                    (417, head(server, "POST", CHAT, "Expect: more", length=9))):
                self.assertEqual(await_continue(server, refused, b""), (False, status))


class Load(unittest.TestCase):
    def test_64_clients_get_an_answer_or_429(self):
        with Server(flags=["--concurrency", "2", "--queue", "16"]) as server:
            gate = threading.Barrier(64)

            def ask(number):
                gate.wait()
                reply = chat(server, f"Name {number} things. {MARK}", max_tokens=24)
                return reply, reply.headers["retry-after"]

            with ThreadPoolExecutor(64) as pool:
                replies = list(pool.map(ask, range(64)))
            counts = Counter(reply.status for reply, _ in replies)
            print(f"    64 clients: {dict(counts)}")
            for reply, retry in replies:
                if reply.status == 429:
                    self.assertEqual(reply.error["code"], "queue_full")
                    self.assertGreaterEqual(int(retry), 1)
                else:
                    self.assertTrue(reply.json()["choices"][0]["message"]["content"])
            self.assertEqual(set(counts), {200, 429})
            self.assertGreaterEqual(counts[200], 18)


class Shutdown(unittest.TestCase):
    def read(self, server, number, tokens, begun, ends):
        """Reads a stream to its end: what ended it."""
        stream = Stream(server, CHAT, chat_body(f"{STORY} {number}", max_tokens=tokens,
                                                resta=UNDEFENDED))
        events = []
        for event in stream:
            events.append(event)
            if len(events) == 3:
                begun.release()
        assert events[-1] == "[DONE]", events[-1]
        last = events[-2]
        ends[number] = last["error"]["code"] if "error" in last \
            else last["choices"][0]["finish_reason"]
        assert ends[number], last

    def run_down(self, seconds, tokens=300):
        settings = {"limits": {"shutdown_seconds": seconds, "concurrency": 8},
                    "client": {"off": True}}
        with Server(settings) as server, ThreadPoolExecutor(12) as pool:
            begun, ends = threading.Semaphore(0), {}
            streams = [pool.submit(self.read, server, n, tokens, begun, ends) for n in range(8)]
            for _ in range(8):
                self.assertTrue(begun.acquire(timeout=600))
            waiting = [pool.submit(chat, server, STORY, max_tokens=4) for _ in range(2)]
            with Metrics(server) as metrics:
                metrics.wait_for(QUEUED, lambda value: value >= 2, 300)
            started = time.monotonic()
            server.terminate()
            for stream in streams:
                stream.result(timeout=600)
            refused = [reply.result(timeout=600) for reply in waiting]
            self.assertEqual(server.wait(EXIT_SECONDS), 0)
            took = time.monotonic() - started
            server.check_log()
            print(f"    shutdown_seconds {seconds}: streams ended with {dict(Counter(ends.values()))},"
                  f" {len(refused)} waiting with {[r.status for r in refused]}, exit 0 after {took:.1f} s")
            server.stop = lambda: server.kill()
            self.assertTrue({r.status for r in refused} <= {200, 503})
            return ends

    def test_streams_end_by_themselves_when_there_is_time(self):
        self.assertTrue(set(self.run_down(300, 120 if QUICK else 300).values()) <= {"stop", "length"})

    def test_streams_are_ended_when_there_is_none(self):
        self.assertIn("shutting_down", self.run_down(1).values())

    def test_an_idle_server_ends_at_once(self):
        server = Server({"limits": {"shutdown_seconds": 900, "idle_seconds": 900}})
        server.wait_until_ready()
        with connect(server):
            started = time.monotonic()
            server.stop()
            print(f"    idle, with an open connection: exit 0 after {time.monotonic() - started:.1f} s")
            self.assertLess(time.monotonic() - started, 200)


class Disconnect(unittest.TestCase):
    """A client that is gone costs nothing any more."""

    TRIES = 5 if QUICK else 15

    def times(self, server, body, wait):
        times = []
        with Metrics(server) as metrics:
            for _ in range(self.TRIES):
                with connect(server) as link:
                    link.sendall(post(server, CHAT, body))
                    metrics.wait_for(RUNNING, lambda value: value == 1, 60)
                    wait(link, metrics)
                    self.assertEqual(metrics.value(RUNNING), 1, "was done too early")
                times.append(metrics.wait_for(RUNNING, lambda value: value == 0, 60))
                self.assertTrue(server.rests(), "the engine goes on")
        return times

    def test_the_work_stops_within_100_ms(self):
        settings = {"defense": {"samples": 10, "prefix": 20}, "client": {"off": True},
                    "limits": {"queue": 16}}
        with Server(settings) as server:
            long = json.dumps(chat_body(f"{MARK} " + "tell me more of it, please. " * 60)).encode()
            streamed = json.dumps(chat_body(STORY, max_tokens=1000, stream=True,
                                            resta=UNDEFENDED)).encode()
            whole = json.dumps(chat_body(STORY, max_tokens=1000, resta=UNDEFENDED)).encode()
            first_token = lambda link, metrics: [link.recv(4096) for _ in range(3)]
            for name, body, wait in (
                    ("in prefill", long, lambda link, metrics: time.sleep(0.15)),
                    ("in a stream", streamed, first_token),
                    ("in an answer", whole, lambda link, metrics: time.sleep(0.3))):
                times = despite_stalls(lambda: self.times(server, body, wait))
                print(f"    gone {name}: running 0 after {milliseconds(times)}")
                # Not each of them: a machine may stand still for a while.
                self.assertLess(statistics.median(times), 0.1, name)
            self.assertEqual(chat(server, f"Hi {MARK}", max_tokens=1).status, 200)

    def test_one_that_waits_leaves_the_queue(self):
        with Server({"client": {"off": True}}, flags=["--concurrency", "1"]) as server:
            busy = Stream(server, CHAT, chat_body(STORY, max_tokens=1000, resta=UNDEFENDED))
            with Metrics(server) as metrics:
                metrics.wait_for(RUNNING, lambda value: value == 1, 60)
                with connect(server) as link:
                    link.sendall(post(server, CHAT, json.dumps(chat_body(STORY)).encode()))
                    metrics.wait_for(QUEUED, lambda value: value == 1, 60)
                took = metrics.wait_for(QUEUED, lambda value: value == 0, 60)
                print(f"    gone in the queue: after {took * 1000:.0f} ms")
                busy.close()


class Memory(unittest.TestCase):
    def test_memory_is_flat(self):
        settings = {"defense": {"samples": 3, "prefix": 1}, "log": {"level": "info"}}
        with Server(settings, flags=["--concurrency", "4"]) as server:
            series, counted = [], FLAT // 10

            def ask(number):
                fields = {"max_tokens": 2, "prompt": f"{MARK} {number}"}
                if number % 4 == 0:
                    return list(Stream(server, COMPLETIONS, fields))[-1] == "[DONE]"
                return request(server, "POST", COMPLETIONS, fields).status == 200

            started = time.monotonic()
            with ThreadPoolExecutor(4) as pool:
                for start in range(0, FLAT, counted):
                    good = list(pool.map(ask, range(start, start + counted)))
                    self.assertTrue(all(good))
                    series.append(server.resident_bytes() / 2 ** 20)
            took = time.monotonic() - started
            print(f"    {FLAT} requests in {took:.0f} s; MiB after each {counted}: "
                  + " ".join(f"{value:.1f}" for value in series))
            self.assertLess((series[-1] - series[0]) * 2 ** 20, 10_000_000)


if __name__ == "__main__":
    unittest.main(argv=[a for a in sys.argv if a != "--quick"], verbosity=2)
