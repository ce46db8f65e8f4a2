"""Our decoder as MONAI's `ImageReader`, and as the first transform of every bundle."""

import logging
import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.data import ImageReader, get_track_meta
from monai.transforms import LoadImaged

from ..errors import ConfigError, ImageError
from .decode import decode
from .decode.crop import box_of, cropped
from .decode.decoded import Decoded
from .decode.windows import WINDOWS
from .worker import Decoder

logging.getLogger("monai.data.nvimgcodec_pydicom_plugin").setLevel(logging.ERROR)
"""MONAI makes all of its readers to hand over one, and this one warns where its accelerator is absent."""


class Reader(ImageReader):
    """MONAI's reader interface to `decode_image`.

    `read` only notes the path: MONAI's `LoadImage` answers an error there by trying readers of its own, which return
    the refused file transposed. A refusal must come from `get_data`.

    Args:
        frame: Zero-based frame of a file that holds several, or `start:stop:step` for a clip of them; None or "" for a
            file that holds one.
        window: A named CT window, or `none`.
        crop: The part to keep, top left bottom right in pixels, as in the column `crop`; empty for all.
        decoder: What decodes; a `worker.Decoder`'s `decode` for files that are not trusted.
    """

    def __init__(
        self,
        frame: int | str | None = None,
        *,
        window: str = "none",
        crop: str = "",
        decoder: Callable[..., Decoded] = decode,
    ) -> None:
        super().__init__()
        self.frames = _frames(frame)
        self.window = window
        self.crop = crop
        self.decoder = decoder

    def verify_suffix(self, filename: Sequence[str] | str) -> bool:
        """Return True: the kind of a file is told by its content, and unknown content is refused."""
        return True

    def read(self, data: Sequence[str] | str, **kwargs: Any) -> Path:
        """Return the path of the one file, unopened."""
        names = [data] if isinstance(data, str) else list(data)
        if len(names) != 1:
            raise ImageError(f"one file is one image; got {len(names)} files: {', '.join(map(str, names[:3]))} ...")
        return Path(names[0])

    def get_data(self, img: Path) -> tuple[np.ndarray, dict[str, Any]]:
        """Return float32 `(1, H, W)` in `[0, 1]`, rows first, and what MONAI wants to know; a clip is `(T, H, W)`.

        The affine takes (row, column, slice) to millimetres towards the patient's right, front and head, so that what
        is predicted can be written where the image lies; the identity where the file does not say. Beside it stand the
        file's own height and width, the row and column in it of the first pixel, and the distances of its rows and
        columns in mm, NaN where the file does not say.
        """
        whole = [self.decoder(img, frame, window=self.window) for frame in self.frames]
        image, *others = [cropped(its, self.crop, img) for its in whole]
        affine = np.eye(4) if image.affine is None else image.affine
        return np.stack([image.pixels, *(other.pixels for other in others)]), {
            "original_channel_dim": 0,
            "spatial_shape": np.asarray(image.pixels.shape),
            "affine": affine,
            "original_affine": affine,
            "space": "RAS",
            "modality": image.modality,
            "source_shape": np.asarray(whole[0].pixels.shape),
            "source_origin": np.asarray((box_of(self.crop) or (0, 0))[:2]),
            "spacing": np.full(2, np.nan) if image.affine is None else np.linalg.norm(affine[:3, :2], axis=0),
        }


def _frames(frame: int | str | None) -> Sequence[int | None]:
    if frame in (None, ""):
        return [None]
    try:
        frames = range(*map(int, str(frame).split(":"))) if ":" in str(frame) else [int(str(frame))]
    except (TypeError, ValueError) as error:
        raise ImageError(f"a frame is a number, or start:stop:step of a clip; got {frame!r}: mend the index") from error
    if not frames:
        raise ImageError(f"a clip has at least one frame; {frame!r} has none: mend the index")
    return list(frames)


class ReadImaged(LoadImaged):
    """The image at each key, read by `Reader` alone: a MetaTensor `(1, H, W)`, float32 in `[0, 1]`, rows first.

    An item's `frame` and `crop`, where it has them, are passed on. An item that is `stored` (path of a memory-mapped
    uint8 array `(N, H, W)`, position) comes from there. Where metadata is not tracked, as in training, the image is a
    plain tensor.

    Args:
        keys: Keys of the items that hold paths.
        window: A named CT window, for files in Hounsfield units, or `none`.
        trusted: Whether files are decoded in this process; else in one of their own, which may hang or crash (slower).

    Raises:
        ConfigError: No window has this name.
    """

    def __init__(self, keys: Hashable | Sequence[Hashable], window: str = "none", *, trusted: bool = True) -> None:
        if window not in ("none", *WINDOWS):
            raise ConfigError(f"window is one of none, {', '.join(WINDOWS)}; got {window!r}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # MONAI announces each optional reader of its own that is not installed
            super().__init__(keys, reader=Reader, ensure_channel_first=True)
        self._loader.readers = self._loader.readers[-1:]
        self.window = window
        self.decoder = decode if trusted else Decoder().decode

    def __call__(self, data: Mapping[Hashable, Any], reader: ImageReader | None = None) -> dict[Hashable, Any]:
        """Return the item with its images read."""
        item = dict(data)
        if stored := item.get("stored"):
            return {**item, **dict.fromkeys(self.keys, _stored_image(*stored))}
        frame, crop = item.get("frame"), item.get("crop") or ""
        own = Reader(frame=frame, window=self.window, crop=crop, decoder=self.decoder)
        if reader or get_track_meta():
            return super().__call__(item, reader or own)
        # MONAI's way to the same pixels costs as much again as decoding a small one.
        return {**item, **{key: torch.from_numpy(own.get_data(Path(item[key]))[0]) for key in self.key_iterator(item)}}


def _stored_image(path: str, position: int) -> torch.Tensor:
    return torch.from_numpy(_store(path)[position] / np.float32(255))[None]


@cache
def _store(path: str) -> np.ndarray:
    array: np.ndarray = np.load(path, mmap_mode="r")
    return array
