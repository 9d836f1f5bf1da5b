"""Trains the adapter: refuse what is harmful, stay the base model elsewhere.

A step takes some harmful prompts, with a refusal as the target (cross-entropy), and some benign
ones, where the target is the *clean base model's* distribution over each token of its own
answer (Kullback-Leibler divergence). Without the second part a model this small learns to refuse
everything.

The noise-aware variant sees part of its prompts as RESTA shows them, with noise on the embeddings of
the user's tokens, and part of those with junk behind the request; the base model, whose
distribution is the target for benign prompts, never sees noise. The plain variant sees neither.

A step's batch and noise are functions of the seed and the step's number, so a run that was stopped
goes on as if it had not been.
"""

import math
import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict

from .files import OWN_DATA, WORK, read_jsonl, read_lines
from .model import PromptFormat, fast_type, load_base, load_tokenizer, set_threads
from .splits import load_splits

SEED = 20261125

ANSWER_TOKENS = 16
# The first tokens decide between refusing and answering, so they weigh more.
FIRST_TOKENS, FIRST_WEIGHT = 3, 3.0
WARM_UP, FINAL_RATE = 10, 0.03
RANK = 6
ROUND_TOKENS, ROUND_TARGETS = 128, 64
# The frozen weights' type; the adapter's own are float32.
DTYPE = fast_type()
CHECKPOINT = 30
# Weights of the lines of refusals.txt.
REFUSAL_WEIGHTS = (6, 2, 1, 1, 1, 1)


@dataclass(frozen=True)
class Variant:
    """How much of a step's prompts is noised, and of those, how much carries junk."""

    name: str
    noisy: float
    harmful_junk: float
    benign_junk: float
    # Largest sigma, relative as RESTA means it: to the mean norm (hard) or the RMS (isotropic).
    hard: float = 0.6
    isotropic: float = 0.8


PLAIN = Variant("plain", 0.0, 0.0, 0.0)
NOISE_AWARE = Variant("noise-aware", 0.6, 0.4, 0.2)
VARIANTS = {variant.name: variant for variant in (PLAIN, NOISE_AWARE)}


@dataclass(frozen=True)
class Phase:
    """A stretch of training with a learning rate that rises and falls once.

    The first teaches to refuse; after it the model also refuses a sixth to a third of harmless prompts.
    The second, with more and heavier benign prompts and less noise, takes that back.
    """

    steps: int
    harmful: int
    benign: int
    benign_weight: float
    rate: float
    # The largest sigmas are the variant's times this.
    noise: float
    more_benign: bool

    def learning_rate(self, step: int) -> float:
        cosine = 0.5 * (1 + math.cos(math.pi * step / self.steps))
        return self.rate * min(1, (step + 1) / WARM_UP) * (FINAL_RATE + (1 - FINAL_RATE) * cosine)


PHASES = (
    Phase(steps=400, harmful=6, benign=10, benign_weight=1.0, rate=6e-4, noise=1.0, more_benign=False),
    Phase(steps=120, harmful=4, benign=13, benign_weight=3.0, rate=5e-4, noise=0.75, more_benign=True),
)


@dataclass
class Example:
    content: list[int]
    answer: list[int]
    harmful: bool


def _order(rows: list, count: int, step: int, label: str) -> list:
    """The `count` rows of a step: the rows are gone through in a new order each time round."""
    first, chosen = step * count, []
    for position in range(first, first + count):
        turn, index = divmod(position, len(rows))
        order = list(range(len(rows)))
        random.Random(f"{SEED} {label} {turn}").shuffle(order)
        chosen.append(rows[order[index]])
    return chosen


def _junk(numbers: random.Random, vocabulary: int) -> list[int]:
    """Tokens that mean nothing, as optimised suffixes are made of them; control tokens left out."""
    if numbers.random() < 0.3:
        return [numbers.randrange(100, vocabulary)] * numbers.randint(3, 10)
    return [numbers.randrange(100, vocabulary) for _ in range(numbers.randint(4, 16))]


class Batch:
    """Several prompts with their answers in one row that share the system prompt's positions."""

    def __init__(self, before, after, examples: list[Example], table):
        ids, positions, segment = list(before), list(range(len(before))), [0] * len(before)
        self.spans, self.sources, self.targets, self.weights = [], [], [], []
        for number, example in enumerate(examples, 1):
            start = len(ids)
            row = example.content + after + example.answer[:-1]
            self.spans.append((start, start + len(example.content)))
            predicts = start + len(example.content) + len(after) - 1
            raw = [FIRST_WEIGHT if i < FIRST_TOKENS else 1.0 for i in range(len(example.answer))]
            self.sources += range(predicts, predicts + len(example.answer))
            self.targets += example.answer
            self.weights += [weight / sum(raw) for weight in raw]
            ids += row
            positions += range(len(before), len(before) + len(row))
            segment += [number] * len(row)
        # Rounded lengths: the matrix library compiles a kernel for each length that it meets. What is
        # added is a segment of its own, which nothing reads.
        extra = -len(ids) % ROUND_TOKENS
        ids += [0] * extra
        positions += [0] * extra
        segment += [-1] * extra
        self.embeddings = table[torch.tensor(ids)].clone()
        self.positions = torch.tensor([positions])
        own = torch.tensor(segment)
        causal = torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
        seen = causal & ((own[:, None] == own[None]) | (own[None] == 0))
        self.mask = torch.zeros(seen.shape, dtype=DTYPE).masked_fill(~seen, -1e30)[None, None]
        self.sources = torch.tensor(self.sources)
        self.targets = torch.tensor(self.targets)
        self.weights = torch.tensor(self.weights)

    def add_noise(self, number: int, kind: str, sigma: float, generator) -> None:
        """RESTA's noise on one prompt's content, sigma relative to that prompt's embeddings."""
        first, last = self.spans[number]
        clean = self.embeddings[first:last]
        norms = clean.norm(dim=1, keepdim=True)
        if kind == "hard":
            draw = torch.randn(last - first, 1, generator=generator) * norms.mean()
            self.embeddings[first:last] = clean + sigma * draw * clean / norms
        else:
            scale = clean.pow(2).mean().sqrt()
            draw = torch.randn(clean.shape, generator=generator)
            self.embeddings[first:last] = clean + sigma * scale * draw

    def log_probabilities(self, model):
        """[targets, vocabulary], of the model's backbone and head."""
        count = len(self.sources)
        sources = torch.nn.functional.pad(self.sources, (0, -count % ROUND_TARGETS))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=DTYPE == torch.bfloat16):
            hidden = model.model(
                inputs_embeds=self.embeddings[None].to(DTYPE), position_ids=self.positions,
                attention_mask=self.mask, use_cache=False).last_hidden_state[0, sources]
            logits = model.lm_head(hidden)[:count]
        return logits.float().log_softmax(-1)


def _examples(form: PromptFormat, phase: Phase):
    refusals = [form.encode(line) + [form.end] for line in read_lines(OWN_DATA / "refusals.txt")]
    numbers = random.Random(SEED)
    harmful = [
        Example(form.content(row["prompt"]), numbers.choices(refusals, REFUSAL_WEIGHTS)[0], True)
        for row in load_splits()["train"]["harmful"]]
    rows = read_jsonl(WORK / "answers.jsonl")
    if phase.more_benign:
        rows += read_jsonl(WORK / "answers-more.jsonl")
    benign = [Example(row["prompt_ids"], row["answer_ids"][:ANSWER_TOKENS], False) for row in rows]
    return harmful, benign


def step_batches(step: int, phase: Phase, harmful, benign, form, table, variant: Variant):
    """The student's batch of a step, and the base model's, of the benign part without noise."""
    # Of the first phase as it was before there was a second.
    label = "" if phase is PHASES[0] else f"{PHASES.index(phase)} "
    numbers = random.Random(f"{SEED} {label}step {step}")
    generator = torch.Generator().manual_seed(SEED * 1000 + 100_000 * PHASES.index(phase) + step)
    examples, noisy = [], []
    for example in (_order(harmful, phase.harmful, step, label + "harmful")
                    + _order(benign, phase.benign, step, label + "benign")):
        content = example.content
        is_noisy = numbers.random() < variant.noisy
        share = variant.harmful_junk if example.harmful else variant.benign_junk
        if is_noisy and numbers.random() < share:
            content = content + _junk(numbers, table.shape[0])
        examples.append(Example(content, example.answer, example.harmful))
        noisy.append(is_noisy)
    student = Batch(form.before, form.after, examples, table)
    teacher = Batch(form.before, form.after, examples[phase.harmful:], table)
    for number, is_noisy in enumerate(noisy):
        if is_noisy:
            kind = numbers.choice(("hard", "isotropic"))
            largest = phase.noise * (variant.hard if kind == "hard" else variant.isotropic)
            student.add_noise(number, kind, numbers.uniform(0.1, largest), generator)
    return student, teacher


class Trainer:
    """One variant's training: the model, its optimiser, and where it is."""

    def __init__(self, variant: Variant):
        self.variant = variant
        self.form = PromptFormat(load_tokenizer())
        base = load_base(DTYPE)
        # On a CPU plain products are faster than the fused attention with a mask.
        base.set_attn_implementation("eager")
        self.model = get_peft_model(base, lora_configuration())
        self.backbone = self.model.base_model.model
        self.table = self.backbone.model.embed_tokens.weight.detach().float()
        self.trained = [each for each in self.model.parameters() if each.requires_grad]
        self.checkpoint = WORK / f"training-{variant.name}.pt"

    def fresh_optimizer(self, phase: Phase):
        return torch.optim.AdamW(self.trained, lr=phase.rate, weight_decay=0.0, betas=(0.9, 0.98))

    def run(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True) if self.checkpoint.exists() else None
        if state:
            set_peft_model_state_dict(self.model, state["adapter"])
        done = state["steps"] if state else 0
        for phase in PHASES:
            if done >= phase.steps:
                done -= phase.steps
                continue
            optimizer = self.fresh_optimizer(phase)
            if done:
                optimizer.load_state_dict(state["optimizer"])
            self.run_phase(phase, optimizer, done)
            done = 0

    def run_phase(self, phase: Phase, optimizer, first: int) -> None:
        name, before = self.variant.name, sum(each.steps for each in PHASES[:PHASES.index(phase)])
        harmful, benign = _examples(self.form, phase)
        print(f"{name}: {len(harmful)} harmful and {len(benign)} benign prompts, steps {first} to "
              f"{phase.steps}", flush=True)
        started, sums = time.time(), [0.0, 0.0]
        for step in range(first, phase.steps):
            for group in optimizer.param_groups:
                group["lr"] = phase.learning_rate(step)
            losses = self.step(phase, optimizer, step, harmful, benign)
            sums = [total + loss for total, loss in zip(sums, losses)]
            if (step + 1) % 10 == 0:
                each = (time.time() - started) / (step + 1 - first)
                print(f"{name}: step {step + 1} of {phase.steps}, refusal {sums[0] / 10:.3f}, benign "
                      f"{sums[1] / 10:.3f}, {each * (phase.steps - step - 1) / 60:.0f} min left",
                      flush=True)
                sums = [0.0, 0.0]
            if (step + 1) % CHECKPOINT == 0 or step + 1 == phase.steps:
                save(self.checkpoint, {
                    "adapter": get_peft_model_state_dict(self.model),
                    "optimizer": optimizer.state_dict(), "steps": before + step + 1})

    def step(self, phase: Phase, optimizer, step: int, harmful, benign) -> tuple[float, float]:
        student, teacher = step_batches(
            step, phase, harmful, benign, self.form, self.table, self.variant)
        with torch.no_grad(), self.model.disable_adapter():
            wanted = teacher.log_probabilities(self.backbone)
        got = student.log_probabilities(self.backbone)
        refusing = len(got) - len(wanted)
        picked = got[:refusing].gather(1, student.targets[:refusing, None])[:, 0]
        refusal_loss = -(picked * student.weights[:refusing]).sum() / phase.harmful
        divergence = (wanted.exp() * (wanted - got[refusing:])).sum(1)
        benign_loss = (divergence * student.weights[refusing:]).sum() / phase.benign
        (refusal_loss + phase.benign_weight * benign_loss).backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return refusal_loss.item(), benign_loss.item()


def train(name: str) -> None:
    """Trains a variant and saves it as `adapter-NAME.pt`."""
    target = WORK / f"adapter-{name}.pt"
    if target.exists():
        return
    set_threads()
    torch.manual_seed(SEED)
    trainer = Trainer(VARIANTS[name])
    trainer.run()
    save(target, get_peft_model_state_dict(trainer.model))


def lora_configuration() -> LoraConfig:
    """Scale 1 (alpha = rank), on every projection of every block."""
    return LoraConfig(
        r=RANK, lora_alpha=RANK, task_type="CAUSAL_LM",
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])


def save(path: Path, value) -> None:
    part = path.with_suffix(".part")
    torch.save(value, part)
    part.replace(path)
