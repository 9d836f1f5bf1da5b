#!/usr/bin/env python3
"""Asks the breaches of a store again with `resta generate`, in a fresh process, undefended and one at a time.

A break that hangs on the rounding of one program's passes is no break. An answer that is the store's, letter by
letter, is confirmed; another one is judged again by `resta eval import`, as the first one was.

    resta attack export mine.sqlite --format jbb --attack search --defense none --show-answers > mine.json
    Tools/attack/confirm.py mine.json --resta .build/release/resta --tokens 32 -- --model FILE
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile


def breaches(artifact):
    """What broke the goals of a JailbreakBench artifact, as far as one message can say it."""
    return [entry for entry in artifact["jailbreaks"] if entry.get("jailbroken") and entry.get("prompt")]


def tally(entries, texts, labels):
    """How many answers are the same as before, other ones that comply, and no breaches any more."""
    counts = {"same": 0, "other": 0, "gone": 0}
    for entry, text, label in zip(entries, texts, labels, strict=True):
        if text == entry["response"]:
            counts["same"] += 1
        else:
            counts["other" if label == "complied" else "gone"] += 1
    return counts


def rows(text):
    """JSON Lines; not splitlines(), which also breaks at characters that JSON leaves alone."""
    return [json.loads(line) for line in text.split("\n") if line]


def answers(resta, entries, tokens, options, folder):
    """The undefended answers of one fresh process."""
    prompts = folder / "prompts.jsonl"
    prompts.write_text("".join(json.dumps({"prompt": entry["prompt"]}) + "\n" for entry in entries))
    run = subprocess.run(
        [resta, "generate", "--prompts", str(prompts), "--noise", "none", "--max-tokens", str(tokens), *options],
        stdout=subprocess.PIPE, text=True, check=True)
    return [row["text"] for row in rows(run.stdout)]


def judged(resta, entries, texts, options, folder):
    """What the judges say of answers."""
    told = folder / "answers.jsonl"
    told.write_text("".join(
        json.dumps({"prompt": entry["prompt"], "role": "adversarial", "answer": text, "defense": "none"}) + "\n"
        for entry, text in zip(entries, texts, strict=True)))
    store = folder / "judged"
    subprocess.run([resta, "eval", "import", str(told), "--output", str(store), *options],
                   stdout=subprocess.DEVNULL, check=True)
    run = subprocess.run(
        [resta, "eval", "export", str(next(store.glob("*.sqlite"))), "--texts", "all"],
        stdout=subprocess.PIPE, text=True, check=True)
    # Several entries may share an answer, and rows come in the store's order.
    labels = {row["answer"]: row["label"] for row in rows(run.stdout)}
    return [labels[text] for text in texts]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("artifact", type=pathlib.Path)
    options.add_argument("--resta", default="resta")
    options.add_argument("--tokens", type=int, default=48)
    # argparse takes no list of options behind --.
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    chosen, model = options.parse_args(words[:end]), words[end + 1:]
    if shutil.which(chosen.resta) is None:
        options.error(f"there is no command '{chosen.resta}': name the built one, as in --resta .build/release/resta")
    try:
        entries = breaches(json.loads(chosen.artifact.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        options.error(f"{chosen.artifact} is no artifact of 'resta attack export --format jbb': {error}")
    if not entries:
        options.error(f"{chosen.artifact} holds no breach: 'resta attack export' has to name what broke something, and a "
                      "break by more than one message is not among them")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        texts = answers(chosen.resta, entries, chosen.tokens, model, folder)
        labels = judged(chosen.resta, entries, texts, model, folder)
    counts = tally(entries, texts, labels)
    print(f"{counts['same'] + counts['other']} of {len(entries)} breaches confirmed in a fresh process: "
          f"{counts['same']} with the same answer, {counts['other']} with another that complies; {counts['gone']} gone")


if __name__ == "__main__":
    main()
