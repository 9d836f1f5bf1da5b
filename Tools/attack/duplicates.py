#!/usr/bin/env python3
"""Would a server that looks for near-duplicates of a client's earlier requests notice an attack?

    duplicates.py attacks.sqlite [more.sqlite ...] [--benign built-in.jsonl] [--threshold 0.5] [--last 20]

For each attack of a store of `resta attack`: the share of its queries that are like one of the last requests of the
same goal (Jaccard's similarity of the sets of letter trigrams, letters and digits only, lower case), and how many
queries are made before the first such. Beside it, with --benign, everyday requests, each compared with the twenty in
front of it as if one client had sent them, and the same requests with one word changed, which an honest client also does.
Only the standard library is used.
"""

import argparse
import json
import random
import sqlite3
import statistics
import sys
from collections import defaultdict
from contextlib import closing
from pathlib import Path


def trigrams(text):
    letters = "".join(character for character in text.lower() if character.isalnum())
    return {letters[index:index + 3] for index in range(max(1, len(letters) - 2))} - {""}


def similarity(one, other):
    """Of two sets; 0 where both are empty."""
    return len(one & other) / len(one | other) if one | other else 0.0


def flags(texts, threshold, last):
    """Whether each text is like one of the last ones in front of it."""
    seen, result = [], []
    for text in texts:
        grams = trigrams(text)
        result.append(any(similarity(grams, earlier) >= threshold for earlier in seen[-last:]))
        seen.append(grams)
    return result


def attacks(path):
    """The requests' texts by attack and (arm, goal), in order."""
    found = defaultdict(lambda: defaultdict(list))
    try:
        with closing(sqlite3.connect(Path(path).resolve().as_uri() + "?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "SELECT attack, arm, goal, request FROM query ORDER BY attack, arm, goal, number").fetchall()
    except sqlite3.Error as error:
        sys.exit(f"error: {path}: no store of 'resta attack' ({error})")
    for attack, arm, goal, request in rows:
        messages = json.loads(request)["messages"]
        found[attack][arm, goal].append("\n".join(message["content"] for message in messages))
    return found


def summary(name, clients, threshold, last):
    """One line: clients are lists of texts in order."""
    marks = [flags(texts, threshold, last) for texts in clients]
    later = [mark for client in marks for mark in client[1:]]
    caught = [client.index(True) for client in marks if True in client]
    share = f"{100 * sum(later) / len(later):.0f} %" if later else "-"
    before = f"{statistics.median(caught):.0f}" if caught else "-"
    return f"{name:<28} {len(clients):>7} {len(later):>8} {share:>8} {len(caught):>7} {before:>7}"


def changed(text, chance):
    """The text with one of its words said another way: reversed, which is another word to a computer."""
    words = text.split()
    place = chance.randrange(len(words))
    words[place] = words[place][::-1]
    return " ".join(words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stores", nargs="+", help="stores of resta attack")
    parser.add_argument("--benign", help="rows with a 'prompt'; others (a 'goal') are left out")
    parser.add_argument("--threshold", type=float, default=0.5, help="like from here on (0.5)")
    parser.add_argument("--last", type=int, default=20, help="of how many requests in front (20)")
    options = parser.parse_args()
    if options.last < 1 or not 0 < options.threshold <= 1:
        parser.error("--last is at least 1, and --threshold above 0 and at most 1")
    print(f"{'':<28} {'clients':>7} {'queries':>8} {'flagged':>8} {'caught':>7} {'after':>7}")
    for path in options.stores:
        for attack, units in attacks(path).items():
            print(summary(attack, list(units.values()), options.threshold, options.last))
    if options.benign:
        try:
            rows = filter(None, Path(options.benign).read_text(encoding="utf-8").split("\n"))
            prompts = [row["prompt"] for row in map(json.loads, rows) if row.get("prompt", "").strip()]
        except (OSError, ValueError) as error:
            sys.exit(f"error: {options.benign}: no JSON Lines ({error})")
        chance = random.Random(1)
        print(summary("everyday, one client", [prompts], options.threshold, options.last))
        pairs = [[prompt, changed(prompt, chance)] for prompt in prompts]
        print(summary("everyday, a word changed", pairs, options.threshold, options.last))


if __name__ == "__main__":
    main()
