"""Features that somebody else's encoder has made of the images: a `.npz` file, believed only after a look.

Arrays: `image` (N,), paths below the root of the data set; `frame` (N,), where an image has several; `feature` (N, D).
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ..errors import DatasetError
from .store import Floats, Key


def read_given(path: str | Path, keys: Sequence[Key], *, data: str) -> Floats:
    """Return the features of the images called `keys`, `(len(keys), D)`, in their order.

    Args:
        path: The file.
        keys: The images that a comparison needs; what else the file holds is passed over.
        data: What they are called in messages.

    Raises:
        DatasetError: No such file, or not of this form; an image that is missing or there twice; a feature that is not
            finite, or the same of every image.
    """
    names, features = _arrays(path)
    twice = [key for key, count in Counter(names).items() if count > 1]
    _refuse(twice, f"{path} names each image once", "stand in it more often", "keep one of them")
    place = {key: number for number, key in enumerate(names)}
    absent = [key for key in keys if key not in place]
    _refuse(absent, f"{path} has the features of every image of {data}", "are missing", "add them")
    own = features[[place[key] for key in keys]].astype(np.float32)
    broken = [keys[row] for row in np.flatnonzero(~np.isfinite(own).all(axis=1)).tolist()]
    _refuse(broken, f"features in {path} are finite numbers", "have others", "compute them again")
    constant = np.flatnonzero(own.max(axis=0) == own.min(axis=0))
    if constant.size:
        raise DatasetError(
            f"features in {path} tell images apart; {constant.size} of {own.shape[1]} are the same of all images of "
            f"{data}, e.g. number {constant[0]}: leave these out, or look whether the encoder got the images"
        )
    return own


def _arrays(path: str | Path) -> tuple[list[Key], np.ndarray]:
    form = "an .npz file with arrays image (N,), feature (N, D) and, where images have frames, frame (N,)"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    except FileNotFoundError as error:
        raise DatasetError(f"there is no file {str(path)!r}: give --features NAME=FILE, {form}") from error
    except (
        OSError,
        ValueError,
        TypeError,
        BadZipFile,
    ) as error:  # TypeError: a lone .npy, which does not open as a file
        raise DatasetError(f"features are {form}; {path} is not ({error}): write it with numpy.savez") from error
    shapes = {name: its.shape for name, its in found.items()}
    image, feature = found.get("image"), found.get("feature")
    frame = found.get("frame", np.full(len(image), "") if image is not None and image.ndim == 1 else None)
    if image is None or feature is None or frame is None or feature.ndim != 2 or feature.shape[1] == 0 or not (
        image.shape == frame.shape == feature.shape[:1] and np.issubdtype(feature.dtype, np.number)
    ):  # fmt: skip
        raise DatasetError(f"features are {form}; {path} holds {shapes}: write it so")
    return list(zip(map(str, image.tolist()), map(str, frame.tolist()), strict=True)), feature


def _refuse(keys: Sequence[Key], rule: str, fault: str, way_out: str) -> None:
    if keys:
        raise DatasetError(f"{rule}; {len(keys)} {fault}, e.g. {' '.join(keys[0]).strip()}: {way_out}")
