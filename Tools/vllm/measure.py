#!/usr/bin/env python3
"""Measures what a defended answer costs on a vLLM server: bytes sent, tokens computed, seconds.

    measure.py --url http://127.0.0.1:8123 --model smollm2 --folder .models/vllm/… > Tools/vllm/measured.json

Three ways to the same tokens, taking turns on each prompt: undefended; a request per token with all copies
in it (`tokens`); a stream per copy, reopened where the copy parts from the vote (`streams`). The noise is
hard directional from numpy's generator, so the answers are not `resta`'s; what is compared are the ways.
Both end with the unperturbed continuation. A tie goes to the lower token id. Exit code 1 where the two
defended ways differ in a token.
"""

import argparse
import base64
import io
import json
import os
import platform
import statistics
import sys
import threading
import time
from collections import Counter
from queue import Queue

import numpy

from wire import Upstream, embedding_table, encoded

SENTENCE = "The quick brown fox runs over the lazy dog and then it goes home to sleep near the river. "
COUNTED = {"computed": "vllm:prompt_tokens_total", "cached": "vllm:prompt_tokens_cached_total",
           "generated": "vllm:generation_tokens_total"}


class Copy:
    """One copy's stream, read ahead by a thread of its own."""

    def __init__(self, server, rows, kind, salt):
        self.server, self.rows, self.kind, self.salt = server, rows, kind, salt
        self.opened = self.reopened_at = 0

    def open(self, voted, table, left):
        rows = self.rows if not voted else numpy.concatenate([self.rows, table[voted]])
        self.opened += 1
        self.reopened_at += len(voted)
        self.stream = self.server.stream(left, rows, self.kind, self.salt)
        self.tokens = Queue()
        threading.Thread(target=self.read, args=(self.stream, self.tokens), daemon=True).start()

    def read(self, stream, tokens):
        try:
            for token in stream:
                tokens.put(token)
                if self.tokens is not tokens:  # parted from the vote: closing ends the work there
                    break
        except OSError as error:
            tokens.put(error)
        finally:
            stream.close()

    def next(self):
        token = self.tokens.get(timeout=300)
        if isinstance(token, OSError):
            raise token
        return token


def winner(votes):
    counts = Counter(votes)
    return min(counts, key=lambda token: (-counts[token], token))


def by_tokens(server, rows, table, length, kind, salt, ends):
    voted = []
    while len(voted) < length and not (voted and voted[-1] in ends):
        tail = table[voted]
        answers = server.greedy(1, rows=[numpy.concatenate([copy, tail]) for copy in rows],
                                kind=kind, cache_salt=salt)
        voted.append(winner([tokens[0] for tokens, _ in answers]))
    return voted, 0, 0


def by_streams(server, rows, table, length, kind, salt, ends):
    copies = [Copy(server, copy, kind, salt) for copy in rows]
    voted = []
    for copy in copies:
        copy.open(voted, table, length)
    while len(voted) < length and not (voted and voted[-1] in ends):
        votes = [copy.next() for copy in copies]
        voted.append(winner(votes))
        if len(voted) < length and voted[-1] not in ends:
            for copy, vote in zip(copies, votes):
                if vote != voted[-1]:
                    copy.open(voted, table, length - len(voted))
    for copy in copies:
        copy.tokens = None
    return voted, sum(copy.opened - 1 for copy in copies), sum(copy.reopened_at for copy in copies)


def counters(server):
    values = server.metrics()
    return {name: values.get(metric) for name, metric in COUNTED.items()}


def run(arguments, server, table, ids, user, way, seed, ends):
    noise = numpy.random.default_rng(seed)
    rows = []
    for _ in range(arguments.samples):
        copy = table[ids].copy()
        lengths = numpy.linalg.norm(copy[user], axis=1, keepdims=True)
        copy[user] += arguments.sigma * noise.standard_normal((len(user), 1)) * copy[user] / lengths
        rows.append(copy.astype(numpy.float32))
    salt = f"{way}-{seed}-{time.monotonic_ns()}"
    before, began = counters(server), time.monotonic()
    server.uploaded = server.requests = reopened = voted_then = 0
    voted = []
    if way != "undefended":
        voted, reopened, voted_then = {"tokens": by_tokens, "streams": by_streams}[way](
            server, rows, table, arguments.prefix, arguments.kind, salt, ends)
    seconds_voted = time.monotonic() - began
    answer = list(voted)
    if not (voted and voted[-1] in ends):
        answer += server.greedy(arguments.answer - len(voted), prompt=ids + voted,
                                cache_salt=salt)[0][0]
    seconds = time.monotonic() - began
    uploaded, requests = server.uploaded, server.requests
    while server.metrics().get("vllm:num_requests_running", 0):
        time.sleep(0.05)
    after = counters(server)
    work = {name: None if before[name] is None else int(after[name] - before[name])
            for name in COUNTED}
    return {"way": way, "prompt_tokens": len(ids), "user_tokens": len(user), "seconds": seconds,
            "seconds_voted": seconds_voted, "uploaded": uploaded, "requests": requests,
            "reopened": reopened, "reopened_at": voted_then / reopened if reopened else 0, "answer_tokens": len(answer), "voted_tokens": len(voted),
            **work}, answer


def ingest(rows=250, width=8192, runs=9):
    """How fast one core reads what a copy of a large model's prompt is, as a server has to."""
    import torch
    torch.set_num_threads(1)
    body = json.dumps({"prompt_embeds": [encoded(
        numpy.random.default_rng(0).standard_normal((rows, width)).astype(numpy.float32), "bf16")]})
    times, loads = [], []
    for _ in range(runs):
        began = time.process_time()
        data = base64.b64decode(json.loads(body)["prompt_embeds"][0], validate=True)
        decoded = time.process_time()
        tensor = torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
        ended = time.process_time()
        assert tensor.shape == (rows, width)
        times.append(ended - began)
        loads.append((ended - decoded) / (ended - began))
    return {"body": len(body), "runs": runs, "share_load": statistics.median(loads),
            "megabytes_per_second": len(body) / 1e6 / statistics.median(times)}


def prompt_ids(server, words):
    """A chat's tokens and the positions of the user's, by what differs from an empty message."""
    text = " ".join((SENTENCE * (words // 10 + 1)).split()[:words])
    ids = server.chat_ids([{"role": "user", "content": f"Say in one sentence what happens here: {text}"}])
    other = server.chat_ids([{"role": "user", "content": "0"}])
    head = next(i for i, (a, b) in enumerate(zip(ids, other)) if a != b)
    tail = next(i for i, (a, b) in enumerate(zip(ids[::-1], other[::-1])) if a != b)
    return ids, list(range(head, len(ids) - tail))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--folder", required=True, help="the folder that the server loaded")
    parser.add_argument("--samples", type=int, default=10, help="copies, k (10)")
    parser.add_argument("--prefix", type=int, default=20, help="tokens voted on, l (20)")
    parser.add_argument("--answer", type=int, default=40, help="tokens of the answer (40)")
    parser.add_argument("--sigma", type=float, default=1.0, help="absolute (1.0)")
    parser.add_argument("--words", default="10,60,200", help="lengths of prompts (10,60,200)")
    parser.add_argument("--ways", default="undefended,streams,tokens")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0, help="of the noise (0)")
    parser.add_argument("--rows", metavar="FILE",
                        help="keep each run in FILE, a line each, and count those that are there too")
    parser.add_argument("--kind", choices=("f32", "bf16", "f16"), default="f32")
    arguments = parser.parse_args()
    if not 0 < arguments.prefix < arguments.answer:
        parser.error("--prefix is at least 1 and below --answer: both defended ways go on unperturbed behind it")
    server = Upstream(arguments.url, arguments.model)
    table = embedding_table(arguments.folder)
    with open(f"{arguments.folder}/generation_config.json", encoding="utf-8") as file:
        ends = json.load(file)["eos_token_id"]
    ends = set(ends if isinstance(ends, list) else [ends])
    runs, differ = [], 0
    if arguments.rows and os.path.exists(arguments.rows):
        with open(arguments.rows, encoding="utf-8") as file:
            runs = [json.loads(line) for line in file]
    for words in map(int, arguments.words.split(",")):
        ids, user = prompt_ids(server, words)
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.repeats):
            answers = {}
            for way in arguments.ways.split(","):
                row, answers[way] = run(arguments, server, table, ids, user, way, seed, ends)
                runs.append(row)
                if arguments.rows:
                    with open(arguments.rows, "a", encoding="utf-8") as file:
                        file.write(json.dumps(row) + "\n")
                print(f"{row['prompt_tokens']:4} tokens {way:10} {row['seconds']:6.2f} s "
                      f"{row['uploaded'] / 1e6:7.3f} MB {row['requests']:4} requests",
                      file=sys.stderr)
            defended = [answers[way] for way in answers if way != "undefended"]
            if any(answer != defended[0] for answer in defended[1:]):
                differ += 1
                print(f"     the ways differ at {words} words, seed {seed}", file=sys.stderr)
    groups = {}
    for row in runs:
        groups.setdefault((row["prompt_tokens"], row["way"]), []).append(row)
    medians = [{"prompt_tokens": tokens, "user_tokens": rows[0]["user_tokens"], "way": way,
                "runs": len(rows),
                **{f"{name}_range": [min(row[name] for row in rows), max(row[name] for row in rows)]
                   for name in ("seconds",)},
                **{name: statistics.median(row[name] for row in rows)
                   for name in ("seconds", "seconds_voted", "uploaded", "requests", "reopened",
                                "reopened_at", "computed", "cached", "generated", "voted_tokens")
                   if rows[0][name] is not None}}
               for (tokens, way), rows in groups.items()]
    command = " ".join(f"--{name} {value}" for name, value in vars(arguments).items()
                       if name not in ("url", "folder", "rows", "first_seed"))
    votes = {"samples": arguments.samples, "prefix": arguments.prefix, "answer": arguments.answer,
             "kind": arguments.kind, "width": int(table.shape[1]), "differ": differ,
             "medians": medians}
    json.dump({"command": f"Tools/vllm/measure.py {command} --url … --folder …",
               "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} CPUs",
               "votes": votes, "ingest": ingest()}, sys.stdout, indent=1, ensure_ascii=False)
    print()
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
