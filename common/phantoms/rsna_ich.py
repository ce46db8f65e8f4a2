"""Phantoms in the layout of RSNA Intracranial Hemorrhage Detection 2019: DICOM slices and a long table of labels."""

import warnings
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from ..files import write_text
from .bleeds import SUBTYPES
from .dicom import save_dicom
from .draw import stream
from .folder import LICENCE, PhantomFolder, phantom_folder
from .head import SIDE
from .heads import Slice, slices_of

NAME = "rsna_ich"

FOLDER = "stage_2_train"

CORRUPT_NAME = "ID_6431af929"
"""The original's slice that is damaged; here the first slice of the second patient."""

REPEATED, CORRUPT = "repeated lines", "corrupt file"
"""Faults of the original that are planted: its table has the lines of four slices twice, and one file is cut off."""

EVERY = 10
"""Of so many patients one has a slice whose lines are repeated."""

INTERCEPT = -1024
"""Hounsfield units of the stored value 0."""

SPACING = 5.0
"""Millimetres from slice to slice, as the original's commonest."""


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `stage_2_train` and `stage_2_train.csv`, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        numbers = tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None)
        lines = [line for patient in numbers for line in _patient(folder, patient)]
        write_text(folder.root / f"{FOLDER}.csv", "".join(["ID,Label\n", *lines]))
        write_text(folder.root / "LICENSE.txt", LICENCE)
    return len(folder.images)


def _patient(folder: PhantomFolder, patient: int) -> Iterator[str]:
    """Write the slices of one patient and yield their lines of the table; no name tells whose a slice is."""
    seed = folder.record["seed"]
    for one in slices_of(patient, seed=seed, key=NAME, difficulty=folder.record["difficulty"]):
        corrupt = (patient, one.number) == (2, 1)
        name = CORRUPT_NAME if corrupt else _name(seed, "slice", patient, one.number)
        path = f"{FOLDER}/{name}.dcm"
        _save(folder.root / path, one, patient=_name(seed, "patient", patient), study=_name(seed, "study", patient))
        folder.plant(path, one.truth)
        lines = [f"{name}_{subtype},{int(subtype in one.subtypes)}\n" for subtype in SUBTYPES]
        yield from [*lines, f"{name}_any,{int(bool(one.subtypes))}\n"]
        if corrupt:
            content = (folder.root / path).read_bytes()
            (folder.root / path).write_bytes(content[: len(content) // 2])
            folder.plant_fault(CORRUPT, path, of=path)
        if patient % EVERY == 1 and one.number == 1:
            folder.plant_fault(REPEATED, path, of=path)
            yield from [*lines, f"{name}_any,{int(bool(one.subtypes))}\n"]


def _name(seed: int, *key: str | int) -> str:
    return f"ID_{int(stream(seed, NAME, 'name', *key).integers(16**9)):09x}"


def _save(path: Path, one: Slice, *, patient: str, study: str) -> None:
    """Write a slice as the original's are: Hounsfield units above -1024, the brain's window, its place in space."""
    position = [-SIDE / 4, -SIDE / 4, SPACING * one.number]
    header = {
        "PatientID": patient,
        "StudyInstanceUID": study,
        "ImagePositionPatient": position,
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [0.5, 0.5],
        "RescaleIntercept": INTERCEPT,
        "RescaleSlope": 1,
        "WindowCenter": 40,
        "WindowWidth": 80,
    }
    with warnings.catch_warnings():
        # The original's anonymous study names, ID_x, are no valid UIDs either.
        warnings.simplefilter("ignore")
        save_dicom(path, one.hounsfield - INTERCEPT, modality="CT", header=header)
