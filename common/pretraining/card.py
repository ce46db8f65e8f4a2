"""The card of a sharded store: what is in it, how it is laid out, and by which hashes it is recognised.

data/NAME/dataset.json            the facts of any data set: origin, licence, classes, counts
          store.json              this card, written last: without it there is no store
          shards/00000.npy        uint8 (n, H, W), images as the network gets them
          shards/00000.csv        a line for each: which image, frame, label, part, digest, or why it is left out
          index/{place,label,digest}.npy    of the images that take part, by part: see `INDEX`
          left_out.csv            what takes no part, and why
"""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import DatasetError
from ..files import read_json, write_json

CARD = "store.json"
SHARDS = "shards"

PARTS = ("train", "valid", "test")

INDEX = {"place": "<u4", "label": "<i2", "digest": "<u8"}
"""Arrays of the index, 14 bytes an image: its place in the shards, counted through; its class; its pixels' digest."""

VERSION = 1
"""Raised when a store must be built again."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What `store.json` says."""

    name: str
    title: str
    synthetic: bool
    image_size: tuple[int, int]
    """Rows and columns of every image."""
    class_names: tuple[str, ...]
    parts: dict[str, tuple[int, int]]
    """Of each part the first of its images in the index, and the first that is no longer its own."""
    counts: dict[str, dict[str, int]]
    """Images of each class, by part."""
    shard_images: int
    """Images of a shard; only the last holds fewer."""
    shards: tuple[tuple[int, str], ...]
    """Of each shard how many images, and the sha256 of its file."""
    index_sha256: str
    version: int = VERSION


def shard_name(number: int) -> str:
    """Return the name of a shard, without ending."""
    return f"{number:05d}"


def index_file(folder: Path, name: str) -> Path:
    """Return the file of an array of `INDEX`."""
    return folder / "index" / f"{name}.npy"


def hash_of_index(folder: Path, class_names: tuple[str, ...]) -> str:
    """Return the sha256 of the classes and of all arrays of the index."""
    digest = hashlib.sha256(repr(class_names).encode())
    for name in INDEX:
        with index_file(folder, name).open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def write_card(folder: Path, card: Card) -> None:
    """Write `store.json`."""
    write_json(folder / CARD, asdict(card))


def read_card(folder: Path) -> Card:
    """Return what `store.json` says.

    Raises:
        DatasetError: There is no finished store, one of another version, or one whose card or index is damaged.
    """
    again = f"build it: python scripts/prepare.py radimagenet SOURCE --out {folder}"
    try:
        found: dict[str, Any] | None = read_json(folder / CARD, default=None)
        if found is None:
            raise DatasetError(f"there is no finished store in {folder}: {again}")
        if found.get("version") != VERSION:
            raise DatasetError(
                f"{folder / CARD} has version {found.get('version')}, this code reads {VERSION}: {again}"
            )
        card = _typed(found)
        if hash_of_index(folder, card.class_names) != card.index_sha256:
            raise DatasetError(f"the index of {folder} is damaged (its sha256 differs): {again}")
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DatasetError(f"the store of {folder} is damaged ({error}): {again}") from error
    return card


def _typed(found: dict[str, Any]) -> Card:
    lists = {name: tuple(found[name]) for name in ("image_size", "class_names")}
    parts = {part: tuple(ends) for part, ends in found["parts"].items()}
    return Card(**{**found, **lists, "parts": parts, "shards": tuple((n, sha) for n, sha in found["shards"])})
