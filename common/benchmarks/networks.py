"""A classifier on every backbone beside one on MONAI's default ResNet50, as bare loops in turns: `networks`."""

import os

import torch
from torch import nn
from tqdm import tqdm

from ..errors import ConfigError
from ..inferers import PrecisionInferer
from ..networks import Classifier
from ..networks.backbones import BACKBONES
from .rivals import LOOPS, with_default_stem
from .rounds import seconds_per_step
from .table import Goal, Measurement

DEFAULT = "MONAI's default ResNet50"
CLASSES = 2


def measure(*, batch: int, size: int, steps: int, rounds: int) -> list[Measurement]:
    """Return the images per second of training, then of inference, all layers trained, as `precision: auto` computes.

    Args:
        batch: Images of a step.
        size: Rows and columns of an image.
        steps: Steps of a round.
        rounds: How many rounds.

    Raises:
        ConfigError: A size below some backbone's smallest.
    """
    smallest = max(variant.smallest for variant in BACKBONES.values())
    if size < smallest:
        raise ConfigError(f"--size is {smallest} or more, which every backbone can take; got {size}: give a larger one")
    load = os.getloadavg()[0]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    precision = PrecisionInferer("auto", device).precision
    images = torch.rand(batch, 1, size, size, device=device)
    networks = _networks(device)
    measurements = []
    for verb, loop in LOOPS.items():
        rows: dict[str, list[float]] = {name: [] for name in networks}
        for _ in tqdm(range(rounds), desc=verb, unit="round", disable=None):
            for name, network in networks.items():
                rows[name].append(batch / seconds_per_step(loop(network, images, precision), steps=steps))
        measurements.append(
            Measurement(
                title=f"networks, {verb}: batch {batch}, {size} x {size}, {precision}, {rounds} rounds x {steps} steps",
                unit="images/s",
                reference=DEFAULT,
                rounds=rows,
                goals=tuple(Goal(name=f"{name} / {DEFAULT}", of=name, to=DEFAULT) for name in BACKBONES),
                load=load,
            )
        )
    return measurements


def _networks(device: torch.device) -> dict[str, nn.Module]:
    """Return the classifiers by name; a loop trains a copy, so that one optimizer at a time is in memory."""
    networks = {name: Classifier(name, CLASSES).to(device) for name in BACKBONES}
    return {**networks, DEFAULT: with_default_stem(networks["resnet50"])}
