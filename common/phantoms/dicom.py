"""DICOM files of phantoms: uncompressed, one frame, the header no larger than a reader needs."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = "1.2.826.0.1.3680043.8.498."
"""Prefix of our unique identifiers: pydicom's, which it lends to whoever has none."""

SOP_CLASSES = {"CT": "1.2.840.10008.5.1.4.1.1.2", "CR": "1.2.840.10008.5.1.4.1.1.1"}
"""CT and Computed Radiography Image Storage (PS3.6, annex A)."""


def save_dicom(path: Path, pixels: npt.NDArray[np.integer], *, modality: str, header: Mapping[str, object]) -> None:
    """Write a grey image (MONOCHROME2, explicit little endian), the same bytes for the same arguments.

    Args:
        path: The file; its folder is made.
        pixels: uint8, uint16 or int16 (H, W).
        modality: `CT` or `CR`.
        header: Further elements by keyword, such as `PatientID`.
    """
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    made = Dataset()
    made.SOPClassUID = SOP_CLASSES[modality]
    made.SOPInstanceUID = generate_uid(ROOT, entropy_srcs=[path.name, str(sorted(header.items()))])
    made.Modality = modality
    made.ImageComments = "Synthetic phantom, no patient"
    made.SamplesPerPixel = 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.Rows, made.Columns = pixels.shape
    made.BitsAllocated = made.BitsStored = 8 * pixels.itemsize
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.PixelData = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    made["PixelData"].VR = "OB" if pixels.itemsize == 1 else "OW"
    for keyword, value in header.items():
        setattr(made, keyword, value)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save_as(path, enforce_file_format=True)
