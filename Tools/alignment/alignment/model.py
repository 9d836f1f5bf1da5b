"""The base model and its prompt format.

The base is the file that `make models` fetches and that the demo runs, SmolLM2-135M-Instruct in
Q4_0, with its weights dequantised. So the adapter is trained on the weights it is used on.
"""

import os
from pathlib import Path

import torch
from transformers import AutoTokenizer, LlamaForCausalLM

from .files import MODEL, MODELS, WORK, need

SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
# What the model's template renders around one user message.
BEFORE = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n"
AFTER = "<|im_end|>\n<|im_start|>assistant\n"
END = "<|im_end|>"


def set_threads() -> None:
    torch.set_num_threads(int(os.environ.get("ALIGNMENT_THREADS", os.cpu_count() or 1)))


def fast_type() -> torch.dtype:
    """What the frozen weights are computed in: bfloat16, but float32 where the processor has no AVX-512.

    There PyTorch's bfloat16 products are fifty times slower than float32's.
    """
    capability = torch.backends.cpu.get_cpu_capability()
    return torch.float32 if capability in ("DEFAULT", "AVX2") else torch.bfloat16


def base_folder() -> Path:
    """The base model as a transformers folder, made from the GGUF file once (loading that is slow)."""
    folder = WORK / "base"
    if not (folder / "done").exists():
        need(MODELS / MODEL, "make models")
        model = LlamaForCausalLM.from_pretrained(
            str(MODELS), gguf_file=MODEL, dtype=torch.float32)
        # Otherwise transformers takes the saved float weights for quantised ones.
        model.hf_quantizer = None
        model.is_quantized = False
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        model.save_pretrained(folder)
        AutoTokenizer.from_pretrained(str(MODELS), gguf_file=MODEL).save_pretrained(folder)
        (folder / "done").write_text(MODEL + "\n")
    return folder


def load_base(dtype: torch.dtype = torch.float32) -> LlamaForCausalLM:
    model = LlamaForCausalLM.from_pretrained(
        base_folder(), dtype=dtype, attn_implementation="sdpa")
    return model.eval().requires_grad_(False)


def load_tokenizer():
    tokenizer = AutoTokenizer.from_pretrained(base_folder())
    tokenizer.pad_token_id = tokenizer.convert_tokens_to_ids(END)
    tokenizer.padding_side = "left"
    return tokenizer


class PromptFormat:
    """Token ids of the template's parts."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.before = self.encode(BEFORE)
        self.after = self.encode(AFTER)
        self.end = tokenizer.convert_tokens_to_ids(END)

    def encode(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def content(self, text: str) -> list[int]:
        """User text: control strings in it stay text, as they do in resta."""
        return self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]

    def prompt(self, text: str) -> list[int]:
        return self.before + self.content(text) + self.after
