"""Features on disk: computed once, found again by (`image`, `frame`), read through a memory map.

features.npy    float32 (N, 1 + V, D): of the clean image, then of V augmented views
images.csv      image,frame: a line for each of the N
store.json      what they are of; written last, so a folder without it is not finished
done.json       of a folder that is not finished: how many images are
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RunError
from ..files import read_json, write_json, write_text

Key = tuple[str, str]
"""`image` and `frame`."""

Floats = NDArray[np.float32]

FEATURES, IMAGES, CARD, DONE = "features.npy", "images.csv", "store.json", "done.json"


@dataclass(frozen=True)
class Store:
    """Features of the images of a data set.

    Attributes:
        folder: Where they lie.
        card: `store.json`.
        features: `(N, 1 + V, D)`, memory-mapped.
        row: Of each image, its place among the N.
    """

    folder: Path
    card: dict[str, Any]
    features: Floats
    row: dict[Key, int]

    def rows(self, keys: Sequence[Key]) -> NDArray[np.intp]:
        """Return the place of each image.

        Raises:
            RunError: An image whose features are not here.
        """
        absent = [key for key in keys if key not in self.row]
        if absent:
            raise RunError(
                f"{self.folder} has the features of every image of its data set; {len(absent)} are missing, e.g. "
                f"{' '.join(absent[0]).strip()}: delete the folder and give the command again"
            )
        return np.array([self.row[key] for key in keys], dtype=np.intp)


def open_store(folder: str | Path) -> Store:
    """Return a finished store.

    Raises:
        RunError: There is none.
    """
    folder = Path(folder)
    card = read_json(folder / CARD, default=None)
    if card is None:
        raise RunError(f"no finished features in {folder}: run `python -m common.features extract` first")
    with (folder / IMAGES).open(encoding="utf-8", newline="") as file:
        keys = [(line["image"], line["frame"]) for line in csv.DictReader(file)]
    features = np.load(folder / FEATURES, mmap_mode="r").view(np.ndarray)
    return Store(folder, card, features, {key: place for place, key in enumerate(keys)})


def write_store(
    folder: str | Path,
    keys: Sequence[Key],
    *,
    shape: tuple[int, int],
    compute: Callable[[int], Iterator[Floats]],
    card: dict[str, Any],
) -> None:
    """Fill a store, going on where an earlier attempt was killed; what was computed is on disk piece by piece.

    Args:
        folder: Where; it is made.
        keys: Of the images, N.
        shape: 1 + V and D.
        compute: From the place of the first image to compute, yields `(n, 1 + V, D)` of the next images until all are.
        card: What the features are of.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / IMAGES, _as_csv(keys))
    done, whole = int(read_json(folder / DONE, default={}).get("done", 0)), (len(keys), *shape)
    path = folder / FEATURES
    continued = done > 0 and path.is_file() and np.load(path, mmap_mode="r").shape == whole
    done = done if continued else 0
    features = np.lib.format.open_memmap(path, "r+" if continued else "w+", dtype=np.float32, shape=whole)
    for piece in compute(done):
        features[done : done + len(piece)] = piece
        features.flush()
        done += len(piece)
        write_json(folder / DONE, {"done": done})
    write_json(folder / CARD, {**card, "images": len(keys), "views": shape[0] - 1, "width": shape[1]})
    (folder / DONE).unlink(missing_ok=True)


def _as_csv(keys: Sequence[Key]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("image", "frame"), *keys])
    return text.getvalue()
