"""Our decoder as MONAI's `ImageReader`, and as the first transform of every bundle."""

import warnings
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from monai.data import ImageReader
from monai.transforms import LoadImaged

from ..errors import ConfigError, ImageError
from .decode import decode_image


class Reader(ImageReader):
    """MONAI's reader interface to `decode_image`.

    `read` only notes the path: MONAI's `LoadImage` answers an error there by trying readers of its own, which return
    the refused file transposed. A refusal must come from `get_data`.

    Args:
        frame: Zero-based frame of a file that holds several; None or "" for a file that holds one.
    """

    def __init__(self, frame: int | str | None = None) -> None:
        super().__init__()
        self.frame = None if frame in (None, "") else int(frame)

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
        """Return float32 `(1, H, W)` in `[0, 1]`, rows first, and what MONAI wants to know of it."""
        image = decode_image(img, self.frame)[np.newaxis]
        return image, {"original_channel_dim": 0, "spatial_shape": np.asarray(image.shape[1:])}


class ReadImaged(LoadImaged):
    """The image at each key, read by `Reader` alone: a MetaTensor `(1, H, W)`, float32 in `[0, 1]`, rows first.

    An item's `frame`, where it has one, is passed on.

    Args:
        keys: Keys of the items that hold paths.
        window: `none`; a named CT window needs Hounsfield units, which PNG, JPEG and NPY do not carry.

    Raises:
        ConfigError: Another window.
    """

    def __init__(self, keys: Hashable | Sequence[Hashable], window: str = "none") -> None:
        if window != "none":
            raise ConfigError(f"PNG, JPEG and NPY carry no Hounsfield units: window must be 'none', got {window!r}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # MONAI announces each optional reader of its own that is not installed
            super().__init__(keys, reader=Reader, ensure_channel_first=True)
        self._loader.readers = self._loader.readers[-1:]

    def __call__(self, data: Mapping[Hashable, Any], reader: ImageReader | None = None) -> dict[Hashable, Any]:
        """Return the item with its images read."""
        return super().__call__(data, reader or Reader(frame=data.get("frame")))
