"""Which input a network was trained with, told from what its first batch norm remembers."""

from collections.abc import Sequence

import torch
from torch import nn

from ..networks.input_contract import NORMALISATIONS, InputContract
from .layouts import State
from .memory import Memory, loaded, memory
from .reference import reference_images

MUCH_BETTER = 2.0, 0.5
"""One input fits much better than another where it is this many times nearer, and by this much.

With batch norms filled from 72 ultrasound, CT and X-ray images, the true input was nearest (0.2-0.3) and the next at
0.9 or more; filled from one of these kinds alone, a wrong input came out nearest, by up to 0.12.
"""

CLOSE = 1.5
"""A distance within which an input is believed: the true one was at 1.14 at most in the same measurement."""


def distances(network: str, state: State, contracts: Sequence[str] = tuple(NORMALISATIONS)) -> dict[str, float]:
    """Return how far the first batch norm's memory is from what phantoms bring to it under each input contract.

    The median over its channels of the difference of means in standard deviations, and of the ratio of the standard
    deviations as a logarithm to base 2: 0 is alike, 1 a factor of two. The best is first.
    """
    backbone = loaded(network, state)
    convolution = next(module for module in backbone.modules() if isinstance(module, nn.Conv2d))
    norm = next(module for module in backbone.modules() if isinstance(module, nn.BatchNorm2d))
    with torch.no_grad():
        seen = {name: convolution(InputContract(name)(reference_images())) for name in contracts}
    found = {name: _distance(memory(norm, inputs)) for name, inputs in seen.items()}
    return dict(sorted(found.items(), key=lambda entry: entry[1]))


def much_better(distance: float, other: float) -> bool:
    """Return whether an input at `distance` fits much better than one at the `other`."""
    ratio, least = MUCH_BETTER
    return other > ratio * distance and other - distance > least


def _distance(entry: Memory) -> float:
    means = (entry.seen_mean - entry.mean).abs() / entry.std
    ratios = (entry.seen_std / entry.std).log2().abs()
    return float(means.median() + ratios.median()) if len(means) else float("inf")
