"""Phantoms as DICOM Part 10 files that say in their standard header that they are synthetic."""

import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SOP_CLASSES = {
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
}
"""Image Storage of the modalities that are drawn (PS3.4 B.5)."""

SYNTHETIC = {
    "PatientName": "SYNTHETIC^PHANTOM",
    "Manufacturer": "RadImageNet bundles",
    "ManufacturerModelName": "phantom",
    "ImageComments": "Synthetic phantom drawn by a program, not a patient",
}
"""Said in every header, in elements that viewers display."""

QUALITY = 95
"""Of JPEG, 1-100. RSNA 2018's files are JPEG baseline; theirs is not stated, and this one leaves speckle as it is."""


def save_dicom(
    path: Path,
    pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.int16],
    *,
    modality: str,
    header: Mapping[str, object],
    jpeg: bool = False,
) -> None:
    """Write a grey image as DICOM: MONOCHROME2, explicit VR little endian, or JPEG baseline. Equal input, equal bytes.

    Args:
        path: The file; its folder is made.
        pixels: uint8, uint16 or int16 (H, W), as stored: a CT's Hounsfield units come from RescaleSlope and -Intercept.
        modality: A key of `SOP_CLASSES`.
        header: Elements by keyword, such as PatientID, WindowCenter or ImagePositionPatient. Whatever is given wins
            over what this function would write. A UID that is not given is derived from the rest.
        jpeg: Compress as JPEG baseline; pixels of 8 bits only.
    """
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGBaseline8Bit

    image = Dataset()
    bits = 8 * pixels.itemsize
    stored = _jpeg(pixels) if jpeg else pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    own: dict[str, Any] = {
        "SOPClassUID": SOP_CLASSES[modality],
        "Modality": modality,
        **SYNTHETIC,
        **_uids(stored, header),
        **header,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
    }
    for keyword, value in own.items():
        setattr(image, keyword, value)
    if jpeg:
        image.LossyImageCompression, image.LossyImageCompressionMethod = "01", "ISO_10918_1"
        stored = encapsulate([stored])
    image.add_new("PixelData", "OB" if jpeg or bits == 8 else "OW", stored)
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = UID(JPEGBaseline8Bit if jpeg else ExplicitVRLittleEndian)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save_as(path, enforce_file_format=True)


def _jpeg(pixels: npt.NDArray[Any]) -> bytes:
    from PIL import Image

    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, format="JPEG", quality=QUALITY)
    return encoded.getvalue()


def _uids(stored: bytes, header: Mapping[str, object]) -> dict[str, str]:
    """Return UIDs that follow from the patient and the picture: the same phantom has the same ones in every run."""
    from pydicom.uid import generate_uid

    patient = str(header.get("PatientID", ""))
    study = str(header.get("StudyInstanceUID", "")) or str(generate_uid(entropy_srcs=["study", patient]))
    series = str(header.get("SeriesInstanceUID", "")) or str(generate_uid(entropy_srcs=["series", study]))
    picture = [series, *(f"{keyword}={value}" for keyword, value in header.items()), str(zlib.crc32(stored))]
    image = str(generate_uid(entropy_srcs=picture))
    return {"StudyInstanceUID": study, "SeriesInstanceUID": series, "SOPInstanceUID": image}
