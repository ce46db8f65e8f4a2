"""How each publisher names a network's tensors, and our names for them."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch

from ...networks.backbones import BACKBONES
from . import keras, radimagenet, torchvision

State = dict[str, torch.Tensor]


class Layout(NamedTuple):
    """A publisher's names: the networks they are used for, and a state dict under our names of one under theirs.

    What has no place in the network keeps its name, so that it is seen to be left over.
    """

    name: str
    networks: tuple[str, ...]
    renamed: Callable[[str, State], State]


LAYOUTS = {
    "HDF5": (
        Layout(
            "Keras", ("resnet50_keras", "densenet121_keras", "inception_v3_keras", "inception_resnet_v2"), keras.renamed
        ),
    ),
    "PyTorch": (
        Layout("RadImageNet's .pt", ("resnet50", "densenet121", "inception_v3"), radimagenet.renamed),
        Layout("torchvision", tuple(BACKBONES), torchvision.renamed),
    ),
}
"""By the family of the file's form; of layouts and networks that fit equally well, the first is meant."""


@cache
def shapes(network: str) -> dict[str, torch.Size]:
    """Return the shape of each tensor in the state dict of the backbone `network`."""
    with torch.device("meta"):
        return {name: tensor.shape for name, tensor in BACKBONES[network].build().state_dict().items()}
