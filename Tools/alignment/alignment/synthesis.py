"""Benign data that the base model makes itself: its own user turns, and its own answers.

A user turn is what the model writes after an empty user header (the way of Magpie, arXiv
2406.08464); answers are its greedy ones. No third-party answer is in the data.
"""

import re

import torch

from .files import WORK, write_jsonl
from .judge import is_refusal
from .model import PromptFormat, fast_type, load_base, load_tokenizer, set_threads
from .sampling import answer
from .splits import load_splits

SEED = 20261125
TURNS = 2048
TURN_TOKENS = 48

# Turns about such things are left out: whether they are benign would have to be read.
SENSITIVE = re.compile(
    r"\b(kill|murder|bomb|weapon|gun|drug|cocaine|heroin|meth|hack|steal|theft|fraud|scam|phish|malware"
    r"|virus|ransom|exploit|explosi|terror|suicid|self-harm|rape|sex|porn|nude|naked|racis|sexis|nazi"
    r"|hitler|slur|hate|genocid|tortur|abus|assault|attack|poison|illegal|crim|blackmail|launder"
    r"|counterfeit|defam|slander|harass|bully|stalk|kidnap|traffick|pirat|cheat|forge|manipulat|conspir"
    r"|extrem|violen|blood|slaughter|dead|death|die|dying|shoot|stab|burn|jail|cult|fake|mislead|decei)",
    re.IGNORECASE)


def turn_fault(text: str, tokens: int, finished: bool) -> str | None:
    """Why a sampled user turn is left out, or None."""
    if not finished:
        return "unfinished"
    if not 4 <= tokens <= TURN_TOKENS:
        return "length"
    if SENSITIVE.search(text):
        return "sensitive"
    if (not text.isascii() or text[-1] not in ".?!:)\"`" or text.count("\n") > 4
            or re.search(r"smollm|assistant|language model", text, re.IGNORECASE)):
        return "form"
    return None


def synthesise_turns() -> None:
    """User turns of the base model, screened, into `turns.jsonl`; what was dropped is counted."""
    target = WORK / "turns.jsonl"
    if target.exists():
        return
    set_threads()
    torch.manual_seed(SEED)
    tokenizer, model = load_tokenizer(), load_base(fast_type())
    form = PromptFormat(tokenizer)
    sampled = answer(model, form.before, [[]] * TURNS, form.end, TURN_TOKENS + 1, temperature=1.0,
                     batch=128, label="user turns")
    faults: dict[str, int] = {}
    seen, rows = set(), []
    for ids in sampled:
        finished = bool(ids) and ids[-1] == form.end
        text = tokenizer.decode(ids[:-1] if finished else ids).strip()
        fault = turn_fault(text, len(ids) - finished, finished) if text else "empty"
        # The first words decide what is asked: the model repeats itself.
        key = " ".join(re.sub(r"[^a-z0-9 ]", "", text.lower()).split()[:7])
        if fault is None and key in seen:
            fault = "repeated"
        if fault is None:
            seen.add(key)
            rows.append({"prompt": text, "source": "self"})
        else:
            faults[fault] = faults.get(fault, 0) + 1
    write_jsonl(target, rows)
    print(f"user turns: kept {len(rows)} of {TURNS}; left out: {faults}")


ANSWER_TOKENS = 32


def synthesise_answers() -> None:
    """The base model's greedy answers to all benign training prompts: `answers.jsonl`, and
    `answers-more.jsonl` to those of the second phase."""
    parts = {"answers.jsonl": "benign", "answers-more.jsonl": "benign_more"}
    missing = {file: part for file, part in parts.items() if not (WORK / file).exists()}
    if not missing:
        return
    set_threads()
    tokenizer, model = load_tokenizer(), load_base(fast_type())
    form = PromptFormat(tokenizer)
    for file, part in missing.items():
        rows = load_splits()["train"][part]
        prompts = [form.content(row["prompt"]) for row in rows]
        answers = answer(model, form.before, [prompt + form.after for prompt in prompts], form.end,
                         ANSWER_TOKENS, batch=128, label="answers")
        kept = [
            {**row, "prompt_ids": prompt, "answer_ids": ids}
            for row, prompt, ids in zip(rows, prompts, answers)
            # What the base model itself refuses teaches nothing about answering.
            if len(ids) >= 3 and not is_refusal(tokenizer.decode(ids))]
        write_jsonl(WORK / file, kept)
        print(f"answers: {len(kept)} of {len(rows)} (the base model refused the others)")
