"""MRNet: MR examinations of the knee from Stanford, read for tears of the anterior cruciate ligament and the menisci.

    MRNet-v1.0/train/sagittal/0000.npy    uint8 (slices, 256, 256); also axial and coronal, which are not read
    MRNet-v1.0/train-acl.csv              0000,1 ... without a header: the exam, and whether it is torn
    MRNet-v1.0/valid/sagittal/1130.npy, valid-acl.csv, train-meniscus.csv, valid-meniscus.csv

One row per sagittal slice, `frame` counts them from 0. The label is the exam's: most slices of a torn ligament do not
show it, so judge by the results per exam, which are pooled. No patient ids are published (1,250 exams are of 1,199
patients, each within one of the publisher's parts), so an exam stands for a patient.

The publisher's validation set is `test` here, and a part of its training set validates: its own test set is not public.

The paper trained on slices picked by hand; its lists (`--official-splits CLONE/acl/dataframe`) name them as pictures,
`0000_sagittal_11.000000.png`. The authors do not say from where they count: 11 is taken for frame 11, the twelfth.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..errors import DatasetError
from . import Published
from .index import Row

FOLDER = "MRNet-v1.0"

PLANE = "sagittal"
"""The plane that Mei et al. (Radiology: AI 2022) took their slices from."""

SIDE = 256
"""Pixels of a slice, down and across."""

PART_OF_FOLDER = {"train": "train", "valid": "test"}
"""The publisher's folder, and what it is to us."""

LABEL_OF_VALUE = {"0": "intact", "1": "torn"}

UNREADABLE = "unreadable"
"""First word of a reason for which the preparation does not count an image as there."""


def list_images(source: Path, *, task: str) -> tuple[Path, list[Row]]:
    """Return the root, which holds `MRNet-v1.0`, and a row per slice; one for a volume that cannot be used.

    Args:
        source: The folder `MRNet-v1.0`, whatever it is called, or what holds it.
        task: `acl` or `meniscus`.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    inner = source if (source / "train").is_dir() else source / FOLDER
    needed = [name for part in PART_OF_FOLDER for name in (f"{part}/{PLANE}", f"{part}-{task}.csv")]
    missing = [name for name in needed if not (inner / name).exists()]
    if missing:
        raise DatasetError(f"{source} is not MRNet as published: {missing[0]} is missing; give the folder {FOLDER}")
    root = inner.resolve().parent
    return root, [row for part in PART_OF_FOLDER for row in _rows(inner, part, f"{part}-{task}.csv")]


def _rows(inner: Path, part: str, table: str) -> Iterator[Row]:
    values = _read(inner / table)
    volumes = {path.stem for path in (inner / part / PLANE).glob("*.npy")}
    for exam in sorted({*values, *volumes}):
        file = inner / part / PLANE / f"{exam}.npy"
        path = f"{inner.resolve().name}/{file.relative_to(inner).as_posix()}"
        if exam not in values:
            yield _row(path, frame="0", exclude=f"not listed in {table}")  # one slice stands for all: it has no patient
            continue
        known = {"label": LABEL_OF_VALUE.get(values[exam], ""), "patient": exam, "study": exam}
        slices, why = _slices(file) if exam in volumes else (0, f"{UNREADABLE}: {table} lists it, no such file")
        if not known["label"]:
            why = f"listed as both in {table}"
        frames = [str(frame) for frame in range(slices)] or [""]
        yield from (_row(path, frame=frame, exclude=why, split=PART_OF_FOLDER[part], **known) for frame in frames)


def _read(table: Path) -> dict[str, str]:
    """Return `0` or `1` by exam; `both` for an exam that is listed with either."""
    values: dict[str, str] = {}
    with table.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.reader(file):
            if not line:
                continue
            exam, value = line if len(line) == 2 else ("", "")
            if value not in LABEL_OF_VALUE:
                raise DatasetError(f"{table} is not MRNet's as published: a line is EXAM,0 or EXAM,1; got {line}")
            values[exam] = value if values.get(exam, value) == value else "both"
    return values


def _slices(path: Path) -> tuple[int, str]:
    """Return the number of slices, read from the file's header alone, or 0 and why the volume cannot be used."""
    import numpy as np

    try:
        volume = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return 0, f"{UNREADABLE}: damaged or truncated"
    if volume.ndim != 3 or volume.shape[1:] != (SIDE, SIDE) or volume.dtype != np.uint8:
        return 0, f"{UNREADABLE}: {volume.dtype} {volume.shape}, not uint8 (slices, {SIDE}, {SIDE})"
    return len(volume), ""


def _row(path: str, *, frame: str, exclude: str, **columns: str) -> Row:
    empty = dict.fromkeys(("mask", "crop", "label", "patient", "study", "split"), "")
    picture = f"{Path(path).stem}_{PLANE}_{frame}.000000.png" if frame else ""
    return {"image": path, "frame": frame, **empty, **columns, "exclude": exclude, "picture": picture}


ACL = Published(
    name="mrnet",
    title="MRNet, anterior cruciate ligament",
    origin="https://stanfordmlgroup.github.io/competitions/mrnet/",
    licence="Stanford University research use agreement: not to be redistributed, no commercial use",
    citation=(
        "N. Bien, P. Rajpurkar, R. L. Ball et al.: Deep-learning-assisted diagnosis for knee magnetic resonance "
        "imaging: Development and retrospective validation of MRNet. PLoS Medicine 15(11):e1002699, 2018"
    ),
    task="binary",
    class_names=("intact", "torn"),
    counts={"patients": 1250},
    list_images=partial(list_images, task="acl"),
)
"""Counts are of exams: 1,130 to train, 208 of them torn, and 120, 54 torn; the number of slices is not published."""

MENISCUS = replace(ACL, title="MRNet, menisci", list_images=partial(list_images, task="meniscus"))
"""Of the same exams 397 and 52 are torn."""

TASKS = {"acl": ACL, "meniscus": MENISCUS}
"""What `--task` may name."""

PUBLISHED = ACL
"""The problem without `--task`."""
