"""Answers of the model in batches, sampled or greedy."""

import time

import torch
from transformers import DynamicCache


@torch.inference_mode()
def answer(model, before: list[int], rows: list[list[int]], end: int, tokens: int, *,
           temperature: float = 0.0, top_k: int = 50, batch: int = 64, label: str = "",
           progress=print) -> list[list[int]]:
    """Continues `before` and each row by at most `tokens` tokens; a finished answer ends with `end`.

    `before` is computed once. Rows of like length share a batch. With a temperature, tokens are drawn
    from the `top_k` likeliest by torch's global generator.
    """
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    answers: list[list[int]] = [[] for _ in rows]
    started = time.time()
    for first in range(0, len(order), batch):
        chosen = order[first:first + batch]
        found = _batch(model, before, [rows[index] for index in chosen], end, tokens, temperature, top_k)
        for index, row in zip(chosen, found):
            answers[index] = row
        done = first + len(chosen)
        progress(f"{label}: {done} of {len(rows)}, {time.time() - started:.0f} s", flush=True)
    return answers


def _batch(model, before, rows, end, tokens, temperature, top_k):
    count, width = len(rows), max(map(len, rows))
    padding = torch.tensor([width - len(row) for row in rows])[:, None]
    # Padding stands between the shared positions and a row's own, and is masked.
    ids = torch.tensor([[end] * (width - len(row)) + row for row in rows], dtype=torch.long)
    shared = len(before) if width else len(before) - 1
    cache = DynamicCache()
    model.model(input_ids=torch.tensor([before[:shared]]), past_key_values=cache, use_cache=True)
    cache.batch_repeat_interleave(count)
    if not width:
        ids, width = torch.full((count, 1), before[-1]), 1
    columns = torch.arange(width)[None]
    mask = torch.cat([torch.ones(count, shared, dtype=torch.long), (columns >= padding).long()], 1)
    positions = shared + (columns - padding).clamp_min(0)
    finished = torch.zeros(count, dtype=torch.bool)
    found = []
    for _ in range(tokens):
        hidden = model.model(input_ids=ids, attention_mask=mask, position_ids=positions,
                             past_key_values=cache, use_cache=True).last_hidden_state
        # The head on contiguous rows: on a slice, PyTorch's bfloat16 product is a hundred times slower.
        logits = model.lm_head(hidden[:, -1].contiguous()).float()
        if temperature > 0:
            values, candidates = logits.topk(top_k, -1)
            drawn = torch.multinomial((values / temperature).softmax(-1), 1)
            token = candidates.gather(1, drawn)
        else:
            token = logits.argmax(-1, keepdim=True)
        found.append(token)
        finished |= token[:, 0] == end
        if finished.all():
            break
        ids, positions = token, positions[:, -1:] + 1
        mask = torch.cat([mask, torch.ones(count, 1, dtype=torch.long)], 1)
    table = torch.cat(found, 1).tolist()
    return [row[:row.index(end) + 1] if end in row else row for row in table]
