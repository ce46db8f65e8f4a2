"""Phantoms in the layout of CT-ICH (Hssayeni et al., Data 5:14, 2020) as JPEG: labels.csv and brain/."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ..files import write_text
from .bleeds import SUBTYPES
from .folder import LICENCE, PhantomFolder, phantom_folder
from .heads import Slice, slices_of

NAME = "ct_ich"

FIRST = 48
"""The original's patients are numbered from 49."""

CENTRE, WIDTH = 40, 120
"""Window in which the original was saved, Hounsfield units."""

SIDE = 650
"""Pixels of the original's pictures, across and down."""

COLUMNS = ("image", "patient", "slice", "hemorrhage", *SUBTYPES, "fracture")

UNLISTED, CONTRADICTORY = "unlisted picture", "contradictory labels"
"""Faults that are planted: a picture without a line in the table; a line that says hemorrhage 0 and names a subtype."""

EVERY = 10
"""Of so many patients one has an unlisted picture, and the next a contradictory line."""


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `brain` and `labels.csv`, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        numbers = tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None)
        rows = [row for patient in numbers for row in _patient(folder, patient)]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
        write_text(folder.root / "labels.csv", text.getvalue())
        write_text(folder.root / "LICENSE.txt", LICENCE)
    return len(folder.images)


def _patient(folder: PhantomFolder, patient: int) -> Iterator[tuple[object, ...]]:
    """Write the slices of one patient and yield their lines of the table."""
    name = ""
    slices = slices_of(patient, seed=folder.record["seed"], key=NAME, difficulty=folder.record["difficulty"])
    for one in slices:
        name = _save(folder, patient, one)
        subtypes = one.subtypes
        verdict = bool(subtypes)
        if patient % EVERY == 1 and one.number == 1:
            folder.plant_fault(CONTRADICTORY, name, of=name)
            verdict, subtypes = False, ("epidural",)
        given = [int(subtype in subtypes) for subtype in SUBTYPES]
        yield name, FIRST + patient, one.number, int(verdict), *given, 0
    if patient % EVERY == 0:
        folder.plant_fault(UNLISTED, _save(folder, patient, one._replace(number=one.number + 1)), of=name)


def _save(folder: PhantomFolder, patient: int, one: Slice) -> str:
    from PIL import Image

    name = f"brain/{FIRST + patient}{one.number}.jpg"
    path = folder.root / name
    path.parent.mkdir(exist_ok=True)
    picture = Image.fromarray(windowed(one.hounsfield)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    picture.save(path, "JPEG", quality=90, comment=b"Synthetic: a phantom, no patient")
    folder.plant(name, one.truth)
    return name


def windowed(hounsfield: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
    """Return Hounsfield units through the original's window, uint8."""
    return np.clip((hounsfield - (CENTRE - WIDTH / 2)) * (255 / WIDTH), 0, 255).astype(np.uint8)
