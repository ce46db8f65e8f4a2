"""The trained classifier of a bundle, and the same network as it was before any training."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from ..bundles import bundle_root
from ..errors import BundleError, ConfigError
from ..runs import read_model
from ..weights import load_network

TASKS = ("binary", "multiclass")
"""Of the classifiers that are looked into: an image has one class, whose evidence is mapped."""


class Model(NamedTuple):
    """A bundle's model with what its configuration reads images by.

    `untrained` is the same architecture with random weights of `seed`, which is the run's own plus one: never the
    weights that its training began with.
    """

    card: dict[str, Any]
    network: nn.Module
    untrained: nn.Module
    seed: int
    inferer: Callable[[torch.Tensor, nn.Module], torch.Tensor]
    device: torch.device
    transforms: Sequence[Callable[[Any], Any]]
    batch_size: int
    num_workers: int
    dataset_dir: str
    ckpt_dir: str
    output_dir: str

    def forward_of(self, network: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return what calls one of the two networks as the bundle calls it."""
        inferer = copy.copy(self.inferer)  # it lays out one network's memory, once
        return lambda images: inferer(images, network)


def open_model(bundle: str, **knobs: Any) -> Model:
    """Return the trained model of a bundle.

    Args:
        bundle: The name of a folder in `bundles/`.
        **knobs: Of the head of its `train.json`: `ckpt_dir`, `dataset_dir`, `batch_size` ...; empty ones are as there.

    Raises:
        BundleError: There is no such bundle.
        ConfigError: It is no classifier of one class an image.
        RunError: It is not trained yet.
        WeightsError: The model is not of this bundle's network.
    """
    from monai.bundle import ConfigParser

    files = [Path(bundle_root(bundle)) / "configs" / f"{kind}.json" for kind in ("train", "evaluate")]
    for file in files:
        if not file.is_file():
            known = sorted(folder.parent.name for folder in files[0].parents[2].glob("[!.]*/configs"))
            raise BundleError(f"a bundle is one of {', '.join(known)}; got {bundle!r}: give its name")
    parser = ConfigParser()
    parser.read_config([str(file) for file in files])
    for key, value in knobs.items():
        if value:
            parser[key] = value
    ckpt_dir = parser.get_parsed_content("ckpt_dir")
    card = read_model(ckpt_dir)
    if card["task"] not in TASKS:
        raise ConfigError(
            f"localize.py looks into classifiers of one class an image, {' or '.join(TASKS)}; "
            f"the task of {bundle} is {card['task']}: give another bundle"
        )
    seed = card["seed"] + 1
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = parser.get_parsed_content("network")
    untrained = copy.deepcopy(network)
    load_network(network, f"{ckpt_dir}/model.pt")
    names = ("inferer", "device", "batch_size", "num_workers", "dataset_dir", "output_dir")
    return Model(
        card=card,
        network=network.eval(),
        untrained=untrained.eval(),
        seed=seed,
        transforms=parser.get_parsed_content("train::deterministic_transforms"),
        ckpt_dir=ckpt_dir,
        **{name: parser.get_parsed_content(name) for name in names},
    )
