"""Random answers, each with instructions of all types that a text can be asked for."""

import random

from . import texts


def answer(rng):
    """Lines of sentences, headings and marks, with varying gaps."""
    lines = []
    for _ in range(rng.randint(1, 7)):
        if rng.random() < 0.35:
            lines.append(rng.choice(texts.HEADINGS))
        else:
            line = rng.choice(["", "", "", "* ", "- ", "1. ", "*", "> "])
            line += rng.choice([" ", " ", "  ", "\n"]).join(rng.sample(texts.SENTENCES, rng.randint(1, 3)))
            lines.append(rng.choice([line] * 6 + [line.upper(), line.lower(), f'"{line}"', f"*{line}*", f"**{line}**"]))
    text = lines[0]
    for line in lines[1:]:
        text += rng.choice(["\n", "\n\n", "\n\n", "\n\n\n", "\n***\n", "\n\n******\n\n", " ", "\r\n"]) + line
    return rng.choice([text] * 6 + [text.upper(), text.lower(), f'"{text}"', f" {text}\n", "Sure!\n" + text, text + "\n\nBye."])


def instructions(rng, text):
    """One instruction of each type, with arguments that are neither always nor never followed."""
    relation = lambda: rng.choice(["at least", "less than"])
    words = text.split() or ["a"]
    n = rng.randint
    yield "keywords:existence", {"keywords": rng.sample(texts.WORDS, n(1, 3))}
    yield "keywords:frequency", {"keyword": rng.choice(texts.WORDS[:17]), "frequency": n(1, 4), "relation": relation()}
    yield "keywords:forbidden_words", {"forbidden_words": rng.sample(texts.WORDS[:15], n(1, 3))}
    yield "keywords:letter_frequency", {"letter": rng.choice("aeiostxzqAE"), "let_frequency": n(1, 12), "let_relation": relation()}
    yield "length_constraints:number_sentences", {"num_sentences": n(1, 12), "relation": relation()}
    yield "length_constraints:number_paragraphs", {"num_paragraphs": n(1, 4)}
    yield "length_constraints:number_words", {"num_words": n(1, 80), "relation": relation()}
    yield "length_constraints:nth_paragraph_first_word", {"num_paragraphs": (k := n(1, 4)), "nth_paragraph": n(1, k), "first_word": rng.choice(words).strip("*\"'.,?!") or "a"}
    yield "detectable_content:number_placeholders", {"num_placeholders": n(1, 3)}
    yield "detectable_content:postscript", {"postscript_marker": rng.choice(["P.S.", "P.P.S"])}
    yield "detectable_format:number_bullet_lists", {"num_bullets": n(1, 3)}
    yield "detectable_format:constrained_response", {}
    yield "detectable_format:number_highlighted_sections", {"num_highlights": n(1, 4)}
    yield "detectable_format:multiple_sections", {"section_spliter": rng.choice(["Section", "SECTION", "Day", "PARAGRAPH"]), "num_sections": n(1, 2)}
    yield "detectable_format:json_format", {}
    yield "detectable_format:title", {}
    yield "combination:two_responses", {}
    yield "combination:repeat_prompt", {"prompt_to_repeat": rng.choice([" ".join(words[:3]), words[0].upper(), words[-1]])}
    yield "startend:end_checker", {"end_phrase": rng.choice([" ".join(words[-3:]), text.strip()[-9:].strip().upper() or "x", words[0]])}
    yield "startend:quotation", {}
    yield "change_case:capital_word_frequency", {"capital_frequency": n(1, 20), "capital_relation": relation()}
    yield "punctuation:no_comma", {}


def cases(count, seed):
    """(response, [(type, arguments)])"""
    rng = random.Random(seed)
    for _ in range(count):
        text = answer(rng)
        yield text, list(instructions(rng, text))
