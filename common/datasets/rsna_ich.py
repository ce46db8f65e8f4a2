"""RSNA Intracranial Hemorrhage Detection 2019: 752,803 slices of head CT from four institutions.

    stage_2_train.csv       ID,Label: six lines a slice, ID_x_any, ID_x_epidural ...; a few of them twice
    stage_2_train/ID_x.dcm

Patients and studies stand in the DICOM headers. The test images are not used: their labels were not published.

Its rows lie in a file while it is prepared, and so does what is kept of each picture: of a slice no more than some 110
bytes stay in memory (`pytest tests/datasets/test_prepared.py -k little_memory`).
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from ..errors import DatasetError
from . import Published
from .headers import ERROR, read_headers
from .hemorrhage import ANY, CLASS_NAMES, EACH, SUBTYPES, label_columns
from .index import Row, stored

TABLE, FOLDER = "stage_2_train.csv", "stage_2_train"

CORRUPT = {"ID_6431af929": "corrupt at the publisher's: its pixels end early"}
"""Slices that are damaged in every download."""

CONTRADICTORY = "contradictory labels"
"""Reason to exclude a slice whose lines disagree, or whose `any` is not the maximum of its subtypes."""

INCOMPLETE = "not labelled"
"""Reason to exclude a picture that the table does not list, or of which it lacks a line."""

KEYWORDS = ("PatientID", "StudyInstanceUID")

_BIT = {name: 1 << position for position, name in enumerate((*SUBTYPES, "any"))}
_ALL = (1 << len(_BIT)) - 1


def list_images(source: Path, work: Path | None = None, *, task: str) -> tuple[Path, list[Row]]:
    """Return the root and a row per slice of the table, and per picture in `stage_2_train` that it does not list.

    Args:
        source: The folder that holds table and pictures.
        work: Folder in which headers are kept that were read, so that a stopped preparation goes on.
        task: `any` or `subtypes`.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    missing = [name for name in (TABLE, FOLDER) if not (source / name).exists()]
    if missing:
        raise DatasetError(
            f"{source} is not RSNA's haemorrhage set as published: {missing[0]} is missing; give the folder that has it"
        )
    labels = _labels(source / TABLE)
    for path in (source / FOLDER).glob("*.dcm"):
        labels.setdefault(path.stem, (0, 0))
    paths = [f"{FOLDER}/{name}.dcm" for name in sorted(labels)]
    headers = read_headers(source, paths, KEYWORDS, work)
    return source, stored(
        _row(task, path, labels[Path(path).stem], header) for path, header in zip(paths, headers, strict=True)
    )


def _labels(path: Path) -> dict[str, tuple[int, int]]:
    """Return by slice the bits that are said to be 0 and those said to be 1; repeated lines that agree are one."""
    labels: dict[str, tuple[int, int]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for name, subtype, value in _lines(path, csv.reader(file)):
            off, on = labels.get(name, (0, 0))
            labels[name] = (off, on | _BIT[subtype]) if value == "1" else (off | _BIT[subtype], on)
    return labels


def _lines(path: Path, lines: Iterable[list[str]]) -> Iterator[tuple[str, str, str]]:
    lines = iter(lines)
    if next(lines, []) != ["ID", "Label"]:
        raise DatasetError(f"{path} is not RSNA's as published: its first line is not ID,Label: download it again")
    for line in lines:
        name, _, subtype = line[0].rpartition("_") if len(line) == 2 else ("", "", "")
        if subtype not in _BIT or line[1] not in ("0", "1"):
            raise DatasetError(f"{path}: a line is ID_x_SUBTYPE,0 or 1, not {','.join(line)!r}: download it again")
        yield name, subtype, line[1]


def _row(task: str, path: str, said: tuple[int, int], header: Mapping[str, str]) -> Row:
    off, on = said
    name = Path(path).stem
    subtypes = {subtype for subtype in SUBTYPES if on & _BIT[subtype]}
    if off | on != _ALL:
        reason = INCOMPLETE
    elif off & on or bool(subtypes) != bool(on & _BIT["any"]):
        reason = CONTRADICTORY
    else:
        reason = CORRUPT.get(name, "") or header.get(ERROR, "")
    columns = label_columns(task, subtypes)
    if reason == INCOMPLETE:
        columns = dict.fromkeys(columns, "")
    return {
        "image": path,
        "frame": "",
        "mask": "",
        "crop": "",
        **columns,
        "patient": header.get("PatientID", ""),
        "study": header.get("StudyInstanceUID", ""),
        "split": "",
        "exclude": reason,
    }


def _published(task: str, *, kind: str, class_names: tuple[str, ...], counts: Mapping[str, int]) -> Published:
    return Published(
        name="rsna_ich",
        title="RSNA Intracranial Hemorrhage 2019",
        origin="https://www.kaggle.com/c/rsna-intracranial-hemorrhage-detection",
        licence="non-commercial, academic research and education; cite the Brain CT Hemorrhage Dataset, RSNA 2019",
        citation=(
            "A. E. Flanders, L. M. Prevedello, G. Shih et al.: Construction of a machine learning dataset through "
            "collaboration: the RSNA 2019 brain CT hemorrhage challenge. Radiology: AI 2(3):e190211, 2020"
        ),
        task=kind,
        class_names=class_names,
        counts=counts,
        list_images=partial(list_images, task=task),
        resumes=True,
    )


PUBLISHED = _published(
    ANY,
    kind="binary",
    class_names=CLASS_NAMES,
    counts={"images": 752_803, "no_hemorrhage": 644_870, "hemorrhage": 107_933},
)

TASKS = {
    ANY: PUBLISHED,
    EACH: _published(
        EACH,
        kind="multilabel",
        class_names=SUBTYPES,
        counts={
            "images": 752_803,
            "epidural": 3_145,
            "intraparenchymal": 36_118,
            "intraventricular": 26_205,
            "subarachnoid": 35_675,
            "subdural": 47_166,
        },
    ),
}
