"""From an open DICOM file to an image."""

from typing import BinaryIO

import numpy as np
from pydicom import Dataset

from ....errors import ImageError
from ..decoded import Decoded
from .colour import luminance_of
from .frames import stored_values
from .geometry import affine_of
from .grey import displayed
from .header import header_of
from .quiet import quietly
from .source import open_image, syntax_name


def decode(file: BinaryIO, frame: int | None, window: str) -> Decoded:
    """Return an image; see `read`. Messages of its errors lack the path.

    Raises:
        ImageError: See `read`.
        ConfigError: See `read`.
    """
    with quietly():
        dataset, element = open_image(file)
        header = header_of(dataset, element)
        index = header.frame(frame)
        stored = stored_values(header, element, index)
        if header.photometric.startswith("MONOCHROME"):
            pixels, shown = displayed(stored, dataset, header, index=index, window=window)
        else:
            pixels, shown = luminance_of(stored, dataset, header, window=window)
        if not np.isfinite(pixels).all():
            raise ImageError("its rescale or window leaves no finite numbers: export it again")
        about = {
            "transfer syntax": syntax_name(header.syntax),
            "photometric interpretation": header.photometric,
            "window": shown,
            "defaulted": ", ".join(header.defaulted),
            "burned-in annotation": _burned_in(dataset),
        }
        whose = (_text(dataset, keyword) for keyword in ("Modality", "PatientID", "StudyInstanceUID"))
        return Decoded(pixels, affine_of(dataset, index), header.frames, about, *whose)


def _text(dataset: Dataset, keyword: str) -> str:
    return str(dataset.get(keyword) or "").strip()


def _burned_in(dataset: Dataset) -> str:
    """Return what the header says of identifying text in the pixels, (0028,0301): YES, NO, or nothing."""
    value = str(dataset.get("BurnedInAnnotation", ""))
    return value if value in ("YES", "NO") else ""
