"""torchvision's names, which are ours; in DenseNets MONAI's spelling of them."""

import re

import torch

_DENSE_LAYER = re.compile(r"^(features\.denseblock\d+\.denselayer\d+)\.(norm|conv)\.?(\d)\.")
"""`denselayer1.norm1.` in torchvision, `denselayer1.norm.1.` in its files, `denselayer1.layers.norm1.` in MONAI."""


def renamed(network: str, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return `state` under our names; they are the same for every network but the DenseNets."""
    return {in_monai_names(name): tensor for name, tensor in state.items()}


def in_monai_names(name: str) -> str:
    """Return MONAI's name of a DenseNet's tensor; any other stays as it is."""
    return _DENSE_LAYER.sub(r"\1.layers.\2\3.", name)
