"""The aligned model in PyTorch: the base model's weights with a trained adapter merged in."""

import torch
from peft import get_peft_model
from peft.utils import set_peft_model_state_dict

from .files import WORK
from .model import load_base
from .training import lora_configuration


def load_aligned(variant: str, scale: float, dtype: torch.dtype = torch.float32):
    """A trained variant at a scale, merged.

    Attacks search on this; what counts as broken is decided by the command on the GGUF file.
    """
    model = get_peft_model(load_base(), lora_configuration())
    set_peft_model_state_dict(model, torch.load(WORK / f"adapter-{variant}.pt", weights_only=True))
    for module in model.modules():
        if hasattr(module, "lora_A") and hasattr(module, "scaling"):
            module.scaling = {name: value * scale for name, value in module.scaling.items()}
    return model.merge_and_unload().eval().requires_grad_(False).to(dtype)
