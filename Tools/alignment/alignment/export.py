"""Writes an adapter as a GGUF LoRA, which `--lora` reads, and merges one into a GGUF model.

llama.cpp stores the rows of a Llama model's query and key projections in another order than
transformers does (each head's two rotary halves interleaved), so the adapter's B of these is
reordered the same way.
"""

from pathlib import Path

import gguf
import numpy
import torch
from transformers import AutoConfig

from .files import WORK
from .model import base_folder
from .training import RANK

TENSORS = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def interleave(rows: numpy.ndarray, heads: int) -> numpy.ndarray:
    """[heads * size, columns], rows of each head's halves interleaved."""
    size = rows.shape[0] // heads
    halves = rows.reshape(heads, 2, size // 2, rows.shape[1])
    return halves.swapaxes(1, 2).reshape(rows.shape)


def gguf_tensors(state: dict) -> dict[str, numpy.ndarray]:
    """The adapter's matrices under llama.cpp's names, as float32."""
    config = AutoConfig.from_pretrained(base_folder())
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    tensors = {}
    for name, tensor in state.items():
        parts = name.split(".")
        block = parts[parts.index("layers") + 1]
        target = TENSORS[".".join(parts[-4:-2])]
        matrix = tensor.detach().float().numpy()
        kind = parts[-2]  # lora_A or lora_B
        if kind == "lora_B" and target in heads:
            matrix = interleave(matrix, heads[target])
        tensors[f"blk.{block}.{target}.weight.{kind.lower()}"] = matrix
    return tensors


def export(variant: str, scale: float, target: Path) -> None:
    """Writes a trained variant as an f16 GGUF LoRA whose scale 1 is `scale` of the trained one."""
    state = torch.load(WORK / f"adapter-{variant}.pt", weights_only=True)
    writer = gguf.GGUFWriter(str(target), "llama")
    writer.add_string("general.type", "adapter")
    writer.add_string("general.name", f"SmolLM2-135M-Instruct, aligned ({variant})")
    writer.add_string("general.license", "apache-2.0")
    writer.add_string("adapter.type", "lora")
    # llama.cpp multiplies B·A by alpha / rank.
    writer.add_float32("adapter.lora.alpha", scale * RANK)
    for name, matrix in sorted(gguf_tensors(state).items()):
        writer.add_tensor(name, matrix.astype(numpy.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def merge(model: Path, adapter: Path, target: Path) -> None:
    """A float32 GGUF model with a GGUF LoRA added into its weights."""
    source, lora = gguf.GGUFReader(str(model)), gguf.GGUFReader(str(adapter))
    alpha = float(lora.fields["adapter.lora.alpha"].contents())
    matrices = {tensor.name: tensor.data.astype(numpy.float32) for tensor in lora.tensors}
    writer = gguf.GGUFWriter(str(target), source.fields["general.architecture"].contents())
    for field in source.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        kind = field.types[0]
        item = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=item)
    used = 0
    for tensor in source.tensors:
        if tensor.tensor_type != gguf.GGMLQuantizationType.F32:
            raise SystemExit(f"{model} is not all float32: {tensor.name} is {tensor.tensor_type.name}")
        weights = tensor.data
        if tensor.name + ".lora_a" in matrices:
            first, second = matrices[tensor.name + ".lora_a"], matrices[tensor.name + ".lora_b"]
            weights = weights + numpy.float32(alpha / first.shape[0]) * (second @ first)
            used += 2
        writer.add_tensor(tensor.name, weights.astype(numpy.float32))
    if used != len(matrices):
        raise SystemExit(f"{len(matrices) - used} of the adapter's tensors are not in {model}")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
