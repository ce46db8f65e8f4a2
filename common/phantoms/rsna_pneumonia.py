"""Phantoms in the published layout of the RSNA Pneumonia Detection Challenge (2018): DICOM and two tables."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from tqdm import tqdm

from .dicom import save_dicom
from .draw import from_block, stream
from .folder import PhantomFolder, phantom_folder
from .pneumonia import draw_pneumonia
from .radiograph import Box, draw_chest, radiograph

NAME = "rsna_pneumonia"

IMAGES = "stage_2_train_images"

NORMAL, OTHER, OPACITY = "Normal", "No Lung Opacity / Not Normal", "Lung Opacity"

FINDINGS = (NORMAL,) * 3 + (OTHER,) * 4 + (OPACITY,) * 2
"""Patients of each detailed class, in the proportions of the original's 8,851, 11,821 and 6,012."""

SIDE = 1024
"""Pixels, as in the original."""

BOXES = 4
"""The most boxes that the original has on one image."""

UNLISTED, ABSENT = "file without a row", "row without a file"
"""Faults, as an interrupted copy leaves them."""


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `stage_2_train_images`, the labels and the detailed classes, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        numbers = tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None)
        rows = [row for patient in numbers for row in _add_patient(folder, patient)]
        labels = [(name, *box, int(finding == OPACITY)) for name, box, finding in rows]
        folder.save_table("stage_2_train_labels.csv", ("patientId", "x", "y", "width", "height", "Target"), labels)
        classes = [(name, finding) for name, _, finding in rows]
        folder.save_table("stage_2_detailed_class_info.csv", ("patientId", "class"), classes)
    return len(folder.images)


def _add_patient(folder: PhantomFolder, patient: int) -> Iterator[tuple[str, Box | tuple[str, ...], str]]:
    """Write the image of one patient, and yield a row for each of its boxes, or one without."""
    seed, difficulty = folder.record["seed"], folder.record["difficulty"]
    finding = from_block(FINDINGS, patient - 1, seed=seed, key=f"{NAME} finding")
    generator = stream(seed, NAME, patient)
    name = str(UUID(bytes=generator.bytes(16), version=4))
    chest = draw_chest(generator)
    if finding == OTHER:
        chest = replace(chest, heart=1.25 * chest.heart)
    diffuse = bool(generator.integers(2))
    pneumonia = draw_pneumonia(generator, ill=finding == OPACITY, diffuse=diffuse, difficulty=difficulty)
    header = {
        "PatientID": name,
        "PatientSex": "FM"[int(generator.integers(2))],
        "PatientAge": f"{int(generator.integers(18, 90)):03d}Y",
        "ViewPosition": ("PA", "AP")[int(generator.integers(2))],
        "BodyPartExamined": "CHEST",
        "PixelSpacing": [0.168, 0.168],
    }
    image, boxes, truth = radiograph(stream(seed, NAME, patient, 0), chest, pneumonia, size=(SIDE, SIDE))
    path = f"{IMAGES}/{name}.dcm"
    if patient % 20 == 4:
        folder.plant_fault(ABSENT, path)
    else:
        save_dicom(folder.root / path, image, modality="CR", header=header, jpeg=True)
        folder.plant(path, {"patient": patient, "label": finding, **truth})
    if patient % 20 == 5:
        folder.plant_fault(UNLISTED, path)
        return
    for box in boxes[:BOXES] if finding == OPACITY else [("", "", "", "")]:
        yield name, box, finding
