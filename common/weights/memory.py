"""What a batch norm remembers of its training, beside what reference phantoms bring to it."""

from typing import NamedTuple

import torch
from torch import nn

from ..networks.backbones import BACKBONES
from .layouts import State

ALIVE = 1e-3
"""Channels with a smaller standard deviation in training tell nothing: they were dead."""


class Memory(NamedTuple):
    """By channel that was alive: mean and standard deviation as remembered, and as seen now."""

    mean: torch.Tensor
    std: torch.Tensor
    seen_mean: torch.Tensor
    seen_std: torch.Tensor


def memory(norm: nn.Module, inputs: torch.Tensor) -> Memory:
    """Return what a batch norm remembers beside the statistics of its inputs `(B, C, H, W)`; dead channels are left."""
    seen_std, seen_mean = torch.std_mean(inputs, (0, 2, 3))
    state = norm.state_dict()
    mean, std = state["running_mean"], state["running_var"].sqrt()
    alive = (std > ALIVE) & (seen_std > 0)
    return Memory(mean[alive], std[alive], seen_mean[alive], seen_std[alive])


def loaded(network: str, state: State) -> nn.Module:
    """Return the backbone `network` with the weights `state`."""
    backbone = BACKBONES[network].build()
    backbone.load_state_dict({**backbone.state_dict(), **state})
    return backbone
