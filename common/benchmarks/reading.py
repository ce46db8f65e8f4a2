"""Our reading and training chains beside MONAI's on the same pictures in every kind of file: `read`."""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.data import Dataset, list_data_collate, set_track_meta
from monai.transforms import Compose, EnsureChannelFirstd, LoadImaged, RandAffined, RandFlipd, Resized, ScaleIntensityd
from tqdm import tqdm

from ..datasets.seeded import SeededDataset
from ..io import ReadImaged
from ..transforms import AugmentedBatch, RandomAffine
from .files import KINDS, write_files
from .rounds import seconds_per_step
from .table import Goal, Measurement

OURS, MONAIS, SAFE, STORE = "ours", "MONAI's", "ours, trusted=False", "ours, from the store"
TRAIN = "training chain"

FROM_STORE = 10
"""What reading from the store should gain over MONAI's chain on the files it was made from."""

TRAINED_FROM_STORE = 5
"""What the whole chain of a training should gain: 414 against 72 images/s and core were measured elsewhere."""

BATCH = 32
"""Images of a batch, as in the bundles."""

Item = dict[str, Any]
Chain = Callable[[Sequence[Item]], object]
"""What takes a batch of items; several, because augmentation works on batches."""


def measure(folder: Path, *, images: int, size: int, rounds: int) -> Measurement:
    """Return the images per second on one core of each chain for each kind of file.

    Reading goes from a path to `(1, size, size)`, the training chain on to an augmented batch. Metadata is tracked as
    each chain does: ours not, as in a training; MONAI's as its defaults say. Files lie in the disk's cache.

    Args:
        folder: An empty folder to work in.
        images: Pictures of a round.
        size: Rows and columns of an image.
        rounds: How many rounds.
    """
    load = os.getloadavg()[0]
    items = {
        kind: [{"image": str(path), "label": 0} for path in paths]
        for kind, paths in write_files(folder, images).items()
    }
    stored = _stored(folder / "store.npy", items["PNG"], size)
    chains = _chains(items, stored, size)
    rows: dict[str, list[float]] = {name: [] for name in chains}
    with _one_core():
        for _ in tqdm(range(rounds), desc="read", unit="round", disable=None):
            for name, (chain, own, batch) in chains.items():
                rows[name].append(1 / _seconds_per_image(chain, own, batch, tracked=MONAIS in name))
    return Measurement(
        title=f"read: {images} images to {size} x {size} on one core, {rounds} rounds",
        unit="images/s",
        reference=f"PNG: {MONAIS}",
        rounds=rows,
        goals=(
            *(_goal(kind, OURS, MONAIS, at_least=its.at_least) for kind, its in KINDS.items()),
            _goal("PNG", SAFE, OURS),
            _goal("PNG", STORE, MONAIS, at_least=FROM_STORE),
            _goal(TRAIN, OURS, MONAIS),
            _goal(TRAIN, STORE, MONAIS, at_least=TRAINED_FROM_STORE),
        ),
        load=load,
    )


def _stored(path: Path, items: Sequence[Item], size: int) -> list[Item]:
    """Write the items' images as `prepare.py --store` does, and return items that are read from there."""
    chain = _ours(size)
    array = np.stack([np.rint(255 * chain(item)["image"].numpy()).astype(np.uint8)[0] for item in items])
    np.save(path, array)
    return [{**item, "stored": (str(path), position)} for position, item in enumerate(items)]


def _chains(items: dict[str, list[Item]], stored: list[Item], size: int) -> dict[str, tuple[Chain, list[Item], int]]:
    """Return each row's chain, its items, and how many of them it takes at a time."""
    ours, flat, slices = _ours(size), _monais(size, size), _monais(size, size, 1)
    chains: dict[str, tuple[Chain, list[Item], int]] = {}
    for name, kind in KINDS.items():
        # Of a DICOM file MONAI's reader makes a volume of one slice, and `Resized` wants its thickness too.
        monais = slices if kind.suffix == ".dcm" else flat
        chains[f"{name}: {OURS}"] = _one_by_one(ours), items[name], 1
        chains[f"{name}: {MONAIS}"] = _one_by_one(monais), items[name], 1
    chains[f"PNG: {SAFE}"] = _one_by_one(_ours(size, trusted=False)), items["PNG"], 1
    chains[f"PNG: {STORE}"] = _one_by_one(ours), stored, 1
    chains[f"{TRAIN}: {OURS}"] = _training(items["PNG"], size), items["PNG"], BATCH
    chains[f"{TRAIN}: {STORE}"] = _training(stored, size), stored, BATCH
    chains[f"{TRAIN}: {MONAIS}"] = _monais_training(items["PNG"], size), items["PNG"], BATCH
    return chains


def _one_by_one(chain: Compose) -> Chain:
    return lambda items: chain(items[0])


def _ours(size: int, *, trusted: bool = True) -> Compose:
    return Compose([ReadImaged("image", trusted=trusted), Resized("image", (size, size), mode="area")])


def _monais(*sides: int) -> Compose:
    return Compose(
        [LoadImaged("image"), EnsureChannelFirstd("image"), ScaleIntensityd("image"), Resized("image", sides)]
    )


def _training(items: Sequence[Item], size: int) -> Chain:
    """Return the chain of a bundle's training: seeded items, a batch, one affine for all of it."""
    data = SeededDataset(items, _ours(size), seed=0)
    augmented = AugmentedBatch([RandomAffine(rotation=10, shift=0.1, shear=0.1, zoom=0.1, flip=0.5)])
    return lambda batch: augmented(list_data_collate([data[1, position] for position in range(len(batch))]), "cpu")


def _monais_training(items: Sequence[Item], size: int) -> Chain:
    """Return the same of MONAI's dictionary transforms."""
    affine = RandAffined(
        "image",
        prob=1.0,
        rotate_range=math.radians(10),
        translate_range=(0.1 * size, 0.1 * size),
        shear_range=(0.1, 0.1),
        scale_range=(0.1, 0.1),
        padding_mode="border",
    )
    augmentation = (affine, RandFlipd("image", prob=0.5, spatial_axis=1))
    data = Dataset(items, Compose([*_monais(size, size).transforms, *augmentation]))
    return lambda batch: list_data_collate([data[position] for position in range(len(batch))])


def _seconds_per_image(chain: Chain, items: list[Item], batch: int, *, tracked: bool) -> float:
    batch = min(batch, len(items))
    turns = cycle([items[start : start + batch] for start in range(0, len(items) - batch + 1, batch)])
    set_track_meta(tracked)
    try:
        return seconds_per_step(lambda: chain(next(turns)), steps=len(items) // batch) / batch
    finally:
        set_track_meta(True)


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep torch to one thread; and, where the system can, whatever this process starts to one core.

    JPEG 2000 in MONAI's ITK takes all cores otherwise, and the decoder of `trusted=False` is a process of its own.
    """
    threads = torch.get_num_threads()
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    torch.set_num_threads(1)
    if cores:
        os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        if cores:
            os.sched_setaffinity(0, cores)


def _goal(kind: str, of: str, to: str, *, at_least: float | None = None) -> Goal:
    return Goal(name=f"{kind}: {of} / {to}", of=f"{kind}: {of}", to=f"{kind}: {to}", at_least=at_least)
