"""Masks of DICOM images, as a DICOM segmentation that refers to them (PS3.3 A.51), written by highdicom."""

import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ImageError, MaskError
from ...files import write_atomically
from ..sizes import require_size
from . import png

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9001
"""Behind those that a scanner counts; a series is told by its UID."""

MANUFACTURER, MODEL = "RadImageNet as MONAI bundles", "lesion segmentation"
"""What the segmentation says that it comes from."""

_PLACED = ("FrameOfReferenceUID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
"""Without these a segmentation refers to nothing."""

_MAY_BE_EMPTY = (
    *("PatientID", "PatientName", "PatientBirthDate", "PatientSex"),
    *("AccessionNumber", "StudyID", "StudyDate", "StudyTime", "ReferringPhysicianName"),
)
"""Type 2 of the Patient and General Study modules: files that lack them altogether count as empty."""

logger = logging.getLogger(__name__)


def write(masks: Mapping[str, NDArray[np.bool_]], source: Path, stem: Path) -> list[Path]:
    """Write `<stem>.dcm`, the masks of a file's frames, and return its path; PNGs where the source has no geometry.

    Frames without a lesion are left out of it. Patient and study are the source's, as a segmentation must have them.

    Raises:
        ImageError: The source's header cannot be read.
        MaskError: A mask of another size, a header that carries no segmentation, or highdicom is not installed.
    """
    from ..decode.dicom.quiet import quietly

    with quietly():
        dataset = _header(source)
        frames = int(dataset.get("NumberOfFrames") or 1)
        for mask in masks.values():
            require_size(mask, (int(dataset.Rows), int(dataset.Columns)), source)
        if lacking := _lacking(dataset, frames):
            _say_once(lacking)
            return png.write(masks, stem)
        shown = np.zeros((frames, int(dataset.Rows), int(dataset.Columns)), np.uint8)
        for frame, mask in masks.items():
            shown[int(frame or 0)] = mask
        segmentation = _segmentation(dataset, shown, source)
        path = stem.with_name(f"{stem.name}.dcm")
        write_atomically(path, lambda file: segmentation.save_as(file, enforce_file_format=True))
    return [path]


def _header(source: Path) -> "Dataset":
    from pydicom import dcmread

    try:
        dataset = dcmread(source, stop_before_pixels=True, force=True)
        int(dataset.Rows), int(dataset.Columns), int(dataset.get("NumberOfFrames") or 1)
        return dataset
    except Exception as error:
        # As in `decode.dicom.read`: any class, and a text that may quote the file.
        raise ImageError(f"{source}: damaged DICOM ({type(error).__name__}): export it again") from error


def _lacking(dataset: "Dataset", frames: int) -> str:
    """Return what a file lacks to say where its pixels lie in the patient; empty if nothing."""
    from ..decode.dicom.geometry import affine_of

    if any(affine_of(dataset, frame) is None for frame in range(frames)):
        return "a position and orientation"
    return next((keyword for keyword in _PLACED if not dataset.get(keyword)), "")


@cache
def _say_once(lacking: str) -> None:
    logger.warning("some DICOM images, such as most ultrasound, lack %s: their masks are written as PNG", lacking)


def _segmentation(dataset: "Dataset", masks: NDArray[np.uint8], source: Path) -> Any:
    try:
        import highdicom
    except ImportError as error:
        raise MaskError(f"{source}: a DICOM segmentation is written by highdicom: pip install highdicom") from error
    from pydicom.sr.codedict import codes
    from pydicom.uid import generate_uid

    _complete(dataset)
    lesion = highdicom.seg.SegmentDescription(
        segment_number=1,
        segment_label="Lesion",
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Lesion,
        algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=highdicom.AlgorithmIdentificationSequence(
            name=MODEL, family=codes.DCM.ArtificialIntelligence, version=highdicom.__version__
        ),
    )
    try:
        return highdicom.seg.Segmentation(
            source_images=[dataset],
            pixel_array=masks,
            segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY,
            segment_descriptions=[lesion],
            # Functions of the source and the masks, so that writing them again does not make a second object.
            series_instance_uid=generate_uid(entropy_srcs=[dataset.SeriesInstanceUID, MODEL]),
            sop_instance_uid=generate_uid(entropy_srcs=[dataset.SOPInstanceUID, masks.tobytes().hex()]),
            series_number=SERIES_NUMBER,
            instance_number=int(dataset.get("InstanceNumber") or 1),
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MODEL,
            software_versions=f"highdicom {highdicom.__version__}",
            device_serial_number="0",
        )
    except Exception as error:
        # highdicom's text may quote the header.
        raise MaskError(
            f"{source}: its header does not carry a segmentation ({type(error).__name__}): export it again"
        ) from error


def _complete(dataset: "Dataset") -> None:
    """Add what highdicom asks of a header, and what it would make up: 1 mm between a single slice and the next.

    Spacings that a file of one slice does not state are as `decode.dicom.geometry` reads them.
    """
    for keyword in _MAY_BE_EMPTY:
        if keyword not in dataset:
            setattr(dataset, keyword, None)
    if "PixelSpacing" in dataset:
        apart, thick = dataset.get("SpacingBetweenSlices"), dataset.get("SliceThickness")
        dataset.SliceThickness, dataset.SpacingBetweenSlices = thick or apart or 1, apart or thick or 1
