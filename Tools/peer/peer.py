#!/usr/bin/env python3
"""RESTA in Python, on PyTorch and Hugging Face transformers: what resta is compared with.

Answers one prompt undefended and defended by the same model and prints what each took. The GGUF file
is dequantised to 32-bit floats. After a warm-up, times are medians of --repeats runs; loading the
model is not part of them.

  peer.py --model model.gguf --prompt "Name three primary colours."
  peer.py --model model.gguf --user-tokens 20 --max-tokens 50 --ignore-eos --json

Tools/peer/README.md says what is the same as in resta and what is not.
"""

import argparse
import json
import math
import os
import platform
import resource
import secrets
import statistics
import sys
from pathlib import Path

# A local file is all that is read; nothing here may ask the network.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TQDM_DISABLE", "1")

try:
    import torch
    import transformers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from method import (KINDS, Defense, PeerError, absolute_sigma, embedding_error, generate,
                        render)
except ImportError as error:
    sys.exit(f"error: {error}. Run: pip install -r Tools/peer/requirements.txt")

# Ends of a turn, which a GGUF file does not name as ends of the text.
TURN_ENDS = ("<|im_end|>", "<|eot_id|>", "<|end|>", "<|endoftext|>", "<end_of_turn>", "</s>")
WORDS = ("The quick brown fox runs over the lazy dog and then it goes home to sleep near the old "
         "river where many small fish live under the big green stones").split()


def number(kind, least, most=math.inf):
    """An argparse type: a finite number in a range."""

    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
        if not (math.isfinite(value) and least <= value <= most):
            limits = f"at least {least}" if most == math.inf else f"between {least} and {most}"
            raise argparse.ArgumentTypeError(f"{text} is out of range; use {limits}")
        return value

    return parse


def prefix(text):
    return None if text == "all" else number(int, 0)(text)


def parse(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, metavar="FILE", help="a GGUF chat model")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--prompt", metavar="TEXT", help="the user's message")
    what.add_argument("--user-tokens", type=number(int, 1), metavar="N",
                      help="plain English of N tokens instead of a prompt")
    parser.add_argument("--system", metavar="TEXT", help="a system prompt (default: the template's)")
    parser.add_argument("--noise", choices=("none",) + KINDS, default="hard",
                        help="the distribution; none runs undefended only (default: %(default)s)")
    parser.add_argument("--sigma", type=number(float, 0), default=0.4, metavar="X",
                        help="strength of the noise (default: %(default)s)")
    parser.add_argument("--sigma-unit", choices=("absolute", "relative"), default="relative",
                        help="relative: times the size of the user's embeddings, their mean norm "
                        "for hard and soft noise, their RMS for the others (default: %(default)s)")
    parser.add_argument("--samples", type=number(int, 1, 1024), default=10, metavar="K",
                        help="noisy copies (default: %(default)s)")
    parser.add_argument("--prefix", type=prefix, default=20, metavar="L",
                        help="tokens that the copies vote on, or all (default: %(default)s)")
    parser.add_argument("--max-tokens", type=number(int, 1), default=50, metavar="M",
                        help="the most tokens of the answer (default: %(default)s)")
    parser.add_argument("--ignore-eos", action="store_true",
                        help="go on to --max-tokens whatever the model says, for fair times")
    parser.add_argument("--seed", type=number(int, 0, 2**64 - 1), metavar="N",
                        help="of the noise (default: drawn and printed)")
    parser.add_argument("--threads", type=number(int, 1, 512), metavar="N",
                        help="CPU threads (default: torch's)")
    parser.add_argument("--repeats", type=number(int, 1), default=3, metavar="N",
                        help="measured runs after the warm-up (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(arguments)


def load(path):
    """The tokenizer and the model of a GGUF file, as 32-bit floats."""
    file = Path(path)
    try:
        with open(file, "rb") as opened:
            magic = opened.read(4)
    except OSError as error:
        raise PeerError(f"cannot read '{path}': {error.strerror}") from None
    if magic != b"GGUF":
        raise PeerError(f"'{path}' is not a GGUF file")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    folder, name = str(file.parent), file.name
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
        model = AutoModelForCausalLM.from_pretrained(
            folder, gguf_file=name, dtype=torch.float32).eval()
    except Exception as error:  # of many types, for what it does not support
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise PeerError(f"transformers {transformers.__version__} cannot load '{path}': {reason}")
    if not tokenizer.is_fast:
        raise PeerError(f"'{path}': transformers has no tokenizer with offsets for this model")
    return tokenizer, model


def end_tokens(tokenizer, model):
    vocabulary = tokenizer.get_vocab()
    ends = {vocabulary[text] for text in TURN_ENDS if text in vocabulary}
    for given in (tokenizer.eos_token_id, model.generation_config.eos_token_id):
        ends.update(given if isinstance(given, list) else [] if given is None else [given])
    return frozenset(ends)


def prompt_of_length(tokenizer, tokens, system):
    """A prompt whose content is exactly so many tokens."""
    words = (WORDS * (tokens // len(WORDS) + 2))[:tokens]
    # Each word is one token or more, so the longest text that fits lacks a few at most.
    while words:
        prompt = render(tokenizer, " ".join(words), system)
        if len(prompt.user) <= tokens:
            break
        words.pop()
    text = " ".join(words)
    while len(prompt.user) < tokens:
        text += " a" if text else "a"
        prompt = render(tokenizer, text, system)
    if len(prompt.user) != tokens:
        raise PeerError(f"no text of exactly {tokens} tokens was found; use --prompt")
    return prompt


class Peak:
    """The most memory that the process held since the last reset, weights included."""

    @staticmethod
    def reset():
        try:
            Path("/proc/self/clear_refs").write_text("5")
        except OSError:
            pass  # not Linux, or not allowed: then it is the peak of the whole run

    @staticmethod
    def bytes():
        try:
            for line in Path("/proc/self/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        except OSError:
            pass
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def measure(names, repeats, run):
    """Runs each decoder once to warm up, then in turns; the last answers and the median costs."""
    times = {name: [] for name in names}
    answers, peaks = {}, {}
    for repeat in range(repeats + 1):
        for name in names:
            Peak.reset()
            answers[name] = run(name)
            peaks[name] = max(peaks.get(name, 0), Peak.bytes())
            if repeat > 0:
                times[name].append((answers[name].wall, answers[name].first))
    medians = {name: [statistics.median(column) for column in zip(*times[name])] for name in names}
    return answers, medians, peaks


def processor():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def report(arguments):
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    tokenizer, model = load(arguments.model)
    if arguments.prompt is not None:
        prompt = render(tokenizer, arguments.prompt, arguments.system)
    else:
        prompt = prompt_of_length(tokenizer, arguments.user_tokens, arguments.system)
    length = len(prompt.ids) + arguments.max_tokens
    most = getattr(model.config, "max_position_embeddings", None)
    if most and length > most:
        raise PeerError(f"prompt and answer need {length} tokens, and the model takes {most}")
    error = embedding_error(model, prompt.ids[:16])
    if not error < 1e-3:
        raise PeerError("embeddings fed as rows do not give what token ids give (logits differ by "
                        f"{error:.3g}), so noise on them would mean nothing. Use another model.")
    user = model.get_input_embeddings()(torch.tensor(prompt.ids))[prompt.user].detach()
    noise = "hard" if arguments.noise == "none" else arguments.noise
    sigma = absolute_sigma(arguments.sigma, arguments.sigma_unit, noise, user)
    if not math.isfinite(sigma):
        raise PeerError(f"sigma {arguments.sigma} is too large for these embeddings")
    seed = arguments.seed if arguments.seed is not None else secrets.randbits(64)
    defense = Defense(noise, sigma, arguments.samples, arguments.prefix, seed)
    ends = frozenset() if arguments.ignore_eos else end_tokens(tokenizer, model)

    names = ["peer-undefended"] + ([] if arguments.noise == "none" else ["peer"])
    answers, medians, peaks = measure(
        names, arguments.repeats,
        lambda name: generate(model, prompt, arguments.max_tokens, ends,
                              defense if name == "peer" else None))
    plain = medians["peer-undefended"][0]
    runs = []
    for name in names:
        answer, (wall, first) = answers[name], medians[name]
        defended = name == "peer"
        runs.append({
            "decoder": name, "user_tokens": len(prompt.user),
            "answer_tokens": len(answer.tokens),
            "samples": arguments.samples if defended else 0,
            "prefix": (("all" if arguments.prefix is None else arguments.prefix)
                       if defended else 0),
            "wall_s": wall, "first_token_s": first, "tokens_processed": answer.processed,
            "passes": answer.passes, "peak_bytes": peaks[name],
            "ratio_to_undefended": wall / plain, "prompt_tokens": len(prompt.ids),
            "token_ids": answer.tokens, "text": tokenizer.decode(answer.tokens)})
    return {
        "machine": {"processor": processor(), "cpus": os.cpu_count(),
                    "threads": torch.get_num_threads(), "system": platform.platform(),
                    "torch": torch.__version__, "transformers": transformers.__version__},
        "model": Path(arguments.model).name,
        "settings": {"noise": arguments.noise, "sigma": arguments.sigma,
                     "sigma_unit": arguments.sigma_unit, "sigma_absolute": sigma, "seed": seed,
                     "repeats": arguments.repeats, "ignore_eos": arguments.ignore_eos},
        "runs": runs}


def show(result):
    machine, settings, runs = result["machine"], result["settings"], result["runs"]
    print(f"{result['model']} as float32, transformers {machine['transformers']}, torch "
          f"{machine['torch']}, {machine['threads']} threads, {machine['processor']}")
    print(f"{runs[0]['prompt_tokens']} prompt tokens, {runs[0]['user_tokens']} of them the user's; "
          f"medians of {settings['repeats']}")
    if len(runs) > 1:
        print(f"{settings['noise']} noise, sigma {settings['sigma']:g} {settings['sigma_unit']} "
              f"({settings['sigma_absolute']:.4g} absolute), k = {runs[1]['samples']}, "
              f"l = {runs[1]['prefix']}, seed {settings['seed']}")
    for run in runs:
        print(f"\n{run['decoder']}: {run['text']}")
    print()
    for run in runs:
        print(f"{run['decoder']:<16}{run['answer_tokens']:>5} tokens in {run['wall_s']:.3f} s (first "
              f"after {run['first_token_s']:.3f} s), {run['tokens_processed']} processed in "
              f"{run['passes']} passes, {run['ratio_to_undefended']:.2f} times undefended, "
              f"peak {run['peak_bytes'] >> 20} MiB")


def main():
    arguments = parse(sys.argv[1:])
    try:
        result = report(arguments)
    except PeerError as error:
        sys.exit(f"error: {error}")
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and "memory" not in str(error):
            raise
        sys.exit("error: not enough memory; use fewer --samples or a smaller model")
    except KeyboardInterrupt:
        sys.exit(130)
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)


if __name__ == "__main__":
    main()
