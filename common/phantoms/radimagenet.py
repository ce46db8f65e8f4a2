"""Phantoms in the published layout of RadImageNet (Mei et al., Radiology: AI 4:e210315, 2022): all 165 classes."""

from collections import defaultdict
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from tqdm import tqdm

from ..pretraining.classes import class_table
from .anatomies import SIDE, Picture, anatomy
from .draw import from_block, stream
from .folder import PhantomFolder, phantom_folder

NAME = "radimagenet"

TREE = "radiology_ai"

TABLES = {"train": "RadiologyAI_train.csv", "val": "RadiologyAI_val.csv", "test": "RadiologyAI_test.csv"}

FIRST = ("train", "val", "test")
"""Parts of the first three patients of an anatomy, who show all of its classes: 33 patients fill every part."""

PARTS = ("train",) * 8 + ("val", "test")
"""Parts of the others."""

RARE = 0.85
"""Each class is shown by so many of the patients who show the one before it: a long tail, as the original's."""

CONTRAST = 110
"""Grey levels of a finding against its surroundings at difficulty 0."""

NO_FILE = "line without a file"
NO_LINE = "class folder without lines"
TWO_LABELS = "identical image under two labels"
TWO_PARTS = "file listed in two parts"
BLANK = "blank image"
FRAMES = "identical neighbouring frames"
UNKNOWN = "unknown label"
FAULTS = (NO_FILE, NO_LINE, TWO_LABELS, TWO_PARTS, BLANK, FRAMES, UNKNOWN)


class Finding(NamedTuple):
    """What a class looks like: a mark of one of six shapes, at one of five places, bright or dark."""

    shape: int
    down: float
    across: float
    sign: int


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write the tree and its three lists, and return the number of images. A patient has one anatomy, and one part.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    labels: dict[str, list[str]] = defaultdict(list)
    for its in class_table():
        labels[its.label.split("_")[1]].append(its.label)
    lines: dict[str, list[tuple[str, str]]] = {part: [] for part in TABLES}
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        turns = islice(cycle(labels), patients)
        for patient, code in enumerate(tqdm(turns, desc=NAME, total=patients, unit="patient", disable=None), start=1):
            visit = (patient - 1) // len(labels)
            part = FIRST[visit] if visit < len(FIRST) else from_block(PARTS, visit, seed=seed, key=f"{NAME} {code}")
            base = anatomy(code, patient, seed=seed, key=NAME)
            for number, label in enumerate(labels[code]):
                generator = stream(seed, NAME, patient, number)
                if visit < len(FIRST) or generator.random() < RARE**number:
                    path = f"{_folder(label)}/{code}{patient:06d}.png"
                    folder.save(path, _shown(generator, base, label, number, difficulty), mode="RGB", compression=1)
                    folder.plant(path, {"patient": patient, "label": label, "part": part})
                    lines[part].append((path, label))
        _add_faults(folder, lines)
        for part, table in TABLES.items():
            folder.save_table(table, ("filename", "label"), lines[part])
    return len(folder.images)


def _folder(label: str) -> str:
    modality, code, finding = label.split("_", 2)
    return f"{TREE}/{modality}/{finding}" if modality == "US" else f"{TREE}/{modality}/{code}/{finding}"


def finding_of(number: int) -> Finding:
    """Return what class `number` of its anatomy looks like."""
    down, across = ((0.5, 0.5), (0.32, 0.4), (0.32, 0.62), (0.66, 0.4), (0.66, 0.62))[number // 6 % 5]
    return Finding(number % 6, down, across, 1 if number % 2 else -1)


def _shown(generator: np.random.Generator, base: Picture, label: str, number: int, difficulty: float) -> Picture:
    """Return a patient's picture with the finding of a class in it: nothing in a normal one."""
    down, across = np.mgrid[: base.shape[0], : base.shape[1]].astype(np.float32)
    finding = finding_of(number)
    y = down / base.shape[0] - finding.down - float(generator.normal(0, 0.01))
    x = across / base.shape[1] - finding.across - float(generator.normal(0, 0.01))
    size = float(generator.uniform(0.06, 0.09))
    far = np.hypot(y, x)
    inside = (
        far < size,
        np.abs(far - size) < size / 3,
        (np.abs(y) < size / 4) & (np.abs(x) < 1.6 * size),
        (np.abs(x) < size / 4) & (np.abs(y) < 1.6 * size),
        np.minimum(np.abs(x), np.abs(y)) < np.where(far < 1.4 * size, size / 4, 0),
        np.maximum(np.abs(x), np.abs(y)) < size,
    )[finding.shape]
    contrast = 0 if label.endswith("_normal") else finding.sign * CONTRAST * (1 - difficulty)
    noise = 4 * generator.standard_normal(base.shape, np.float32)
    return np.clip(base + contrast * inside + noise, 0, 255).astype(np.uint8)


def _add_faults(folder: PhantomFolder, lines: dict[str, list[tuple[str, str]]]) -> None:
    """Plant one of each fault that the original has, or that a copy of it may have; no class loses an image by them."""
    first, label = lines["train"][0]
    other = lines["train"][1][1]
    names = {kind: f"{_folder(label)}/{kind.replace(' ', '-')}.png" for kind in FAULTS}
    truth = folder.images[first]
    folder.plant_fault(NO_FILE, names[NO_FILE])
    folder.copy(NO_LINE, f"{TREE}/MR/knee/unsorted/knee.png", of=first)
    folder.copy(TWO_PARTS, names[TWO_PARTS], of=first)
    folder.copy(UNKNOWN, names[UNKNOWN], of=first, label="MR_knee_unheard_of")
    folder.save(names[BLANK], np.zeros((SIDE, SIDE), np.uint8), mode="RGB")
    folder.plant(names[BLANK], truth)
    folder.plant_fault(BLANK, names[BLANK])
    with Image.open(folder.root / first) as image:
        folder.save(names[TWO_LABELS], np.asarray(image.convert("L"))[::-1], mode="RGB")
    folder.plant(names[TWO_LABELS], truth)
    double = f"{_folder(other)}/double.png"
    folder.copy(TWO_LABELS, double, of=names[TWO_LABELS], label=other)
    listed = [(names[kind], label) for kind in (NO_FILE, TWO_PARTS, BLANK, TWO_LABELS)]
    lines["train"] += [*listed, (double, other), (names[UNKNOWN], "MR_knee_unheard_of")]
    lines["test"].append((names[TWO_PARTS], label))
    for frame, its in [line for line in lines["train"] if line[1].startswith("US_")][:1]:
        neighbour = frame.replace(".png", "-next.png")
        folder.copy(FRAMES, neighbour, of=frame)
        lines["train"].append((neighbour, its))
