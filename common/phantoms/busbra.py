"""Phantoms in the published layout of BUS-BRA (Gomez-Flores et al., Medical Physics 51:3110, 2024)."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ..files import write_text
from .draw import from_block, in_turn, stream
from .examinations import draw_examination
from .folder import LICENCE, PhantomFolder, phantom_folder
from .lesions import Lesion, another_view, draw_lesion
from .ultrasound import breast_image

NAME = "busbra"

LABELS = ("malignant",) * 8 + ("benign",) * 17
"""Patients of each class: 8/25 = 0.32 are malignant, as 342 of the original's 1,064."""

SIDES = ("lr", "lr", "lr", "s")
"""Views of a patient: 3/4 have two, as 811 of the original's 1,064."""

SIDE_NAMES = {"l": "left", "r": "right", "s": "single"}

BIRADS_LIMITS = (-1.2, 0.0, 1.8)
"""Suspicion from which the reader of the phantoms says BI-RADS 3, 4 and 5."""

COLUMNS = ("ID", "Case", "Histology", "Pathology", "BIRADS", "Device", "Width", "Height", "Side", "BBOX")

ROLES = ("0", "1", "1", "1", "1")
"""Of the images that a fold does not test, one in five validates (0) and four train (1), as in the original."""


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `Images`, `Masks`, `bus_data.csv` and the fold tables, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        numbers = tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None)
        rows = [row for patient in numbers for row in _patient(folder, patient)]
        folder.save_table("bus_data.csv", COLUMNS, rows)
        for folds in (5, 10):
            folder.save_table(f"{folds}-fold-cv.csv", *_fold_table(rows, folds, seed=seed))
        write_text(folder.root / "LICENSE.txt", LICENCE)
    return len(rows)


def _patient(folder: PhantomFolder, patient: int) -> Iterator[Sequence[object]]:
    """Write the images of one patient and yield their rows of `bus_data.csv`."""
    seed, difficulty = folder.record["seed"], folder.record["difficulty"]
    examination = draw_examination(patient, seed=seed, key=NAME)
    label = from_block(LABELS, patient - 1, seed=seed, key=f"{NAME} label")
    lesion = draw_lesion(stream(seed, NAME, patient), malignant=label == "malignant", difficulty=difficulty)
    findings = _histology(lesion, label), label, _birads(lesion)
    for view, side in enumerate(from_block(SIDES, patient - 1, seed=seed, key=f"{NAME} sides")):
        generator = stream(seed, NAME, patient, view)
        image, (mask,), truth = breast_image(generator, examination, [another_view(generator, lesion)])
        name = f"{patient:04d}-{side}"
        folder.save(f"Images/bus_{name}.png", image)
        folder.save(f"Masks/mask_{name}.png", mask, mode="1")
        folder.plant(f"Images/bus_{name}.png", {"patient": patient, "label": label, **truth})
        size = image.shape[1], image.shape[0]
        yield f"bus_{name}", patient, *findings, examination.device.name, *size, SIDE_NAMES[side], _box(mask)


def _histology(lesion: Lesion, label: str) -> str:
    if label == "malignant":
        return "invasive ductal carcinoma"
    return "cyst" if lesion.cyst else "fibroadenoma"


def _birads(lesion: Lesion) -> int:
    return 2 if lesion.cyst else 2 + int(np.searchsorted(BIRADS_LIMITS, lesion.suspicion))


def _box(mask: npt.NDArray[np.bool_]) -> str:
    """Return the BBOX of a mask as the original counts it: "[left,top,width,height]" from 1, last minus first pixel."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return f"[{columns[0] + 1},{rows[0] + 1},{columns[-1] - columns[0]},{rows[-1] - rows[0]}]"


def _fold_table(
    rows: Iterable[Sequence[object]], folds: int, *, seed: int
) -> tuple[Sequence[str], list[Sequence[object]]]:
    """Return the columns and rows of `N-fold-cv.csv`.

    valid_k is NaN where fold k (kFold) tests, 0 where it validates, 1 where it trains. Patients never cross test folds;
    validation images are drawn one by one and share patients with training.
    """
    numbers = range(1, folds + 1)
    key = f"{NAME} {folds} folds"
    tests = {label: in_turn(numbers, seed=seed, key=f"{key} {label}") for label in LABELS}
    roles = {(label, k): in_turn(ROLES, seed=seed, key=f"{key} {label} {k}") for label in LABELS for k in numbers}
    tested: dict[object, int] = {}
    table: list[Sequence[object]] = []
    for name, patient, _, label, *_ in rows:
        if patient not in tested:
            tested[patient] = next(tests[str(label)])
        cells = ["NaN" if k == tested[patient] else next(roles[str(label), k]) for k in numbers]
        table.append((name, label, tested[patient], *cells))
    return ("ID", "Pathology", "kFold", *(f"valid_{k}" for k in numbers)), table
