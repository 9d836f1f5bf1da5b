#!/usr/bin/env python3
"""What the sentence splitter knows about English words, asked of the reference as a black box.

For each word of sentence_words.txt, and for each of the abbreviations below, the reference splits a
few short texts; how many sentences it finds says what it knows. Words that it does not know, or that
make no difference, are left out.

    python3 Tools/ifeval/sentence_words.py           # writes sentence-words.txt
    python3 Tools/ifeval/sentence_words.py --check   # fails if what is there would change
"""

import argparse
import itertools
import pathlib
import string
import sys

import reference

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE.parents[1] / "Sources/RESTAEvaluation/Resources/sentence-words.txt"

TITLES = """mr mrs ms mx dr drs prof st sr jr rev hon capt cpt col gen lt sgt maj cmdr adm gov sen rep reps
pres messrs esq mme mlle fr hrh phd m.d ph.d b.a m.a b.sc m.sc m.b.a d.d.s j.d ed eds asst assoc dept
atty supt det insp"""
CALENDAR = """jan feb mar apr may jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat
sun a.m p.m am pm a.d b.c b.c.e c.e yr yrs hr hrs min mins sec secs wk mo mos est"""
PLACES = """ala alas ariz ark calif cal colo conn del fla ga ill ind ia kan kans ky la me md mass mich minn
miss mo mont neb nebr nev n.h n.j n.m n.y n.c n.d okla ore oreg pa penn r.i s.c s.d tenn tex vt va wash
wis w.va wyo d.c u.s u.s.a u.k u.n u.s.s.r e.u u.a.e l.a ave blvd rd ln hwy ct pl pkwy sq mt ft apt bldg
p.o"""
BUSINESS = """inc ltd co cos corp bros cie s.a s.p.a a.g g.m.b.h llc l.p l.l.c p.l.c plc mfg mgr dist intl
natl assn dec chg vs v no nos vol vols p pp fig figs ch sec art cf ed al etc e.g i.e viz approx ca c op
ref refs n.b p.s p.p.s r.s.v.p a.k.a f.k.a d.b.a w.w c.v i.q t.v d.j d.i.y o.k ok"""
UNITS = """ft in lb lbs oz pt qt gal tsp tbsp doz kg mg g km cm mm m l ml mph kph r.p.m sq cu temp max min avg
std tel ext ms sw nw ne se ok messrs a.m.e c.i.t m.b.a"""


def abbreviations():
    """The candidates: those above, single letters, and pairs of letters with a full stop between."""
    listed = " ".join([TITLES, CALENDAR, PLACES, BUSINESS, UNITS]).split()
    pairs = [".".join(pair) for pair in itertools.product(string.ascii_lowercase, repeat=2)]
    return sorted(set(listed) | set(string.ascii_lowercase) | set(pairs))


def is_abbreviation(sentences, word):
    """Whether a full stop behind it ends no sentence before a number in brackets.

    A single letter never ends one before an unknown name, so it is asked with a hyphen before it,
    where only what is known about the letter counts.
    """
    asked = f"the x-{word}. (5) dogs" if len(word) == 1 else f"the {word}. (5) dogs"
    return len(sentences(asked)) == 1


def starts_after_abbreviation(sentences, word):
    """Whether it begins a sentence behind an ellipsis when it is capitalised."""
    return len(sentences(f"so it was... {word.capitalize()} dog")) == 2


def is_seen_in_lower_case(sentences, word):
    """Whether it begins a sentence behind a single letter when it is capitalised."""
    return len(sentences(f"so it was Q. {word.capitalize()} dog")) == 2


def resource():
    """The lists by name, which PunktWords reads."""
    sentences = reference.load().instructions_registry.instructions.instructions_util
    split = sentences._get_sentence_tokenizer().tokenize
    known = [word for word in abbreviations() if is_abbreviation(split, word)]
    asked = sorted(set((HERE / "sentence_words.txt").read_text().split()))
    starting = {word for word in asked if starts_after_abbreviation(split, word)}
    lower = {word for word in asked if is_seen_in_lower_case(split, word)}
    lists = {"abbreviations": known, "starters": sorted(starting), "otherLowercase": sorted(lower - starting)}
    if starting - lower != {"i"}:
        sys.exit(f"only 'i' was expected to begin sentences and to be no lower-case word: {starting - lower}")
    head = (
        "# What the sentence splitter knows about English words: Tools/ifeval/sentence_words.py wrote this file from\n"
        "# lists of our own, keeping what the reference implementation knows of them.\n\n")
    return head + "".join(f"{name}: {' '.join(words)}\n" for name, words in lists.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    text = resource()
    if not arguments.check:
        FILE.write_text(text)
    elif FILE.read_text() != text:
        sys.exit(f"{FILE.name} is not what sentence_words.py writes")


if __name__ == "__main__":
    main()
