"""Phantoms in the published layout of CC-CCII (Zhang et al., Cell 181:1423, 2020), faults included."""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from .draw import from_block, stream
from .folder import PhantomFolder, phantom_folder
from .lung_ct import slices_of

NAME = "cc_ccii"

LABELS = ("NCP", "CP", "Normal")
"""Patients of each class: about as many of each, as in the original."""

SCANS = (1, 1, 2)
"""Scans of a patient; the original has 1.5 on average."""

SLICES = (4, 5, 6)
"""Slices of a scan. The original has tens to hundreds; what a network learns, it learns from the patients."""

ENDINGS = ("png", "png", "png", "jpg")
"""File formats of a patient's slices."""

GAP, MIXED, DISORDER, STRAY = "numbers missing", "mixed endings", "wrong order", "not in a scan"
"""Faults of the original, which its users report, and by which patients (of twenty) they are planted."""

FAULTS = {2: GAP, 4: MIXED, 6: DISORDER, 8: STRAY}


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `{NCP,CP,Normal}/PATIENT/SCAN/SLICE.{png,jpg}`, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        for patient in tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None):
            label = from_block(LABELS, patient - 1, seed=seed, key=f"{NAME} label")
            for scan in range(from_block(SCANS, patient - 1, seed=seed, key=f"{NAME} scans")):
                _add_scan(folder, patient, label, scan, fault=FAULTS.get(patient % 20, "") if scan == 0 else "")
    return len(folder.images)


def _add_scan(folder: PhantomFolder, patient: int, label: str, scan: int, *, fault: str) -> None:
    """Write the slices of one scan, numbered from the apex down unless that is the fault."""
    seed = folder.record["seed"]
    amount = from_block(SLICES, 2 * patient + scan, seed=seed, key=f"{NAME} slices")
    ending = from_block(ENDINGS, patient - 1, seed=seed, key=f"{NAME} ending")
    place = f"{label}/{patient}/{1000 + 2 * patient + scan}"
    drawn = slices_of(
        folder.record, patient, ill=label != "Normal", diffuse=label == "NCP", scan=scan, amount=amount, size=512
    )
    for number, (image, truth) in zip(_numbers(amount, fault, stream(seed, NAME, patient, fault)), drawn, strict=True):
        own = "jpg" if fault == MIXED and number % 2 else "png" if fault == MIXED else ending
        path = f"{place}/{number:04d}.{own}"
        if fault == STRAY and number == 1:
            path = f"{label}/{patient}/{number:04d}.{own}"
            folder.plant_fault(fault, path)
        folder.save(path, image)
        folder.plant(path, {"patient": patient, "label": label, **truth})
    if fault and fault != STRAY:
        folder.plant_fault(fault, place)


def _numbers(amount: int, fault: str, generator: np.random.Generator) -> list[int]:
    numbers = list(range(1, amount + 1))
    if fault == GAP:
        return [*numbers[:-1], amount + 7]
    return [int(number) for number in generator.permutation(numbers)] if fault == DISORDER else numbers
