"""Batch norms remember what passed through them in training: a check of the input, and of the order of the layers."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from ..networks.backbones import BACKBONES
from ..networks.input_contract import NORMALISATIONS, InputContract
from .layouts import State
from .reference import reference_images

ALIVE = 1e-6
"""Channels with less variance than this in training tell nothing: they were dead."""


class Passed(NamedTuple):
    """A batch norm's stored mean and standard deviation by channel, and those of what the phantoms bring to it."""

    mean: torch.Tensor
    std: torch.Tensor
    seen_mean: torch.Tensor
    seen_std: torch.Tensor


def distances(network: str, state: State, contracts: Sequence[str] = tuple(NORMALISATIONS)) -> dict[str, float]:
    """Return how far the first batch norm's memory is from what the phantoms bring to it under each input contract.

    The median over its channels of the difference of means in standard deviations, and of the ratio of the standard
    deviations as a logarithm to base 2: 0 is alike, 1 a factor of two. The best is first.
    """
    backbone = _loaded(network, state)
    convolution = next(module for module in backbone.modules() if isinstance(module, nn.Conv2d))
    norm = next(module for module in backbone.modules() if isinstance(module, nn.BatchNorm2d))
    images = reference_images()
    with torch.no_grad():
        found = {name: _distance(_passed(norm, convolution(InputContract(name)(images)))) for name in contracts}
    return dict(sorted(found.items(), key=lambda entry: entry[1]))


def agreements(network: str, state: State, contract: str) -> dict[str, float]:
    """Return for each batch norm how well its memory and the phantoms agree, channel by channel: 1 alike, 0 not at all.

    The correlation over channels of the standard deviations' logarithms and of the means, whichever is higher. The
    network runs as in training, each batch norm normalising by the batch, so that images of another kind than it was
    trained on stay within its range; but kernels in the wrong place bring other channels' statistics.
    """
    backbone = _loaded(network, state).train()
    found: dict[str, float] = {}
    for name, module in backbone.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.register_forward_pre_hook(
                lambda norm, inputs, name=name: found.update({name: _agreement(_passed(norm, inputs[0]))})
            )
    with torch.no_grad():
        backbone(InputContract(contract)(reference_images()))
    return found


def _loaded(network: str, state: State) -> nn.Module:
    backbone = BACKBONES[network].build()
    backbone.load_state_dict({**backbone.state_dict(), **state})
    return backbone


def _passed(norm: nn.BatchNorm2d, inputs: torch.Tensor) -> Passed:
    std, mean = torch.std_mean(inputs, (0, 2, 3))
    state = norm.state_dict()
    return Passed(state["running_mean"].clone(), state["running_var"].sqrt(), mean, std)


def _distance(entry: Passed) -> float:
    alive = entry.std > ALIVE**0.5
    means = (entry.seen_mean - entry.mean).abs() / entry.std
    ratios = (entry.seen_std / entry.std).log2().abs()
    return float(means[alive].median() + ratios[alive].median()) if alive.any() else float("inf")


def _agreement(entry: Passed) -> float:
    alive = entry.std > ALIVE**0.5
    if alive.sum() < 8:
        return 1.0
    spread = _correlation(entry.seen_std[alive].log(), entry.std[alive].log())
    means = _correlation(entry.seen_mean[alive], entry.mean[alive])
    return max(spread, means)


def _correlation(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(torch.corrcoef(torch.stack([a, b]))[0, 1].nan_to_num())
