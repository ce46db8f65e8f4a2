"""Images through a frozen network, into a store: one pass over the data, and one more for each augmented view."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from monai.bundle import ConfigParser
from monai.data import Dataset, MetaTensor, list_data_collate
from torch import nn
from torch.utils.data import DataLoader
from tqdm import tqdm

from ..datasets.items import Items, image_keys, read_every
from ..datasets.seeded import draws, light_worker
from ..errors import ConfigError
from ..networks import Classifier
from ..networks.backbones import variant
from .configured import configured
from .given import read_given
from .network import GIVEN, network_of
from .store import Floats, Key, write_store

PIECE = 1024
"""Images whose features are written together: all that a killed extraction computes again."""


def extract(files: str, given: Mapping[str, str], *, store: str | Path, views: int) -> None:
    """Fill a store with the features that a configuration's network, in evaluation, has of every image of its data.

    Args:
        files: The configuration, of which the images, their transforms, the network and its precision are used; of the
            augmentation, which draws for (view, image) whatever the seed is, only for views.
        given: Its head keys.
        store: The folder.
        views: Augmented views of each image beside the clean one.
    """
    parser = configured(files, given)
    size, window = parser.get_parsed_content("image_size"), parser["window"]
    items = read_every(parser["dataset_dir"], image_size=size, window=window)
    keys = image_keys(items)
    if parser["backbone"] == GIVEN:
        if views:
            raise ConfigError(f"a file has features of clean images only; got {views} views: give none")
        _take(parser["pretrained"], keys, items, store)
        return
    network = network_of(files, given, {})
    assert isinstance(network, Classifier)
    device, inferer = parser.get_parsed_content("device"), parser.get_parsed_content("inferer")
    width = variant(parser["backbone"]).channels[-1]
    card = {"source": network.source.description, "precision": inferer.precision, "views_drawn_by": "(view, image)"}
    augment = parser.get_parsed_content("train::trainer::prepare_batch")
    pooled = _Pooled(network).to(device).eval()

    def batch_features(batch: dict[str, Any], first: int) -> torch.Tensor:
        images = batch["image"]
        images = images.as_tensor() if isinstance(images, MetaTensor) else images
        seen = [images.to(device)]
        for view in range(1, views + 1):
            seeds = [draws(0, (view, first + place))[1] for place in range(len(images))]
            seen.append(augment({**batch, "draw": seeds}, device)[0])
        with torch.inference_mode():
            return torch.stack([inferer(its, pooled) for its in seen], dim=1).cpu()

    def compute(done: int) -> Iterator[Floats]:
        return _pieces(_loader(parser, items, done), batch_features, done, total=len(items))

    began = time.perf_counter()
    write_store(store, keys, shape=(1 + views, width), compute=compute, card=card)
    network.cpu()
    _say(f"features of {len(items)} images and {views} views of each in {time.perf_counter() - began:.0f} s")


class _Pooled(nn.Module):
    """The features `(B, D)` of a classifier's images `(B, T, H, W)`."""

    def __init__(self, network: Classifier) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the features."""
        return self.network.features(image)


def _take(path: str, keys: list[Key], items: Items, store: str | Path) -> None:
    """Fill a store with the features of a file."""
    features = read_given(path, keys, data=items.origin.name)
    card = {"source": f"features of {Path(path).name}", "precision": "as given"}
    write_store(
        store, keys, shape=(1, features.shape[1]), compute=lambda done: iter([features[done:, None]]), card=card
    )


def _loader(parser: ConfigParser, items: Items, done: int) -> DataLoader:
    """Return the batches of the images that are left, as the configuration validates on them."""
    return DataLoader(
        Dataset(items[done:], parser.get_parsed_content("validate::preprocessing")),
        batch_size=parser["batch_size"],
        collate_fn=list_data_collate,
        num_workers=parser["num_workers"],
        worker_init_fn=light_worker,
    )


def _pieces(
    batches: DataLoader, features: Callable[[dict[str, Any], int], torch.Tensor], done: int, *, total: int
) -> Iterator[Floats]:
    held: list[torch.Tensor] = []
    with tqdm(total=total, initial=done, desc="features", unit="image", disable=None) as bar:
        for batch in batches:
            held.append(features(batch, done))
            done += len(held[-1])
            bar.update(len(held[-1]))
            if sum(map(len, held)) >= PIECE:
                yield torch.cat(held).numpy()
                held = []
    if held:
        yield torch.cat(held).numpy()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  the log of a run
