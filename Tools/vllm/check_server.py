#!/usr/bin/env python3
"""Checks that a running vLLM server computes the same from embeddings as from token ids.

    check_server.py --url http://127.0.0.1:8123 --model smollm2 --folder .models/vllm/…

For each prompt, greedy tokens of the rendered chat's ids, of its embedding rows (one copy, then five in one
request, then in bf16, whose answer may differ), and of one that is streamed and whose connection is then
closed. Exit code 1 where they differ.
"""

import argparse
import sys
import time

from wire import Upstream, embedding_table, encoded

PROMPTS = ("Name three primary colours.", "Why is the sky blue? Answer in one sentence.",
           "Write a haiku about the sea.", "What is 17 + 25?", "List five fruits that are red.",
           "Explain to a child what a magnet does.", "Translate 'good morning' into French.",
           "Give me a title for a story about a lighthouse.")
RUNNING = "vllm:num_requests_running"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--folder", required=True, help="the folder that the server loaded")
    parser.add_argument("--tokens", type=int, default=24)
    arguments = parser.parse_args()
    server = Upstream(arguments.url, arguments.model)
    table = embedding_table(arguments.folder)
    failed = half_equal = 0
    for prompt in PROMPTS:
        ids = server.chat_ids([{"role": "user", "content": prompt}])
        rows = table[ids]
        expected = server.greedy(arguments.tokens, prompt=ids)[0]
        seen = {"one copy": server.greedy(arguments.tokens, rows=[rows]),
                "five copies": server.greedy(arguments.tokens, rows=[rows] * 5),
                "streamed": [(list(server.stream(arguments.tokens, rows)), expected[1])]}
        half_equal += server.greedy(arguments.tokens, rows=[rows], kind="bf16")[0] == expected
        wrong = [name for name, answers in seen.items()
                 if any(answer != expected for answer in answers)]
        failed += bool(wrong)
        print(f"    {len(ids):3} tokens, {len(expected[0]):2} greedy ({expected[1]}): "
              f"{'equal' if not wrong else 'DIFFERENT: ' + ', '.join(wrong)}")
    print(f"    payload of {len(ids)} rows: {len(encoded(rows))} bytes in f32, "
          f"{len(encoded(rows, 'bf16'))} in bf16; bf16 gives the same answer for {half_equal} of "
          f"{len(PROMPTS)}")
    stream = server.stream(400, table[ids])
    next(stream)
    stream.close()
    closed = time.monotonic()
    while server.metrics().get(RUNNING, 0) > 0:
        if time.monotonic() - closed > 5:
            print("    a closed connection was still computed after 5 s")
            failed += 1
            break
    print(f"    a closed connection ended in the engine within "
          f"{(time.monotonic() - closed) * 1000:.0f} ms")
    print(f"{len(PROMPTS) - min(failed, len(PROMPTS))} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
