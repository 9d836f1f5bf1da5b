"""Greedy coordinate gradient through noise: a suffix that makes a target likely on noisy copies of the prompt.

Written from the algorithm of arXiv 2307.15043: the gradient of the loss with respect to each suffix token's one-hot
vector names candidates, and a random choice of single replacements is scored by the loss itself. The loss is the mean
over draws of the noise that the defence puts on the user's embeddings; all candidates of a step meet the same draws,
what is kept is scored again on other ones, and those say when to stop.
"""

import math
from dataclasses import dataclass, field

import torch


@dataclass
class Settings:
    suffix_tokens: int = 12
    candidates: int = 64
    top: int = 64
    queries: int = 2000
    draws: int = 4
    batch: int = 16
    seed: int = 1
    # The target's mean probability for each token, on fresh draws, at which the search ends.
    enough: float = 0.5


@dataclass
class Found:
    suffix: list
    # -log p of the target for each token, on draws that chose nothing.
    fresh: float = math.inf
    # What it was chosen on, and then on fresh draws: each step that was accepted.
    history: list = field(default_factory=list)
    queries: int = 0


class Objective:
    """The loss of a suffix, behind what is in front of it and in front of what follows.

    `noise(embeddings, seed)` gives one noisy copy of the user's embeddings, [tokens, d]; None is the undefended model.
    """

    def __init__(self, model, front, user, rest, target, noise=None):
        self.model, self.noise = model, noise
        self.front, self.user, self.rest, self.target = front, user, rest, target
        self.table = model.get_input_embeddings().weight

    def loss(self, suffixes, seeds):
        """-log p of the target for each token, [suffixes]; suffixes are embeddings [suffixes, tokens, d]."""
        look = lambda ids: self.table[torch.tensor(ids, dtype=torch.long)]
        front, user, rest, target = map(look, (self.front, self.user, self.rest, self.target))
        rows = []
        for suffix in suffixes:
            content = torch.cat([user, suffix])
            for seed in seeds:
                noisy = content if self.noise is None else self.noise(content, seed)
                rows.append(torch.cat([front, noisy, rest, target]))
        logits = self.model(inputs_embeds=torch.stack(rows)).logits
        ids = torch.tensor(self.target)
        predicted = logits[:, -len(self.target) - 1:-1].log_softmax(-1)
        chosen = predicted.gather(-1, ids.expand(len(rows), -1).unsqueeze(-1)).squeeze(-1)
        return -chosen.mean(-1).view(len(suffixes), len(seeds)).mean(-1)

    @torch.no_grad()
    def scores(self, suffixes, seeds, batch):
        found = []
        step = max(1, batch // len(seeds))
        for start in range(0, len(suffixes), step):
            found += self.loss([self.table[torch.tensor(s)] for s in suffixes[start:start + step]], seeds).tolist()
        return found

    def gradient(self, suffix, seeds):
        """d loss / d one-hot, [tokens, vocabulary]: large and negative where another token would help."""
        embedded = self.table[torch.tensor(suffix)].detach().clone().requires_grad_()
        (slope,) = torch.autograd.grad(self.loss([embedded], seeds)[0], embedded)
        return slope @ self.table.detach().T


def search(objective, allowed, settings, start, keeps=lambda suffix: True):
    """Looks for a suffix of allowed tokens; `keeps` drops candidates whose text has other tokens, unasked.

    A query is a suffix on one draw; the gradient costs as many as it has draws.
    """
    random = torch.Generator().manual_seed(settings.seed)
    draws = 1 if objective.noise is None else settings.draws
    blocked = torch.ones(objective.table.shape[0], dtype=torch.bool)
    blocked[torch.tensor(sorted(allowed))] = False
    next_seed = iter(range(settings.seed << 20, 1 << 62))
    seeds = lambda: [next(next_seed) for _ in range(draws)]
    found = Found(list(start))

    def fresh(suffix):
        found.queries += draws
        return objective.scores([suffix], seeds(), settings.batch)[0]

    if settings.queries < draws:
        return found
    found.fresh = fresh(found.suffix)
    while math.exp(-found.fresh) < settings.enough:
        # The gradient, the incumbent, one candidate, and the new one's fresh draws.
        room = (settings.queries - found.queries) // draws - 3
        if room < 1:
            break
        common = seeds()
        slope = objective.gradient(found.suffix, common)
        slope[:, blocked] = math.inf
        best = slope.topk(min(settings.top, len(allowed)), largest=False).indices
        candidates = []
        for _ in range(20 * settings.candidates):
            if len(candidates) == min(settings.candidates, room):
                break
            place = torch.randint(len(found.suffix), (1,), generator=random).item()
            token = best[place, torch.randint(best.shape[1], (1,), generator=random).item()].item()
            other = found.suffix[:place] + [token] + found.suffix[place + 1:]
            if other != found.suffix and keeps(other):
                candidates.append(other)
        if not candidates:
            break
        scores = objective.scores([found.suffix] + candidates, common, settings.batch)
        found.queries += draws * (2 + len(candidates))
        index = min(range(1, len(scores)), key=scores.__getitem__)
        if scores[index] < scores[0]:
            found.suffix = candidates[index - 1]
            found.fresh = fresh(found.suffix)
            found.history.append((scores[index], found.fresh))
    return found
