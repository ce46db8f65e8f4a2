"""The store: every image of a prepared data set as the network gets it, in one memory-mapped file beside the index.

Opening, decoding and resizing a file costs far more than what training does with it, and in every epoch again. A store
is written after crop (of captions, too), window and resize, so it is of one window and one image size; a run that asks
for others refuses it.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DatasetError, StorageError
from ..files import read_json, write_json
from .index import Row, is_kept, key
from .prepared import STORE, STORE_CARD, PreparedDataset
from .reading import of_each


def write_store(data: PreparedDataset, *, image_size: Sequence[int], window: str) -> Path:
    """Write the images of `data` as uint8 `(N, H, W)`, in the order of the index, and return the file.

    Excluded images are black.

    Args:
        data: The data set.
        image_size: `[H, W]` in pixels.
        window: A named CT window, or `none`.

    Raises:
        ImageError: An image that cannot be read any more.
        ConfigError: No window has this name.
        DatasetError: A row that is a clip of several frames.
        StorageError: No space left, or no permission.
    """
    from monai.transforms import Compose, Resized

    from ..io import ReadImaged
    from ..transforms import CropCaptiond

    captioned = [CropCaptiond("image")] if any("captions" in row for row in data.rows) else []
    resize = Resized("image", tuple(image_size), mode="area")
    chain = Compose([ReadImaged("image", window=window), *captioned, resize])
    position = {key(row): number for number, row in enumerate(data.rows)}
    path = data.folder / STORE
    temporary = path.with_name(f".{STORE}.{os.getpid()}.tmp")
    (data.folder / STORE_CARD).unlink(missing_ok=True)  # without it nobody reads a mixture of old and new
    try:
        array = _allocated(temporary, (len(data.rows), *image_size))

        def fill(row: Row) -> None:
            item = {"frame": row["frame"], "crop": row["crop"], "captions": row.get("captions", "")}
            image = chain({**item, "image": str(data.root / row["image"])})["image"]
            if len(image) != 1:
                raise DatasetError(f"a store holds single frames, {row['image']} is a clip: prepare without --store")
            array[position[key(row)]] = np.rint(255 * image[0].numpy())

        of_each([row for row in data.rows if is_kept(row)], fill, what="store")
        array.flush()
        temporary.replace(path)
    except OSError as error:
        raise StorageError(
            f"cannot write {path} ({error.strerror or error}): free some space, or go without"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    write_json(data.folder / STORE_CARD, _card(data, image_size=image_size, window=window))
    return path


def _allocated(path: Path, shape: tuple[int, ...]) -> np.memmap:
    """Return a new memory-mapped array whose blocks the disk has promised: a full one would end the process later."""
    array: np.memmap = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def _card(data: PreparedDataset, *, image_size: Sequence[int], window: str) -> dict[str, Any]:
    return {"index_sha256": data.index_sha256, "image_size": list(image_size), "window": window}


def find_store(data: PreparedDataset, *, image_size: Sequence[int], window: str) -> Path | None:
    """Return the file of the store of `data`; None where there is none.

    Raises:
        DatasetError: It was written for another index, image size or window.
    """
    card = read_json(data.folder / STORE_CARD, default=None)
    if card is None:
        return None
    for what, asked in _card(data, image_size=image_size, window=window).items():
        if card.get(what) != asked:
            raise DatasetError(
                f"the store of {data.folder} has {what} {card.get(what)}, this run asks for {asked}: "
                f"ask for the same, write it again with prepare.py --store, or delete {data.folder / STORE_CARD}"
            )
    return data.folder / STORE
