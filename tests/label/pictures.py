"""One picture in every kind of file that is sent to MONAI Label."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
from PIL import Image
from pydicom.uid import CTImageStorage, DigitalXRayImageStorageForPresentation, UltrasoundImageStorage

from tests.io.dicom.files import dataset, written

LPS = np.diag([-1.0, -1, 1, 1])

Pixels = np.ndarray
"""uint8 `(H, W)`, rows first, as it is displayed."""


def png(pixels: Pixels, folder: Path) -> Path:
    Image.fromarray(pixels).save(folder / "grey.png")
    return folder / "grey.png"


def rgb_png(pixels: Pixels, folder: Path) -> Path:
    Image.fromarray(pixels).convert("RGB").save(folder / "colour.png")
    return folder / "colour.png"


def jpeg(pixels: Pixels, folder: Path) -> Path:
    Image.fromarray(pixels).convert("RGB").save(folder / "photo.jpg", quality=98)
    return folder / "photo.jpg"


def nifti(pixels: Pixels, folder: Path) -> Path:
    nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(pixels.T[:, :, None]), LPS), folder / "slice.nii.gz")
    return folder / "slice.nii.gz"


def us(pixels: Pixels, folder: Path) -> Path:
    """Colour, without a place in the patient."""
    made = dataset(np.stack([pixels] * 3, axis=-1), SOPClassUID=UltrasoundImageStorage, Modality="US")
    return written(folder / "us.dcm", made)


def dx(pixels: Pixels, folder: Path) -> Path:
    """Stored inverted."""
    made = dataset(255 - pixels, PhotometricInterpretation="MONOCHROME1", Modality="DX")
    made.SOPClassUID = DigitalXRayImageStorageForPresentation
    return written(folder / "dx.dcm", made)


def ct(pixels: Pixels, folder: Path) -> Path:
    """In Hounsfield units, with a window and a place: 2 mm between rows, 1 mm between columns."""
    made = dataset(pixels.astype(np.int16) + 1024, ct=True, RescaleSlope=1, RescaleIntercept=-1024)
    made.SOPClassUID, made.VOILUTFunction = CTImageStorage, "LINEAR_EXACT"
    made.WindowCenter, made.WindowWidth = 127.5, 255
    made.ImageOrientationPatient, made.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [-30, -40, 50]
    made.PixelSpacing, made.SliceThickness = [2, 1], 5
    return written(folder / "ct.dcm", made)


KINDS: dict[str, Callable[[Pixels, Path], Path]] = {
    **{"PNG": png, "PNG, RGB": rgb_png, "JPEG": jpeg, "NIfTI": nifti},
    **{"DICOM US": us, "DICOM CT": ct, "DICOM DX": dx},
}


def lesion(size: tuple[int, int] = (48, 64), *, bright: bool = True, seed: int = 0) -> Pixels:
    """A dark picture that is not square, with a bright lesion on no axis of symmetry, or without."""
    pixels = np.random.default_rng(seed).integers(20, 60, size).astype(np.uint8)
    if bright:
        pixels[size[0] // 6 : size[0] // 3, size[1] // 2 : size[1] * 7 // 8] = 230
    return pixels


def is_lesion(pixels: Pixels) -> np.ndarray:
    return pixels > 128
