"""The maps of annotated images, and how they and their baselines overlap with the masks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from ..datasets.items import read_items, read_masked
from ..datasets.seeded import light_worker
from ..errors import ConfigError, SplitError
from ..networks.inside import METHODS, grad_cam
from ..networks.layers import LAST, find_layer
from ..runs import check_data
from .baselines import ARMS, centre_prior, others
from .images import MASK, masked_images
from .model import Model
from .overlap import STEPS, Counts, Overlaps, counted, in_steps, overlaps

PARTS = ("valid", "test")
"""Thresholds are chosen on the first, scores are of the second."""

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Localised:
    """The annotated images of one part that show a lesion, N of them, and their overlaps.

    Attributes:
        items: Of the images.
        without_lesion: How many other images have an empty mask, at the network's size.
        steps: The trained network's maps, `(N, H, W)`, as `in_steps` has them.
        masks: `(N, H, W)`, bool.
        arms: Overlaps by key of `ARMS`.
    """

    items: list[dict[str, Any]]
    without_lesion: int
    steps: Bytes
    masks: NDArray[np.bool_]
    arms: dict[str, Overlaps]

    @property
    def patients(self) -> list[str]:
        """The patient of each image; empty where it is not known."""
        return [item["patient"] for item in self.items]


def measured_items(model: Model) -> dict[str, list[dict[str, Any]]]:
    """Return the annotated items of the validation and the test part.

    `label` is the class, `mask` are the paths of the masks, `name` is the image's path below the root of the data set.

    Raises:
        DatasetError: Not a prepared data set, edited since, or with a store of another size or window.
        RunError: Another data set than the model's.
        SplitError: A part without masks.
    """
    found = {}
    settings = {key: model.card[key] for key in ("fold", "image_size", "window")}
    for part in PARTS:
        annotated = read_masked(model.dataset_dir, part=part, **settings)
        check_data(annotated, ckpt_dir=model.ckpt_dir)
        labelled = read_items(model.dataset_dir, model.card["class_names"], part=part, **settings)
        labels = {(item["image"], item["frame"]): item["label"] for item in labelled}
        root = f"{annotated.origin.root}/"
        found[part] = [
            {
                **item,
                **{MASK: item["label"], "label": labels[item["image"], item["frame"]]},
                "name": item["image"].removeprefix(root),
            }
            for item in annotated
        ]
    return found


def localise(
    model: Model,
    items: Mapping[str, Sequence[dict[str, Any]]],
    *,
    method: str = "grad_cam",
    layer: str = LAST,
    baselines: bool = True,
) -> dict[str, Localised]:
    """Return the overlaps of each part.

    The map is that of the evidence for the image's own class, benign or malignant: the lesion made either, and its
    place does not depend on whether the network calls it rightly.

    Args:
        model: Of `open_model`.
        items: By part, of `measured_items`.
        method: A key of `METHODS`.
        layer: As `find_layer` knows it.
        baselines: Whether to measure them too.

    Raises:
        ConfigError: No such method or layer.
        ImageError: An image that cannot be read.
        MaskError: A mask that cannot be read, or is not of its image's size.
        SplitError: A part without a lesion, or of one patient.
    """
    if method not in METHODS:
        raise ConfigError(f"a method is one of {', '.join(METHODS)}; got {method!r}: give --method one of these")
    every = [item for part in items.values() for item in part]
    networks = {"map": model.network, **({"untrained": model.untrained} if baselines else {})}
    maps, masks = _maps(model, every, networks, method=method, layer=layer)
    found, first = {}, 0
    for part, own in items.items():
        rows = first + np.flatnonzero(masks[first : first + len(own)].any(axis=(1, 2)))
        first += len(own)
        if not rows.size:
            raise SplitError(f"the masks of the {part} part are all empty: localisation needs lesions")
        arms = {name: maps[name][rows] for name in networks}
        kept = [every[row] for row in rows]
        counts = {name: _counted(steps, masks[rows]) for name, steps in arms.items()}
        if baselines:
            centre = in_steps(centre_prior(*masks.shape[1:])).numpy()
            for name, its in (("centre", centre), ("whole", np.full_like(centre, STEPS))):
                counts[name] = _counted(np.broadcast_to(its, masks[rows].shape), masks[rows])
            drawn = others([item["patient"] for item in kept])
            counts["shuffled"] = _counted(arms["map"], masks[rows[drawn]])
        found[part] = Localised(
            items=kept,
            without_lesion=len(own) - len(rows),
            steps=arms["map"],
            masks=masks[rows],
            arms={name: overlaps(counts[name]) for name in ARMS if name in counts},
        )
    return found


def _maps(
    model: Model, items: Sequence[dict[str, Any]], networks: Mapping[str, nn.Module], *, method: str, layer: str
) -> tuple[dict[str, Bytes], NDArray[np.bool_]]:
    """Return each network's maps of all items in steps, and their masks, all `(N, H, W)`."""
    size = tuple(model.card["image_size"])
    maps = {name: np.empty((len(items), *size), np.uint8) for name in networks}
    masks = np.empty((len(items), *size), bool)
    forwards = {name: model.forward_of(network) for name, network in networks.items()}
    blank = torch.zeros(1, 1, *size, device=model.device)
    layers = {name: find_layer(layer, forwards[name], network, blank) for name, network in networks.items()}
    for rows, batch in _batches(model, items):
        images, classes = batch["image"].to(model.device), batch["label"].to(model.device)
        masks[rows] = batch[MASK][:, 0].numpy() > 0
        for name, network in networks.items():
            at, given = layers[name]
            found = grad_cam(forwards[name], network, images, classes, at=at, given=given, weights=METHODS[method])
            maps[name][rows] = in_steps(found).cpu().numpy()
    return maps, masks


def _batches(model: Model, items: Sequence[dict[str, Any]]) -> Iterator[tuple[slice, dict[str, Any]]]:
    from monai.data import list_data_collate

    loader = torch.utils.data.DataLoader(
        masked_images(items, model.transforms, size=model.card["image_size"]),
        batch_size=model.batch_size,
        collate_fn=list_data_collate,
        num_workers=model.num_workers,
        worker_init_fn=light_worker,
    )
    first = 0
    for batch in tqdm(loader, desc="localise", unit="batch", disable=None):
        yield slice(first, first := first + len(batch["image"])), batch


def _counted(steps: Bytes, masks: NDArray[np.bool_]) -> Counts:
    """Return `counted`, a hundred images at a time: the index takes eight bytes a pixel."""
    pieces = [slice(first, first + 100) for first in range(0, len(masks), 100)]
    return np.concatenate([counted(torch.tensor(steps[piece]), torch.tensor(masks[piece])) for piece in pieces])
