"""The same pictures in every kind of file that is read: phantoms of breast ultrasound at BUS-BRA's sizes."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import nibabel
import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    UltrasoundImageStorage,
    generate_uid,
)
from tqdm import tqdm

from ..phantoms.draw import stream
from ..phantoms.examinations import draw_examination
from ..phantoms.lesions import draw_lesion
from ..phantoms.ultrasound import breast_image

Pixels = npt.NDArray[np.uint8]

QUALITY = 90
"""Of JPEG, 1-100: Pillow's own 75 is for photographs, archives of radiology keep more."""

FASTER = 2.5
"""What our chain should gain on PNG and JPEG, the files of the published data sets."""


def _png(path: Path, pixels: Pixels) -> None:
    Image.fromarray(pixels).save(path)


def _rgb_png(path: Path, pixels: Pixels) -> None:
    Image.fromarray(pixels).convert("RGB").save(path)


def _jpeg(path: Path, pixels: Pixels) -> None:
    path.write_bytes(_jpeg_bytes(Image.fromarray(pixels)))


def _rgb_jpeg(path: Path, pixels: Pixels) -> None:
    path.write_bytes(_jpeg_bytes(Image.fromarray(pixels).convert("RGB")))


def _dicom(path: Path, pixels: Pixels) -> None:
    _ultrasound(pixels).save_as(path, enforce_file_format=True)


def _dicom_jpeg(path: Path, pixels: Pixels) -> None:
    made = _ultrasound(pixels)
    made.file_meta.TransferSyntaxUID = UID(JPEGBaseline8Bit)
    made.PixelData = encapsulate([_jpeg_bytes(Image.fromarray(pixels))])
    made.save_as(path, enforce_file_format=True)


def _dicom_jpeg_2000(path: Path, pixels: Pixels) -> None:
    made = _ultrasound(pixels)
    made.compress(JPEG2000Lossless, generate_instance_uid=False)
    made.save_as(path, enforce_file_format=True)


def _nifti(path: Path, pixels: Pixels) -> None:
    nibabel.save(nibabel.Nifti1Image(pixels.T, np.eye(4)), path)


def _jpeg_bytes(image: Image.Image) -> bytes:
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=QUALITY)
    return stored.getvalue()


def _ultrasound(pixels: Pixels) -> Dataset:
    """Return the picture as an uncompressed ultrasound image, MONOCHROME2."""
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID, made.Modality = UltrasoundImageStorage, generate_uid(), "US"
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.Rows, made.Columns = pixels.shape
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 8, 8, 7, 0
    made.add_new("PixelData", "OB", pixels.tobytes() + b"\0" * (pixels.size % 2))
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made


class Kind(NamedTuple):
    """A kind of file: its suffix, by which MONAI picks a reader, how it is written, and our goal."""

    suffix: str
    write: Callable[[Path, Pixels], None]
    at_least: float | None = None


KINDS = {
    "PNG": Kind(".png", _png, FASTER),
    "PNG, RGB": Kind(".png", _rgb_png),
    "JPEG": Kind(".jpg", _jpeg, FASTER),
    "JPEG, RGB": Kind(".jpg", _rgb_jpeg),
    "DICOM raw": Kind(".dcm", _dicom),
    "DICOM JPEG baseline": Kind(".dcm", _dicom_jpeg),
    "DICOM JPEG 2000": Kind(".dcm", _dicom_jpeg_2000),
    "NIfTI": Kind(".nii.gz", _nifti),
    "NPY": Kind(".npy", np.save),
}
"""By name in the table; all hold the same grey pictures, 8 bits, twice also in colours: BUSI's and DDTI's form."""


def write_files(folder: Path, images: int) -> dict[str, list[Path]]:
    """Write so many pictures in every kind below `folder`, and return the paths by kind."""
    paths: dict[str, list[Path]] = {name: [] for name in KINDS}
    for patient in tqdm(range(1, images + 1), desc="phantoms", unit="image", disable=None):
        generator = stream(0, "read", patient)
        lesion = draw_lesion(generator, malignant=patient % 3 == 0, difficulty=0.2)
        pixels, _, _ = breast_image(generator, draw_examination(patient, seed=0, key="read"), [lesion])
        for name, kind in KINDS.items():
            path = folder / name / f"{patient:04d}{kind.suffix}"
            path.parent.mkdir(exist_ok=True)
            kind.write(path, pixels)
            paths[name].append(path)
    return paths
