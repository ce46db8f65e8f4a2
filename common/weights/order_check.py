"""Whether every kernel stands where it was trained, told from what the batch norms remember.

Two kernels of one shape in each other's place pass every check of names and shapes. But each batch norm remembers mean
and variance of every channel that its kernel made in training; another kernel makes others.
"""

from statistics import median
from typing import NamedTuple

import torch
from torch import nn

from ..networks.input_contract import InputContract
from .layouts import State
from .memory import Memory, loaded, memory
from .reference import KINDS, reference_images

GROUP = 32
"""Channels judged together: a DenseNet's layer has no batch norm of its own, but is 32 channels of the next ones'."""

FEWEST = 8
"""Channels of a group that can be judged at all."""

NEIGHBOURS = 17
"""Batch norms that one is compared with: itself and eight on each side."""

UNLIKE = 0.5
"""Correlation of remembered and seen means below which another kernel is in this place."""

EXCESS, LEAST = 3.0, 0.2
"""A deviation this many times the neighbours', and at least this large: another place in the network.

Of seven networks with random kernels and batch norms filled from other images, and of a ResNet50 trained on ultrasound,
correct ones stayed within both limits, with correlations of 0.96 and more; two kernels swapped had correlations of -0.4
to 0.5, two residual blocks swapped an excess of 3.1 to 5.3. What cannot be seen: kernels mirrored in their plane, and,
in networks hardly trained, swaps that change next to nothing.
"""


class Place(NamedTuple):
    """How well a batch norm knows what reaches it.

    `correlation` over channels of remembered and seen means, `deviation` of both in standard deviations (the median of
    a group), each of the worst group under the kindest phantoms; `excess` is the deviation over the neighbours' median.
    """

    correlation: float
    deviation: float
    excess: float

    @property
    def wrong(self) -> bool:
        """Whether another kernel seems to be meant here."""
        return self.correlation < UNLIKE or (self.excess > EXCESS and self.deviation > LEAST)


def places(network: str, state: State, contract: str) -> dict[str, Place]:
    """Return for each batch norm of a network, in the order of the image's way, how well it knows what reaches it.

    The network runs as in training, each batch norm normalising by the batch, so that images of another kind than it
    was trained on stay within its range; of several kinds of phantoms the most alike counts.
    """
    backbone = loaded(network, state).train()
    kinds = [_on_its_way(backbone, InputContract(contract)(reference_images(kind))) for kind in KINDS]
    correlations = {name: max(_least_correlation(kind[name]) for kind in kinds) for name in kinds[0]}
    deviations = {name: _deviation([kind[name] for kind in kinds]) for name in kinds[0]}
    values = list(deviations.values())
    found = {}
    for index, (name, deviation) in enumerate(deviations.items()):
        first = max(0, min(index - NEIGHBOURS // 2, len(values) - NEIGHBOURS))
        usual = median(values[first : first + NEIGHBOURS])
        found[name] = Place(correlations[name], deviation, deviation / usual if usual else 0.0)
    return found


def _on_its_way(backbone: nn.Module, inputs: torch.Tensor) -> dict[str, Memory]:
    found: dict[str, Memory] = {}

    def look(name: str) -> torch.utils.hooks.RemovableHandle:
        norm = backbone.get_submodule(name)
        return norm.register_forward_pre_hook(lambda norm, seen: found.update({name: memory(norm, seen[0])}))

    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    hooks = [look(name) for name, module in backbone.named_modules() if isinstance(module, nn.BatchNorm2d)]
    with torch.no_grad():
        backbone(inputs)
    for hook in hooks:
        hook.remove()
    backbone.load_state_dict(before)  # training mode has moved the running statistics
    return found


def _least_correlation(entry: Memory) -> float:
    groups = zip(torch.split(entry.seen_mean, GROUP), torch.split(entry.mean, GROUP), strict=True)
    judged = [torch.corrcoef(torch.stack(pair))[0, 1].nan_to_num() for pair in groups if len(pair[0]) >= FEWEST]
    return float(min(judged)) if judged else 1.0


def _deviation(kinds: list[Memory]) -> float:
    """Return the largest of the groups' deviations, each under the phantoms where it is smallest."""
    of_kinds = [
        [group.median() for group in torch.split(_deviations(kind), GROUP) if len(group) >= FEWEST] for kind in kinds
    ]
    return float(max((min(group) for group in zip(*of_kinds, strict=False)), default=0.0))


def _deviations(entry: Memory) -> torch.Tensor:
    """Return how far each channel is from its memory, less what all channels share: a change of contrast."""
    spread = (entry.seen_std / entry.std).log()
    means = (entry.seen_mean - entry.mean) / entry.std
    return torch.hypot(spread - spread.median(), means - means.median()) if len(spread) else spread
