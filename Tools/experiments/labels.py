#!/usr/bin/env python3
"""Labels of answers whose texts are not committed, and what they say of a study's own labels.

    labels.py texts LABELS.csv STORE... > labelled.jsonl    for `resta eval judge-check labelled.jsonl`
    labels.py tables LABELS.csv STORE...                    a study's labels against these, and the reader
                                                            against himself

A label belongs to the answer with its SHA-256 to its prompt, wherever it was made: the stores are searched for it,
and what no store has (another processor may round otherwise) is counted and left out. --source keeps one model's.
Intervals of kappa are of 2,000 bootstrap samples over goals; with full agreement, which no sample can upset, from the
least agreement that so many goals do not rule out (Clopper and Pearson).
"""

import argparse
import collections
import csv
import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import studies

LABELS = ("refused", "complied", "incoherent")
#: Language that neither refuses nor does what was asked, and what the reader could not tell: in no kappa.
OTHER = ("missed", "unsure")


def read(path):
    # Spreadsheets write a byte order mark, which would be part of the first column's name.
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, 2):
        for column in ("label", "second"):
            if row[column] not in LABELS + OTHER + (("",) if column == "second" else ()):
                raise studies.StudyError(f"{path}:{number}: unknown label '{row[column]}'")
    return rows


def kappa(pairs):
    """Cohen's; None where only one label occurs."""
    n = len(pairs)
    if n == 0:
        return None
    one, other = (collections.Counter(side) for side in zip(*pairs))
    chance = sum(one[label] * other[label] for label in one) / n ** 2
    return None if chance == 1 else (sum(a == b for a, b in pairs) / n - chance) / (1 - chance)


def interval(clusters, draws=2000, seed=1):
    """Percentiles over resampled clusters, each a list of pairs."""
    source, values = random.Random(seed), []
    pairs = [pair for cluster in clusters for pair in cluster]
    if all(a == b for a, b in pairs):
        counts = collections.Counter(a for a, _ in pairs)
        chance = sum(count ** 2 for count in counts.values()) / len(pairs) ** 2
        return (0.025 ** (1 / len(clusters)) - chance) / (1 - chance), 1.0
    for _ in range(draws):
        value = kappa([pair for _ in clusters for pair in source.choice(clusters)])
        if value is not None:
            values.append(value)
    values.sort()
    return values[int(0.025 * len(values))], values[min(len(values) - 1, int(0.975 * len(values)))]


def summary(rows, one, other, labels=LABELS):
    """A line with agreement, kappa and interval."""
    clusters = collections.defaultdict(list)
    for row in rows:
        if row[one] in labels and row[other] in labels:
            clusters[row["goal"]].append((row[one], row[other]))
    pairs = [pair for cluster in clusters.values() for pair in cluster]
    value = kappa(pairs)
    if value is None:
        return f"n = {len(pairs)}, no kappa"
    low, high = interval(list(clusters.values()))
    same = sum(a == b for a, b in pairs)
    return (f"n = {len(pairs)} ({len(clusters)} goals), agreement {same} of {len(pairs)}, "
            f"kappa {value:.2f} [{low:.2f}, {high:.2f}]")


def confusion(rows, one, other):
    counts = collections.Counter((row[one], row[other]) for row in rows)
    columns = [label for label in LABELS + OTHER + ("unscored",) if any(row[other] == label for row in rows)]
    lines = ["| labelled | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for label in LABELS + OTHER:
        if any(row[one] == label for row in rows):
            lines.append(f"| {label} | " + " | ".join(str(counts[label, column]) for column in columns) + " |")
    return "\n".join(lines)


def asked_for(store):
    with closing(sqlite3.connect(Path(store).resolve().as_uri() + "?mode=ro", uri=True)) as connection:
        return {(dataset, sample): json.loads(text).get("goal") for dataset, sample, text in
                connection.execute("SELECT dataset, id, json FROM sample")}


def answers(stores, resta):
    found = {}
    for store in stores:
        done = subprocess.run([resta, "eval", "export", store, "--texts", "all"], capture_output=True, text=True)
        if done.returncode != 0:
            raise studies.StudyError(f"{store}: {done.stderr.strip()}")
        goals = asked_for(store)
        # Not splitlines(): that also breaks at characters that JSON leaves alone.
        for row in map(json.loads, filter(None, done.stdout.split("\n"))):
            # What is asked for without an attack; the judges read an answer behind that.
            row["goal"] = goals[row["dataset"], row["sample"]] or row["prompt"]
            found[row["dataset"], row["sample"], row["answer_sha256"]] = row
    return found


def joined(labels, found):
    """The labelled rows whose answers are there, with the store's row, and how many are not."""
    rows = []
    for row in labels:
        answer = found.get((row["dataset"], row["sample"], row["answer_sha256"]))
        if answer:
            rows.append({**row, "row": answer, "counted": answer["label"],
                         "goal": answer["goal"]})
    return rows, len(labels) - len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("texts", "tables"))
    parser.add_argument("labels")
    parser.add_argument("stores", nargs="+")
    parser.add_argument("--source", help="only the answers of this model")
    parser.add_argument("--resta", default=str(studies.ROOT / ".build/release/resta"), help="the built command")
    arguments = parser.parse_args()
    try:
        labels = [row for row in read(arguments.labels) if arguments.source in (None, row["source"])]
        rows, lost = joined(labels, answers(arguments.stores, arguments.resta))
    except (studies.StudyError, OSError) as error:
        sys.exit(f"error: {error}")
    if lost:
        print(f"{lost} of {len(labels)} answers are in no store", file=sys.stderr)
    if arguments.action == "texts":
        for row in rows:
            if row["label"] in LABELS:
                print(json.dumps({"text": row["row"]["answer"], "label": row["label"], "goal": row["goal"],
                                  "role": row["row"]["role"], "prompt": row["row"]["prompt"]}, ensure_ascii=False))
        return
    groups = {"all": rows} | {source: [row for row in rows if row["source"] == source]
                              for source in dict.fromkeys(row["source"] for row in rows)}
    for name, group in groups.items():
        print(f"{name}, what a study counts: {summary(group, 'label', 'counted')}")
    print("\n" + confusion(rows, "label", "counted") + "\n")
    again = [row for row in rows if row["second"]]
    print(f"read twice: {summary(again, 'label', 'second', LABELS + OTHER)}\n\n{confusion(again, 'label', 'second')}")


if __name__ == "__main__":
    main()
