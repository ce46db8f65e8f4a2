"""Phantoms in the layout of the RadImageNet authors' repository: thyroid, breast, ligament and meniscus, five folds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy.typing as npt
from tqdm import tqdm

from ..files import write_text
from .busi import LABELS
from .ddti import draw_case, draw_frames
from .draw import from_block, in_turn, stream
from .examinations import draw_examination
from .folder import PhantomFolder, phantom_folder
from .knee import draw_knee, knee_slices, shows_ligament, shows_meniscus
from .lesions import another_view, draw_lesion
from .mrnet import draw_tears
from .ultrasound import breast_image

NAME = "radimagenet_repo"

FOLDS = range(1, 6)

PICKED = 3
"""Slices of an examination that the authors' reader picks at most: 2.4 and 8 in the original."""

ROLES = ("val",) + ("train",) * 7
"""Of the patients that a fold does not test, one in eight validates."""

MISSING, UNLISTED, TWO_LABELS, TWO_PARTS = (
    "listed, but missing",
    "listed in no fold",
    "listed under two labels",
    "listed in two parts",
)
"""Faults that are planted, each in one malignant image of the thyroid."""


@dataclass(frozen=True)
class Table:
    """How the authors write one problem.

    Args:
        folder: Of the problem.
        prefix: Of its tables' names.
        columns: Of its tables: image and label.
        positive: Label of a malignant or torn one.
        negative: Label of the rest.
    """

    folder: str
    prefix: str
    columns: tuple[str, str]
    positive: str
    negative: str


TABLES = {
    "thyroid": Table("thyroid", "thyroid_", ("img_dir", "label"), "malignant", "benign"),
    "breast": Table("breast", "breast_", ("filename", "label"), "malignant", "benign"),
    "acl": Table("acl", "", ("filename", "acl_label"), "yes", "no"),
    "meniscus": Table("meniscus", "meniscus_", ("img_dir", "label"), "p", "n"),
}

Picture = tuple[str, npt.NDArray[Any], bool, dict[str, Any]]
"""An image's name, its pixels, whether it is malignant or torn, and its truth."""


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `{thyroid,breast,acl,meniscus}/{images,dataframe}`, and return the number of images.

    Args:
        out: A new or empty folder.
        patients: Of each problem.
        seed: Another seed, other images.
        difficulty: 0: classes far apart, 1: alike.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    draw: dict[str, Callable[..., Iterator[Picture]]] = {
        "thyroid": _thyroid,
        "breast": _breast,
        "acl": partial(_slices, "ligament"),
        "meniscus": partial(_slices, "meniscus"),
    }
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        for task, table in TABLES.items():
            lines: list[tuple[int, str, bool]] = []
            for patient in tqdm(range(1, patients + 1), desc=f"{NAME} {task}", unit="patient", disable=None):
                for name, pixels, positive, truth in draw[task](patient, seed=seed, difficulty=difficulty):
                    path = f"{task}/images/{name}"
                    folder.save(path, pixels, mode="RGB")
                    folder.plant(path, {"patient": patient, "positive": positive, **truth})
                    lines.append((patient, f"images/{name}", positive))
            _write_tables(folder, table, lines)
        _plant_faults(folder)
    return len(folder.images)


def _thyroid(patient: int, *, seed: int, difficulty: float) -> Iterator[Picture]:
    """Yield the frames of a case of DDTI, if it has a TI-RADS: the authors left out the others."""
    case = draw_case(patient, seed=seed, difficulty=difficulty)
    if case.label:
        for view, (frame, _, truth) in enumerate(draw_frames(patient, case, seed=seed), start=1):
            yield f"{patient}_{view}.jpg", frame, case.label == "malignant", truth


def _breast(patient: int, *, seed: int, difficulty: float) -> Iterator[Picture]:
    """Yield one image of the breast, with a lesion or normal."""
    label = from_block(LABELS, patient - 1, seed=seed, key=f"{NAME} label")
    generator = stream(seed, NAME, "breast", patient)
    lesion = draw_lesion(generator, malignant=label == "malignant", difficulty=difficulty)
    seen = [] if label == "normal" else [another_view(generator, lesion)]
    image, _, truth = breast_image(generator, draw_examination(patient, seed=seed, key=NAME), seen)
    yield f"{label} ({patient}).png", image, label == "malignant", truth


def _slices(part: str, patient: int, *, seed: int, difficulty: float) -> Iterator[Picture]:
    """Yield a few slices that show the part of the knee."""
    torn = draw_tears(patient, seed=seed, key=NAME)
    knee = draw_knee(stream(seed, NAME, "knee", patient), **torn, difficulty=difficulty)
    shows = shows_ligament if part == "ligament" else shows_meniscus
    picked = [index for index in range(knee.slices) if shows(knee, index)][:PICKED]
    images = knee_slices(knee, picked, seed=seed, key=NAME, number=patient)
    for index, image in zip(picked, images, strict=True):
        yield f"{patient - 1:04d}_sagittal_{index}.000000.png", image, torn[part], asdict(knee)


def _write_tables(folder: PhantomFolder, table: Table, lines: Sequence[tuple[int, str, bool]]) -> None:
    """Write the tables of five folds, each of which tests other patients."""
    seed, key = folder.record["seed"], f"{NAME} {table.folder}"
    label_of = {patient: positive for patient, _, positive in lines}
    tests = {positive: in_turn(FOLDS, seed=seed, key=f"{key} {positive}") for positive in (False, True)}
    tested = {patient: next(tests[positive]) for patient, positive in label_of.items()}
    for fold in FOLDS:
        roles = {positive: in_turn(ROLES, seed=seed, key=f"{key} {positive} {fold}") for positive in (False, True)}
        parts = {patient: "test" if tested[patient] == fold else next(roles[label_of[patient]]) for patient in label_of}
        for part in ("train", "val", "test"):
            rows = [(image, label) for patient, image, label in lines if parts[patient] == part]
            named = [(image, table.positive if label else table.negative) for image, label in rows]
            folder.save_table(_path(table, part, fold), table.columns, named)


def _path(table: Table, part: str, fold: int) -> str:
    return f"{table.folder}/dataframe/{table.prefix}{part}_fold{fold}.csv"


def _plant_faults(folder: PhantomFolder) -> None:
    """Spoil the first images of four patients with a malignant nodule, where there are as many."""
    malignant = [path for path, truth in folder.images.items() if path.startswith("thyroid/") and truth["positive"]]
    firsts = [path for path in malignant if path.endswith("_1.jpg")]
    for kind, path in zip((MISSING, UNLISTED, TWO_LABELS, TWO_PARTS), firsts, strict=False):
        _spoil(folder, kind, path)
        folder.plant_fault(kind, path)


def _spoil(folder: PhantomFolder, kind: str, path: str) -> None:
    if kind == MISSING:
        (folder.root / path).unlink()
        del folder.images[path]
        return
    table, name = TABLES["thyroid"], path.removeprefix("thyroid/")
    files = [folder.root / _path(table, part, fold) for fold in FOLDS for part in ("train", "val", "test")]
    texts = {file: file.read_text() for file in files}
    line = f"{name},{table.positive}\n"
    holding = [file for file in files if line in texts[file]]
    if kind == UNLISTED:
        for file in holding:
            write_text(file, texts[file].replace(line, ""))
    elif kind == TWO_LABELS:
        write_text(holding[0], texts[holding[0]] + f"{name},{table.negative}\n")
    else:
        elsewhere = next(file for file in files[:3] if file not in holding)  # of the first fold
        write_text(elsewhere, texts[elsewhere] + line)
