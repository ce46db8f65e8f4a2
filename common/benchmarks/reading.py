"""Our reading chain beside MONAI's plain one on the same pictures in every kind of file: `read`."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import nibabel
import numpy as np
import numpy.typing as npt
import torch
from monai.transforms import Compose, EnsureChannelFirstd, LoadImaged, Resized, ScaleIntensityd
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

from ..io import ReadImaged
from ..phantoms.draw import stream
from ..phantoms.examinations import draw_examination
from ..phantoms.lesions import draw_lesion
from ..phantoms.ultrasound import breast_image
from .rounds import seconds_per_step
from .table import Goal, Measurement

Pixels = npt.NDArray[np.uint8]

OURS, MONAIS, SAFE = "ours", "MONAI's", "ours, trusted=False"

QUALITY = 90
"""Of JPEG, 1-100: Pillow's own 75 is for photographs, archives of radiology keep more."""

FASTER = 2.5
"""What our chain should gain on PNG and JPEG, the files of the published data sets."""


def _png(path: Path, pixels: Pixels) -> None:
    Image.fromarray(pixels).save(path)


def _jpeg(path: Path, pixels: Pixels) -> None:
    path.write_bytes(_jpeg_bytes(pixels))


def _dicom(path: Path, pixels: Pixels) -> None:
    _ultrasound(pixels).save_as(path, enforce_file_format=True)


def _dicom_jpeg(path: Path, pixels: Pixels) -> None:
    made = _ultrasound(pixels)
    made.file_meta.TransferSyntaxUID = UID(JPEGBaseline8Bit)
    made.PixelData = encapsulate([_jpeg_bytes(pixels)])
    made.save_as(path, enforce_file_format=True)


def _dicom_jpeg_2000(path: Path, pixels: Pixels) -> None:
    made = _ultrasound(pixels)
    made.compress(JPEG2000Lossless, generate_instance_uid=False)
    made.save_as(path, enforce_file_format=True)


def _nifti(path: Path, pixels: Pixels) -> None:
    nibabel.save(nibabel.Nifti1Image(pixels.T, np.eye(4)), path)


def _jpeg_bytes(pixels: Pixels) -> bytes:
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "JPEG", quality=QUALITY)
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
    "JPEG": Kind(".jpg", _jpeg, FASTER),
    "DICOM raw": Kind(".dcm", _dicom),
    "DICOM JPEG baseline": Kind(".dcm", _dicom_jpeg),
    "DICOM JPEG 2000": Kind(".dcm", _dicom_jpeg_2000),
    "NIfTI": Kind(".nii.gz", _nifti),
    "NPY": Kind(".npy", np.save),
}
"""By name in the table; all hold the same grey pictures, 8 bits."""


def measure(folder: Path, *, images: int, size: int, rounds: int) -> Measurement:
    """Return the images per second on one core of each chain for each kind of file, from path to `(1, size, size)`.

    The pictures are phantoms of breast ultrasound at BUS-BRA's sizes; files lie in the disk's cache.

    Args:
        folder: An empty folder to work in.
        images: Pictures of a round.
        size: Rows and columns of an image.
        rounds: How many rounds.
    """
    load = os.getloadavg()[0]
    paths = _written(folder, images)
    chains = _chains(size)
    rows: dict[str, list[float]] = {_row(kind, name): [] for kind, name in chains}
    with _one_core():
        for _ in tqdm(range(rounds), desc="read", unit="round", disable=None):
            for (kind, name), chain in chains.items():
                rows[_row(kind, name)].append(1 / _seconds_per_image(chain, paths[kind]))
    return Measurement(
        title=f"read: {images} images to {size} x {size} on one core, {rounds} rounds",
        unit="images/s",
        reference=_row("PNG", MONAIS),
        rounds=rows,
        goals=(
            *(_goal(kind, OURS, MONAIS, at_least=KINDS[kind].at_least) for kind in KINDS),
            _goal("PNG", SAFE, OURS),
        ),
        load=load,
    )


def _written(folder: Path, images: int) -> dict[str, list[Path]]:
    """Write the pictures in every kind, and return the paths by kind."""
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


def _chains(size: int) -> dict[tuple[str, str], Compose]:
    """Return the chains by kind and name; ours is one and the same for every kind."""
    ours, safe = (_ours(size, trusted=trusted) for trusted in (True, False))
    flat, slices = _monais(size, size), _monais(size, size, 1)
    chains = {}
    for name, kind in KINDS.items():
        chains[name, OURS] = ours
        # Of a DICOM file MONAI's reader makes a volume of one slice, and `Resized` wants its thickness too.
        chains[name, MONAIS] = slices if kind.suffix == ".dcm" else flat
    return {**chains, ("PNG", SAFE): safe}


def _ours(size: int, *, trusted: bool) -> Compose:
    return Compose([ReadImaged("image", trusted=trusted), Resized("image", (size, size), mode="area")])


def _monais(*sides: int) -> Compose:
    return Compose(
        [LoadImaged("image"), EnsureChannelFirstd("image"), ScaleIntensityd("image"), Resized("image", sides)]
    )


def _seconds_per_image(chain: Compose, paths: list[Path]) -> float:
    items = cycle({"image": str(path)} for path in paths)
    return seconds_per_step(lambda: chain(next(items)), steps=len(paths))


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep torch to one thread; and, where the system can, whatever this process starts to one core.

    JPEG 2000 in MONAI's ITK takes all cores otherwise, and the decoder of `trusted=False` is a process of its own.
    """
    threads = torch.get_num_threads()
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    torch.set_num_threads(1)
    if cores:
        os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        if cores:
            os.sched_setaffinity(0, cores)


def _row(kind: str, chain: str) -> str:
    return f"{kind}: {chain}"


def _goal(kind: str, of: str, to: str, *, at_least: float | None = None) -> Goal:
    return Goal(name=f"{kind}: {of} / {to}", of=_row(kind, of), to=_row(kind, to), at_least=at_least)
