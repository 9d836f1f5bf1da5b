#!/usr/bin/env python3
"""Makes the folder that vLLM loads out of a GGUF file in float32: the same weights, bit for bit.

    hf_folder.py MODEL.F32.gguf FOLDER      makes it, checks it, and then puts it in its place
    hf_folder.py MODEL.F32.gguf FOLDER --check    only compares weights

Quantised files are refused: two libraries round their numbers each in its own way. Make float32 first,
as scripts/fetch-models.sh f32 does for the default model.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TQDM_DISABLE", "1")

try:
    import numpy
    import torch
    from gguf import GGMLQuantizationType, GGUFReader
    from safetensors import safe_open
    from transformers import AutoModelForCausalLM, AutoTokenizer
except ImportError as error:
    sys.exit(f"error: {error}. Run: scripts/vllm-server.sh install")

# What ends an answer by its text in llama.cpp, whatever the file names as its end. The server must end
# at the same tokens, or a vote for the end of the answer would be a token like any other there.
ENDS = ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>", "</s>",
        "<EOT>", "<|return|>", "<|call|>")


def float_tensors(file):
    """The file's tensors by name, as they are stored."""
    tensors = {}
    for tensor in GGUFReader(file).tensors:
        if tensor.tensor_type != GGMLQuantizationType.F32:
            sys.exit(f"error: {file} has {tensor.name} in {tensor.tensor_type.name}, not F32.\n"
                     "       Write it as float32 first: scripts/fetch-models.sh f32 for the default "
                     "model, .deps/bin/quantize IN.gguf OUT.gguf F32 for another.")
        tensors[tensor.name] = numpy.asarray(tensor.data)
    return tensors


def digest(tensor, any_order):
    rows = numpy.ascontiguousarray(tensor, dtype=numpy.float32).reshape(tensor.shape[0], -1)
    data = b"".join(sorted(row.tobytes() for row in rows)) if any_order else rows.tobytes()
    return tensor.shape, any_order, hashlib.sha256(data).hexdigest()


def compare(file, folder):
    """Ends the program unless the folder's tensors are the file's, bit for bit.

    llama.cpp keeps the rows of queries and keys in another order, so of those the sorted rows are
    compared: the order itself is checked by the tokens that the server answers with.
    """
    expected = {digest(tensor, name.endswith(("attn_q.weight", "attn_k.weight"))): name
                for name, tensor in float_tensors(file).items()}
    found = {}
    with safe_open(folder / "model.safetensors", framework="numpy") as archive:
        for name in archive.keys():
            any_order = name.endswith(("q_proj.weight", "k_proj.weight"))
            found[digest(archive.get_tensor(name), any_order)] = name
    strange = sorted([expected[key] for key in expected.keys() - found.keys()]
                     + [found[key] for key in found.keys() - expected.keys()])
    if strange:
        sys.exit(f"error: {file.name} and {folder} differ in {len(strange)} tensors: "
                 f"{', '.join(strange[:4])}.\n       Remove {folder} and make it again.")
    reordered = sum(key[1] for key in expected)
    print(f"{len(expected)} tensors equal those of {file.name} bit for bit; {reordered} of them, the "
          "queries' and keys', with rows in another order")


def make(file, folder):
    float_tensors(file)
    where = {"gguf_file": file.name, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(str(file.parent), **where)
    if not tokenizer.chat_template:
        sys.exit(f"error: {file} has no chat template, so the server could answer no chat.")
    model = AutoModelForCausalLM.from_pretrained(str(file.parent), dtype=torch.float32, **where)
    # The file was read as float32: what is saved must not claim to be quantised.
    model.hf_quantizer = None
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    vocabulary = tokenizer.get_vocab()
    ends = sorted({vocabulary[text] for text in ENDS if text in vocabulary}
                  | {tokenizer.eos_token_id})
    model.generation_config.eos_token_id = ends
    # Nothing that samples: greedy is what a request asks for, and defaults would change it.
    model.generation_config.do_sample = False
    model.generation_config.temperature = model.generation_config.top_p = None
    folder.mkdir(parents=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    print(f"{folder.name}: {sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters, "
          f"width {model.config.hidden_size}, ends at {json.dumps(ends)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, metavar="MODEL.F32.gguf")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--check", action="store_true", help="only compare what is there")
    arguments = parser.parse_args()
    if not arguments.file.is_file():
        sys.exit(f"error: {arguments.file} is missing.")
    if arguments.check:
        compare(arguments.file, arguments.folder)
        return
    arguments.folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder.parent) as scratch:
        made = Path(scratch) / arguments.folder.name
        make(arguments.file, made)
        compare(arguments.file, made)
        if arguments.folder.exists():
            shutil.rmtree(arguments.folder)
        made.rename(arguments.folder)


if __name__ == "__main__":
    main()
