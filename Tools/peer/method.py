"""RESTA's three steps on a Hugging Face causal language model: noise, vote, continuation.

Written from the formulas of arXiv 2501.16497 alone, in the way that suggests itself in PyTorch: all
copies in one batch with a key-value cache, nothing shared between them.
"""

import time
from dataclasses import dataclass, field

import torch
from transformers import DynamicCache

KINDS = ("isotropic", "hard", "soft", "orthogonal")


class PeerError(Exception):
    """Something that the user can mend."""


def perturb(e, kind, sigma, copies, generator):
    """Noisy copies of embeddings: [tokens, d] to [copies, tokens, d].

    With u = e / |e|, z ~ N(0, I_d) and s ~ N(0, 1), one s per token and copy:

        isotropic   e + sigma z
        hard        e + sigma s u
        soft        e + sigma (z * u), elementwise
        orthogonal  e + sigma (z - (z.u) u)

    A zero vector has no direction; all but isotropic noise leave it alone.
    """
    tokens, dimensions = e.shape
    norm = e.norm(dim=-1, keepdim=True)
    directed = norm > 0
    u = torch.where(directed, e / torch.where(directed, norm, 1), 0)
    width = 1 if kind == "hard" else dimensions
    z = torch.randn((copies, tokens, width), generator=generator, dtype=e.dtype)
    if kind == "isotropic":
        noise = z
    elif kind in ("hard", "soft"):
        noise = z * u
    elif kind == "orthogonal":
        noise = torch.where(directed, z - (z * u).sum(-1, keepdim=True) * u, 0)
    else:
        raise ValueError(kind)
    return e + sigma * noise


def absolute_sigma(sigma, unit, kind, e):
    """Sigma in the embeddings' own unit. A relative one is a multiple of the mean norm of the user's
    embeddings [tokens, d] for directional noise, and of their RMS per dimension for the others."""
    if unit == "absolute" or len(e) == 0:
        return sigma
    if kind in ("hard", "soft"):
        return sigma * e.norm(dim=-1).mean().item()
    return sigma * e.square().mean().sqrt().item()


def vote(logits):
    """The token that wins among copies' logits [copies, vocabulary], and the votes by token.

    Each copy votes for its likeliest token, the lowest id of several. Most votes win; then the larger
    sum of log-probabilities over all copies; then the lower id.
    """
    best = logits.max(dim=-1, keepdim=True).values
    ids = torch.arange(logits.shape[-1])
    choices = torch.where(logits == best, ids, logits.shape[-1]).min(dim=-1).values.tolist()
    counts = {token: choices.count(token) for token in sorted(set(choices))}
    leaders = [token for token, count in counts.items() if count == max(counts.values())]
    if len(leaders) > 1:
        sums = torch.log_softmax(logits.double(), dim=-1).sum(dim=0)
        # max keeps the first of equals, which is the lowest id.
        return max(leaders, key=lambda token: sums[token].item()), counts
    return leaders[0], counts


@dataclass
class Prompt:
    """Token ids, and which positions hold the user's content."""

    ids: list
    user: list


def render(tokenizer, content, system=None):
    """The chat prompt for one user message, as Prompt: tokens of the whole rendered text; positions
    from character offsets. A token that straddles the border counts as the user's."""
    if not tokenizer.chat_template:
        raise PeerError("this model has no chat template: it is a base model, not a chat model")
    if not content:
        raise PeerError("the prompt is empty")

    def rendered(text):
        messages = [{"role": "system", "content": system}] if system is not None else []
        try:
            return tokenizer.apply_chat_template(
                messages + [{"role": "user", "content": text}], tokenize=False,
                add_generation_prompt=True)
        except Exception as error:  # templates raise what they like
            raise PeerError(f"the model's chat template cannot be rendered: {error}") from None

    # Where the template puts content is found with a text that occurs nowhere else; the user's own
    # text may well occur in the system prompt too.
    mark = "\U000F0000\U000F0001"
    before, _, after = rendered(mark).partition(mark)
    text = rendered(content)
    kept = [c for c in (content, content.strip()) if c and text == before + c + after]
    if not kept:
        raise PeerError("the chat template changes the prompt, so the user's tokens cannot be told "
                        "from the template's")
    start, end = len(before), len(before) + len(kept[0])
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids = list(encoded["input_ids"])
    user = [i for i, (s, e) in enumerate(encoded["offset_mapping"]) if s < end and e > start]
    if any(ids[i] in tokenizer.all_special_ids for i in user):
        raise PeerError("the prompt spells a control token of the chat format, which this peer does "
                        "not defuse; leave it out")
    # What the tokenizer puts in front of every text, unless the template wrote it.
    first = list(tokenizer("")["input_ids"])
    if tokenizer.bos_token_id in first and ids[0] != tokenizer.bos_token_id:
        ids = [tokenizer.bos_token_id] + ids
        user = [i + 1 for i in user]
    return Prompt(ids, user)


@dataclass
class Answer:
    """Generated tokens (the one that ended the answer not included) and what they cost."""

    tokens: list = field(default_factory=list)
    votes: list = field(default_factory=list)
    ended: bool = False
    wall: float = 0.0
    first: float = 0.0
    processed: int = 0
    passes: int = 0


class _Sequences:
    """Sequences of equal length that grow together in one batch."""

    def __init__(self, model, answer):
        self.model, self.answer, self.cache = model, answer, DynamicCache(config=model.config)

    def feed(self, **inputs):
        """Appends positions; the logits after the last one, [sequences, vocabulary]."""
        sequences, positions = next(iter(inputs.values())).shape[:2]
        output = self.model(
            **inputs, cache=self.cache, use_cache=True, logits_to_keep=1)
        self.answer.processed += sequences * positions
        self.answer.passes += 1
        return output.logits[:, -1]


@dataclass
class Defense:
    """kind: one of KINDS; sigma: absolute; samples: k; prefix: l, or None for the whole answer."""

    kind: str
    sigma: float
    samples: int
    prefix: int | None
    seed: int


@torch.inference_mode()
def generate(model, prompt, limit, ends=frozenset(), defense=None):
    """A greedy answer of at most `limit` tokens, which ends before a token of `ends`."""
    answer = Answer()
    start = time.perf_counter()
    window = 0 if defense is None else limit if defense.prefix is None else defense.prefix

    def append(token):
        """Whether the answer goes on."""
        if answer.first == 0:
            answer.first = time.perf_counter() - start
        answer.ended = token in ends
        if not answer.ended:
            answer.tokens.append(token)
        return not answer.ended and len(answer.tokens) < limit

    goes_on = limit > 0
    if goes_on and window > 0:
        copies = _Sequences(model, answer)
        logits = copies.feed(inputs_embeds=_copies(model, prompt, defense))
        while True:
            token, counts = vote(logits)
            answer.votes.append(counts)
            goes_on = append(token)
            if not goes_on or len(answer.votes) == window:
                break
            logits = copies.feed(input_ids=torch.full((defense.samples, 1), token))
        del copies
    if goes_on:
        plain = _Sequences(model, answer)
        logits = plain.feed(input_ids=torch.tensor([prompt.ids + answer.tokens]))
        while append(logits[0].argmax().item()):
            logits = plain.feed(input_ids=torch.tensor([answer.tokens[-1:]]))
    answer.wall = time.perf_counter() - start
    return answer


def _copies(model, prompt, defense):
    """The prompt's embeddings [copies, tokens, d], perturbed where they are the user's."""
    e = model.get_input_embeddings()(torch.tensor(prompt.ids))
    copies = e.expand(defense.samples, -1, -1).clone()
    if defense.sigma > 0 and prompt.user:
        generator = torch.Generator().manual_seed(defense.seed)
        copies[:, prompt.user] = perturb(
            e[prompt.user], defense.kind, defense.sigma, defense.samples, generator)
    return copies


@torch.inference_mode()
def embedding_error(model, ids):
    """The largest difference between logits of token ids and of the same tokens' embeddings."""
    by_id = model(input_ids=torch.tensor([ids])).logits
    rows = model.get_input_embeddings()(torch.tensor([ids]))
    return (by_id - model(inputs_embeds=rows).logits).abs().max().item()
