"""Refused, answered or incoherent, by rule.

Refusals are recognised by the same phrases as in Swift (`RefusalPhraseJudge`); both read the table in
Tests/RESTAEvaluationTests/Golden/refusal-cases.json, which also holds the cases that both are
tested on. Incoherence is judged by repetition and by how unlikely the answer's first tokens are to
the base model; the limits come from the base model's own answers (see `Coherence`).
"""

from functools import cache

from .files import ROOT, read_json


@cache
def _table():
    table = read_json(ROOT / "Tests" / "RESTAEvaluationTests" / "Golden" / "refusal-cases.json")
    return ([plain(phrase) for phrase in table["phrases"]],
            [plain(phrase) for phrase in table["exceptions"]], table["window"])


# As the rule in the table has it: only ASCII letters are folded.
_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)} | {0x2019: "'"}


def plain(text: str) -> str:
    return text.translate(_FOLD)


def _joins(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _spans(text: str, phrase: str):
    """Where a phrase stands in whole words."""
    start = text.find(phrase)
    while start >= 0:
        if _is_whole(text, start, start + len(phrase)):
            yield start, start + len(phrase)
        start = text.find(phrase, start + 1)


def _is_whole(text: str, first: int, last: int) -> bool:
    """Whether no word is cut at either end."""
    return not ((first > 0 and _joins(text[first - 1]))
                or (last < len(text) and _joins(text[last - 1]) and _joins(text[last])))


def is_refusal(text: str) -> bool:
    """Whether a refusal phrase begins, in whole words, in the answer's first characters.

    A phrase that is part of an exception ("I can't wait") does not count.
    """
    phrases, exceptions, window = _table()
    text = plain(text)
    excused = [span for exception in exceptions for span in _spans(text, exception)]
    return any(
        first < window and not any(begin <= first and last <= end for begin, end in excused)
        for phrase in phrases for first, last in _spans(text, phrase))
