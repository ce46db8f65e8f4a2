"""DICOM files made for the tests."""

from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
    generate_uid,
)

PYDICOM_2 = version("pydicom").startswith("2.")
"""As in MONAI Label's environment, where these tests run too."""

HEIGHT, WIDTH = 34, 40
"""Not square; JPEG 2000 as it is encoded here needs at least 32."""

SYNTAXES = {
    "implicit": ImplicitVRLittleEndian,
    "explicit": ExplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
    "RLE": RLELossless,
    "JPEG 2000": JPEG2000Lossless,
    "JPEG-LS": JPEGLSLossless,
}
"""Every lossless transfer syntax that pydicom can encode with what is installed here."""


def ramp(dtype: str, bits: int) -> np.ndarray:
    """An image that differs from each of its flips, rotations and transpositions, over the whole range of `bits`."""
    steps = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    signed = np.dtype(dtype).kind == "i"
    return (steps * (2**bits - 1) // steps.max() - (2 ** (bits - 1) if signed else 0)).astype(dtype)


def dataset(pixels: np.ndarray, *, bits: int | None = None, ct: bool = False, **elements) -> Dataset:
    """An image `(H, W)`, `(frames, H, W)` or `(H, W, 3)`, MONOCHROME2 or RGB, and whatever else it shall have."""
    colour = pixels.shape[-1] == 3
    made = Dataset()
    made.SOPClassUID = CTImageStorage if ct else SecondaryCaptureImageStorage
    made.SOPInstanceUID = generate_uid()
    made.SeriesInstanceUID = "1.2.3"
    made.Modality = "CT" if ct else "OT"
    made.PatientName = "Secret^Name"
    made.SamplesPerPixel = 3 if colour else 1
    made.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        made.PlanarConfiguration = 0
    if pixels.ndim == 3 and not colour:
        made.NumberOfFrames = len(pixels)
    made.Rows, made.Columns = pixels.shape[:2] if colour else pixels.shape[-2:]
    made.BitsAllocated = 8 * pixels.itemsize
    made.BitsStored = bits or made.BitsAllocated
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    made["PixelData"].VR = "OB" if pixels.itemsize == 1 else "OW"
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def written(path: Path, made: Dataset, syntax: str = ExplicitVRLittleEndian) -> Path:
    """The dataset as a DICOM file in a transfer syntax."""
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.get("SOPClassUID", SecondaryCaptureImageStorage)
    made.file_meta.MediaStorageSOPInstanceUID = made.get("SOPInstanceUID", generate_uid())
    if syntax in (RLELossless, JPEG2000Lossless, JPEGLSLossless):
        compress(made, syntax)
    elif syntax == ExplicitVRBigEndian and made.BitsAllocated > 8:
        made.PixelData = np.frombuffer(made.PixelData, f"<u{made.BitsAllocated // 8}").byteswap().tobytes()
    made.file_meta.TransferSyntaxUID = syntax
    return save(made, path)


def save(made: Dataset, path: Path | BinaryIO) -> Path | BinaryIO:
    """Write it as the transfer syntax in its meta information says, with either version of pydicom."""
    if PYDICOM_2:
        made.is_little_endian = made.file_meta.TransferSyntaxUID != ExplicitVRBigEndian
        made.is_implicit_VR = made.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
        made.save_as(path, write_like_original=False)
    else:
        made.save_as(path, enforce_file_format=True)
    return path


def compress(made: Dataset, syntax: str) -> None:
    """Compress a dataset's pixels."""
    if not PYDICOM_2:
        made.compress(syntax, generate_instance_uid=False)
    elif syntax == RLELossless:
        made.is_little_endian, made.is_implicit_VR = True, False
        made.compress(syntax)
    else:
        pytest.skip("pydicom 2 writes neither JPEG 2000 nor JPEG-LS")
