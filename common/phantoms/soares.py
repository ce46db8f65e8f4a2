"""Phantoms in the published layout of Soares's SARS-CoV-2 CT-scan set (medRxiv 2020.04.24.20078584)."""

from pathlib import Path

from tqdm import tqdm

from .draw import from_block, stream
from .folder import PhantomFolder, phantom_folder
from .lung_ct import slices_of

NAME = "soares"

STEMS = {"COVID": "Covid", "non-COVID": "Non-Covid"}
"""Folders, and what their files are called."""

SLICES = (1, 2, 3, 4)
"""Slices of a patient. The original names no patients; the sidecar does."""

SIDES = (240, 420)
"""Least and greatest width in pixels; the original's slices are cut to the body, each to a size of its own."""

EXACT, CONFLICT = "exact duplicate", "conflicting duplicate"
"""Faults: an image filed twice, under its own class or under the other, by which patients (of twenty)."""

FAULTS = {4: EXACT, 8: CONFLICT}


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `COVID/Covid (1).png` ... and `non-COVID/Non-Covid (1).png` ..., and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        for patient in tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None):
            _add_patient(folder, patient)
            if kind := FAULTS.get(patient % 20):
                _add_fault(folder, kind, patient)
    return len(folder.images)


def _add_patient(folder: PhantomFolder, patient: int) -> None:
    seed = folder.record["seed"]
    label = from_block(tuple(STEMS), patient - 1, seed=seed, key=f"{NAME} label")
    drawn = slices_of(
        folder.record,
        patient,
        ill=label == "COVID",
        diffuse=True,
        scan=0,
        amount=from_block(SLICES, patient - 1, seed=seed, key=f"{NAME} slices"),
        size=int(stream(seed, NAME, "size", patient).integers(*SIDES)),
    )
    for image, truth in drawn:
        margin = len(image) // 8
        path = _next(folder, label)
        folder.save(path, image[margin:-margin], mode="RGB")
        folder.plant(path, {"patient": patient, "label": label, **truth})


def _next(folder: PhantomFolder, label: str) -> str:
    """Return the path under the next number of a class."""
    return f"{label}/{STEMS[label]} ({1 + sum(entry['label'] == label for entry in folder.images.values())}).png"


def _add_fault(folder: PhantomFolder, kind: str, patient: int) -> None:
    copies = {fault["image"] for fault in folder.faults}
    sources = [path for path in folder.images if path not in copies]
    source = sources[int(stream(folder.record["seed"], NAME, kind, patient).integers(len(sources)))]
    label = folder.images[source]["label"]
    if kind == CONFLICT:
        (label,) = set(STEMS) - {label}
    folder.copy(kind, _next(folder, label), of=source, label=label)
