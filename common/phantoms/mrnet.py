"""Phantoms in the published layout of MRNet (Bien et al., PLoS Medicine 15:e1002699, 2018), sagittal plane only."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..files import write_text
from .draw import from_block, stream
from .folder import PhantomFolder, phantom_folder
from .knee import Knee, draw_knee, knee_slices

NAME = "mrnet"

ROOT = "MRNet-v1.0"
"""The folder inside the original's archive."""

PARTS = ("train",) * 4 + ("valid",)
"""Examinations of each part. The original has 1,130 and 120: too few to test on in a small set."""

TEARS = (*((False, False),) * 5, *((False, True),) * 3, (True, False), (True, True))
"""Torn ligament and torn meniscus of an examination: 0.2 and 0.4, as 262 and 449 of the original's 1,250."""

NO_VOLUME, UNLISTED, OTHER_SHAPE = "listed without a volume", "volume that no table lists", "volume of another shape"
"""Faults of an incomplete download that are planted."""

FAULTS: dict[str, Callable[[int], bool]] = {
    NO_VOLUME: lambda patient: patient % 40 == 3,
    UNLISTED: lambda patient: patient % 40 == 5,
    OTHER_SHAPE: lambda patient: patient % 40 == 7,
}
"""Which examinations have one."""


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `MRNet-v1.0/{train,valid}` with one examination for each patient, and return the number of slices.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    tables: dict[str, str] = {f"{part}-{task}.csv": "" for part in PARTS for task in ("abnormal", "acl", "meniscus")}
    slices = 0
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        for patient in tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None):
            torn = draw_tears(patient, seed=seed, key=NAME)
            knee = draw_knee(stream(seed, NAME, patient), **torn, difficulty=difficulty)
            part, name = from_block(PARTS, patient - 1, seed=seed, key=f"{NAME} part"), f"{patient - 1:04d}"
            slices += _add_volume(folder, patient, knee, torn, f"{ROOT}/{part}/sagittal/{name}.npy")
            if not FAULTS[UNLISTED](patient):
                findings = {"abnormal": any(torn.values()), "acl": torn["ligament"], "meniscus": torn["meniscus"]}
                for task, value in findings.items():
                    tables[f"{part}-{task}.csv"] += f"{name},{int(value)}\n"
        for table, text in tables.items():
            write_text(folder.root / ROOT / table, text)
    return slices


def draw_tears(patient: int, *, seed: int, key: str) -> dict[str, bool]:
    """Return which of `ligament` (the anterior cruciate) and `meniscus` patient `patient`, counted from 1, has torn."""
    ligament, meniscus = from_block(TEARS, patient - 1, seed=seed, key=f"{key} tears")
    return {"ligament": ligament, "meniscus": meniscus}


def _add_volume(folder: PhantomFolder, patient: int, knee: Knee, torn: dict[str, bool], path: str) -> int:
    """Write a volume as uint8 (slices, 256, 256), unless it is one of the faulty ones; return its number of slices."""
    for kind, when in FAULTS.items():
        if when(patient):
            folder.plant_fault(kind, path)
    if FAULTS[NO_VOLUME](patient):
        return 0
    volume = np.stack([*knee_slices(knee, range(knee.slices), seed=folder.record["seed"], key=NAME, number=patient)])
    if FAULTS[OTHER_SHAPE](patient):
        volume = volume[:, ::2, ::2]
    np.save(folder.file(path), volume)
    folder.plant(path, {"patient": patient, "torn": torn, **asdict(knee)})
    return len(volume)
