#!/usr/bin/env python3
"""`resta --engine vllm` against real vLLM servers: `make test-vllm`.

    test_vllm.py --command .build/release/resta [--prompts N] [--ports 8141,8142] [TEST...]

Starts servers with scripts/vllm-server.sh, whose environment and model it needs, and ends those that it
started; the second one only for tests that need two. That one is killed by the tests and started again.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wire import Upstream, wait_until_ready

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools" / "server"))
SCRIPT = ROOT / "scripts" / "vllm-server.sh"
NAME = "smollm2"
RUNNING, WAITING = "vllm:num_requests_running", "vllm:num_requests_waiting"
OPTIONS = None
# A setting at which copies do part from the vote on this model.
DEFENSE = ("--noise", "isotropic", "--sigma", "0.4", "--sigma-unit", "relative", "--samples", "10",
           "--prefix", "20")
LONG = "Write a long story about a lighthouse keeper, with many details."


class Server:
    """A vLLM server of scripts/vllm-server.sh at a port."""

    def __init__(self, port):
        self.port, self.url, self.ours = port, f"http://127.0.0.1:{port}", False
        self.api = Upstream(self.url, NAME)

    def script(self, *arguments):
        done = subprocess.run([SCRIPT, *arguments, "--port", str(self.port)], capture_output=True,
                              text=True, timeout=1200, check=False)
        if done.returncode != 0:
            raise AssertionError(f"vllm-server.sh {arguments[0]}: {done.stderr}")
        return done.stdout

    def start(self):
        self.ours |= "already" not in self.script("start")
        wait_until_ready(self.url)

    def stop(self):
        if self.ours:
            self.script("stop")

    def kill(self):
        """At once, as a machine that loses its power."""
        assert self.ours, f"the server at {self.port} is not the tests': they do not kill it"
        pid = int((ROOT / ".deps" / "vllm-run" / str(self.port) / "pid").read_text(encoding="ascii"))
        os.killpg(pid, signal.SIGKILL)

    def step_seconds(self):
        """What a token took on average since the server started."""
        metrics = self.api.metrics()
        count = metrics.get("vllm:inter_token_latency_seconds_count", 0)
        return metrics["vllm:inter_token_latency_seconds_sum"] / count if count else 0

    def busy(self):
        metrics = self.api.metrics()
        return metrics.get(RUNNING, 0) + metrics.get(WAITING, 0)


def model():
    return str(ROOT / ".models" / "SmolLM2-135M-Instruct.F32.gguf")


def flags(*servers):
    return ["--engine", "vllm", "--vllm-url", ",".join(server.url for server in servers),
            "--vllm-model", NAME, "--model", model()]


IN_PROCESS = ["--ctx", "1024", "--kv-type", "f32"]


def resta(*arguments, seconds=3600):
    return subprocess.run([OPTIONS.command, *arguments], capture_output=True, text=True,
                          timeout=seconds, check=False)


def answers(arguments, prompts):
    """What `resta generate --prompts` prints: an object for each prompt."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(prompts, file)
        file.flush()
        began = time.monotonic()
        done = resta("generate", "--prompts", file.name, "--seed", "1", *arguments)
    if done.returncode != 0:
        raise AssertionError(f"exit {done.returncode}: {done.stderr[-2000:]}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [row["error"] for row in rows if "error" in row]
    assert not errors, errors[:2]
    return rows, time.monotonic() - began


def prompts(number):
    """Benign ones of every topic."""
    lines = (ROOT / "Tools/evaluation-data/benign.txt").read_text(encoding="utf-8").splitlines()
    texts = [line.split("|", 1)[1] for line in lines if "|" in line]
    step = len(texts) / number
    return [texts[int(index * step)] for index in range(number)]


def vote(row, position):
    votes = {entry["position"]: entry for entry in row["votes"]}
    entry = votes.get(position)
    if entry is None:
        return "no vote"
    counts = ", ".join(f"{count['text']!r} {count['count']}" for count in entry["counts"])
    rule = f", tie rule {entry['tie_rule']}" if entry["tie_rule"] else ""
    return f"{counts} of {entry['asked']} asked, lead {entry['margin']}{rule}"


def margin(row, position):
    return next((entry["margin"] for entry in row["votes"] if entry["position"] == position), None)


class Agreement(unittest.TestCase):
    """The same tokens as the engine in this process, on the same weights."""

    def test_votes_and_answers_are_those_of_the_engine_in_process(self):
        asked = prompts(OPTIONS.prompts)
        settings = [*DEFENSE, "--max-tokens", "40"]
        ours, local_time = answers([*settings, "--model", model(), *IN_PROCESS], asked)
        theirs, remote_time = answers([*settings, *flags(FIRST)], asked)
        self.assertEqual([len(ours), len(theirs)], [len(asked)] * 2)
        same_votes = same_answers = 0
        untraced = []
        for prompt, left, right in zip(asked, ours, theirs):
            self.assertEqual(left["settings"]["sigma_absolute"], right["settings"]["sigma_absolute"])
            length = left["settings"]["prefix"]
            a, b = left["token_ids"], right["token_ids"]
            same_votes += a[:length] == b[:length]
            if a == b:
                same_answers += 1
                continue
            position = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            print(f"    {prompt!r} parts at {position}:\n"
                  f"      in process: {vote(left, position)}\n      vLLM:       {vote(right, position)}")
            if position < length:
                # One copy that says otherwise moves the lead by two.
                leads = [margin(row, position) for row in (left, right)]
                if min((lead for lead in leads if lead is not None), default=99) > 2:
                    untraced.append((prompt, position, leads))
            else:
                lead = self.lead(prompt, a[:position])
                print(f"      the unperturbed model's lead there: {lead:.4f} nats")
                if lead > 0.01:
                    untraced.append((prompt, position, lead))
        votes = sum(len(row["votes"]) for row in ours)
        parted = sum(len(entry["counts"]) > 1 for row in theirs for entry in row["votes"])
        print(f"    {same_votes} of {len(asked)} have the same voted tokens, {same_answers} the same "
              f"answers; {votes} votes, {parted} not unanimous; {local_time:.0f} s in process, "
              f"{remote_time:.0f} s on vLLM")
        self.assertGreater(parted, 0, "the copies never part: this shows nothing")
        self.assertEqual(untraced, [])

    def lead(self, prompt, answer):
        ids = FIRST.api.chat_ids([{"role": "user", "content": prompt}]) + answer
        reply = FIRST.api.post("/v1/completions", FIRST.api.body(1, prompt=ids) | {"logprobs": 2})
        likely = sorted(reply["choices"][0]["logprobs"]["top_logprobs"][0].values(), reverse=True)
        return likely[0] - likely[1]

    def test_no_noise_gives_the_servers_own_answers(self):
        asked = prompts(min(12, OPTIONS.prompts))
        same = Counter()
        for name, arguments in (("sigma 0", ["--noise", "hard", "--sigma", "0", "--samples", "3"]),
                                ("undefended", ["--noise", "none"])):
            rows, _ = answers([*arguments, "--max-tokens", "40", *flags(FIRST)], asked)
            for prompt, row in zip(asked, rows):
                ids = FIRST.api.chat_ids([{"role": "user", "content": prompt}])
                expected, reason = FIRST.api.greedy(40, prompt=ids)[0]
                with self.subTest(setting=name, prompt=prompt):
                    self.assertEqual(row["prompt_tokens"], len(ids))
                    # The token that ends an answer is no part of it here, and may be there.
                    self.assertIn(row["token_ids"], (expected, expected[:-1])
                                  if reason == "stop" else (expected,))
                    same[name] += 1
        print(f"    equal to the server's own, of {len(asked)}: {dict(same)}")


def end(process):
    if process.poll() is None:
        process.kill()
    process.communicate()


class Faults(unittest.TestCase):
    def begin(self, *servers):
        """A long answer under way."""
        process = subprocess.Popen(
            [OPTIONS.command, "generate", *flags(*servers), *DEFENSE, "--seed", "1", "--max-tokens",
             "600", "--ignore-eos", LONG], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(end, process)
        deadline = time.monotonic() + 120
        while not any(server.busy() for server in servers):
            self.assertIsNone(process.poll(), "ended before it asked")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        time.sleep(1.5)
        return process

    def test_cancelling_ends_the_work_on_the_server(self):
        process = self.begin(FIRST)
        self.assertGreater(FIRST.busy(), 0)
        step = FIRST.step_seconds()
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        while FIRST.busy():
            self.assertLess(time.monotonic() - began, 10)
            time.sleep(0.005)
        took = time.monotonic() - began
        process.communicate(timeout=30)
        print(f"    the server was idle {took * 1000:.0f} ms after Ctrl-C; a token takes {step * 1000:.0f}")
        self.assertNotEqual(process.returncode, 0)
        # It ends work between two steps.
        self.assertLess(took, OPTIONS.cancelled_within + step)

    def test_a_server_that_dies_in_the_middle_is_an_error_and_no_answer(self):
        SECOND.start()
        process = self.begin(SECOND)
        SECOND.kill()
        began = time.monotonic()
        try:
            _, errors = process.communicate(timeout=120)
            took = time.monotonic() - began
        finally:
            SECOND.start()
        print(f"    exit {process.returncode} after {took:.1f} s: "
              f"{errors.strip().splitlines()[-1:]}")
        self.assertEqual(process.returncode, 1)
        self.assertIn(str(SECOND.port), errors)

    def test_nobody_there_is_a_clear_error(self):
        nobody = Server(9)
        done = resta("generate", *flags(nobody), *DEFENSE, "Hello", seconds=120)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("127.0.0.1:9", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_model_that_the_server_lacks_is_named(self):
        wrong = flags(FIRST)
        wrong[wrong.index(NAME)] = "another"
        done = resta("generate", *wrong, *DEFENSE, "Hello", seconds=120)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("another", done.stderr)


class Serving(unittest.TestCase):
    """`resta serve` in front of two servers, with 16 clients at once."""

    @classmethod
    def setUpClass(cls):
        SECOND.start()

    def serve(self):
        from serving import Server as Front
        # The same question has the same noise, so its answer is known; --model wins over serving's own.
        settings = {"defense": {"noise": "isotropic", "sigma": 0.4, "sigma_unit": "relative",
                                "samples": 5, "prefix": 8, "sticky": True},
                    "limits": {"concurrency": 16, "queue": 64},
                    # Threads are the vLLM servers' own.
                    "model": {"threads": None, "context": 1024}}
        os.environ.setdefault("RESTA_MODELS", str(ROOT / ".models"))
        os.environ["RESTA_COMMAND"] = OPTIONS.command
        return Front(settings, flags=flags(FIRST, SECOND), exit_seconds=90,
                     env={"RESTA_NOISE_SECRET": "a secret of the tests, long enough to be one"})

    def test_a_server_is_killed_under_sixteen_clients(self):
        from openai import OpenAI, OpenAIError
        asked = prompts(16)
        with self.serve() as front:
            client = OpenAI(base_url=front.base + "/v1", api_key="none", max_retries=0, timeout=300)
            name = client.models.list().data[0].id

            def ask(prompt):
                began = time.monotonic()
                try:
                    reply = client.chat.completions.create(
                        model=name, messages=[{"role": "user", "content": prompt}], max_tokens=24)
                    return prompt, reply.choices[0].message.content, time.monotonic() - began
                except OpenAIError as error:
                    return prompt, error, time.monotonic() - began

            with ThreadPoolExecutor(16) as pool:
                expected = {prompt: answer for prompt, answer, _ in pool.map(ask, asked)}
                wrong = [answer for answer in expected.values() if not isinstance(answer, str)]
                self.assertEqual(wrong, [])
                before = SECOND.api.metrics()["vllm:generation_tokens_total"]
                self.assertGreater(before, 0, "the second server was never asked")
                work = [prompt for _ in range(4) for prompt in asked]
                done = []
                threading.Timer(4, SECOND.kill).start()
                try:
                    done = list(pool.map(ask, work))
                    then = [ask(prompt) for prompt in asked[:4]]
                finally:
                    SECOND.start()
            failed = [answer for _, answer, _ in done if not isinstance(answer, str)]
            others = [(prompt, answer) for prompt, answer, _ in done + then
                      if isinstance(answer, str) and answer != expected[prompt]]
            slowest = max(seconds for *_, seconds in done)
            print(f"    {len(done)} requests of 16 clients, a server killed after 4 s: {len(failed)} "
                  f"failed, {len(others)} other answers, the slowest {slowest:.1f} s")
            for error in failed[:3]:
                print(f"      {str(error)[:200]}")
            self.assertEqual(others, [])
            self.assertLess(slowest, 240)
            self.assertTrue(all(isinstance(answer, str) for _, answer, _ in then), then)

    def test_shards_on_two_servers_merge_to_one_run(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        plan = folder / "plan.yaml"
        plan.write_text((ROOT / "Tools/vllm/shards.yaml").read_text(encoding="utf-8"),
                        encoding="utf-8")

        def part(name, server, *arguments):
            done = resta("eval", "run", str(plan), *flags(server), "--output", str(folder / name),
                         *arguments)
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])

        with ThreadPoolExecutor(2) as pool:
            for job in [pool.submit(part, "parts", FIRST, "--shard", "1/2"),
                        pool.submit(part, "parts", SECOND, "--shard", "2/2")]:
                job.result()
        part("whole", FIRST)
        parts = sorted(str(file) for file in (folder / "parts").glob("*.sqlite"))
        merged = folder / "merged.sqlite"
        done = resta("eval", "merge", str(merged), *parts)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Who of the copies was there first decides which votes are counted, so the stores' digests, which
        # are of votes too, may differ: tokens may not.
        one, other = (tokens(store) for store in (merged, folder / "whole" / "results.sqlite"))
        print(f"    {len(one)} answers in two parts on two servers, and whole on one")
        self.assertGreater(len(one), 0)
        self.assertEqual(one, other)


def tokens(store):
    """The tokens of each answer in an evaluation's store."""
    with sqlite3.connect(store) as database:
        rows = database.execute("SELECT key, answer, failure FROM generation").fetchall()
    assert all(failure is None for *_, failure in rows), rows
    return {key: json.loads(answer)["tokenIDs"] for key, answer, _ in rows}


def main():
    global OPTIONS, FIRST, SECOND
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", required=True, help="the built command resta")
    parser.add_argument("--prompts", type=int, default=50, help="prompts of the comparison (50)")
    parser.add_argument("--ports", default="8141,8142", help="of the two servers (8141,8142)")
    parser.add_argument("--cancelled-within", type=float, default=0.2, metavar="SECONDS",
                        help="after which, and a step, the server must be idle (0.2)")
    parser.add_argument("tests", nargs="*", help="such as Agreement or Faults.test_… (all)")
    OPTIONS = parser.parse_args()
    OPTIONS.command = str(Path(OPTIONS.command).resolve())
    FIRST, SECOND = (Server(int(port)) for port in OPTIONS.ports.split(","))
    try:
        FIRST.start()
        outcome = unittest.main(argv=[sys.argv[0], "--verbose", *OPTIONS.tests], exit=False)
        failed = len(outcome.result.failures) + len(outcome.result.errors)
    finally:
        FIRST.stop()
        SECOND.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
