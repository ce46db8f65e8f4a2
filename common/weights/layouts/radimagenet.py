"""RadImageNet's `.pt` files: torchvision's networks cut into a numbered sequence called `backbone`."""

import torch

from .torchvision import in_monai_names

_STEM = ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1", "Conv2d_4a_3x3", "maxpool2")
_MIXED = tuple(f"Mixed_{name}" for name in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"))

CHILDREN = {
    "resnet50": ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"),
    "densenet121": ("features",),
    "inception_v3": _STEM + _MIXED,
}
"""By network: what stands at `backbone.0`, `backbone.1`, ..."""


def renamed(network: str, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return `state` under our names, `backbone.4.0.conv1.weight` as `layer1.0.conv1.weight`."""
    return {_renamed(CHILDREN[network], name): tensor for name, tensor in state.items()}


def _renamed(children: tuple[str, ...], name: str) -> str:
    prefix, _, rest = name.partition(".")
    number, _, inside = rest.partition(".")
    if prefix != "backbone" or not number.isdecimal() or int(number) >= len(children):
        return f"not backbone.N: {name}"
    return in_monai_names(f"{children[int(number)]}.{inside}")
