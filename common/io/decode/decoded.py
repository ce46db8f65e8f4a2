"""What every decoder returns of one image."""

from typing import NamedTuple

import numpy as np


class Decoded(NamedTuple):
    """One image, or one frame of a file that holds several.

    Attributes:
        pixels: float32 `(H, W)` in `[0, 1]`, rows first, as a viewer displays it.
        affine: float64 `(4, 4)`, mm: (row index, column index, slice index, 1) to the patient's right, anterior,
            superior axes, as nibabel and MONAI count them; the third axis is the slice normal. None where the file does
            not say.
        frames: How many frames the file holds.
        about: How it was read, for people: no name, date or free text of the file.
        modality: DICOM's code such as `US`; empty where the file has none.
        patient: PatientID of DICOM; empty where the file has none.
        study: StudyInstanceUID of DICOM; empty where the file has none.
    """

    pixels: np.ndarray
    affine: np.ndarray | None
    frames: int
    about: dict[str, str]
    modality: str = ""
    patient: str = ""
    study: str = ""
