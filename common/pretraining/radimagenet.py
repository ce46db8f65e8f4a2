"""RadImageNet as it is published: three lists of files with their labels, and a tree of PNG files.

    RadiologyAI_{train,val,test}.csv                      filename,label
    radiology_ai/{CT,MR}/<anatomy>/<pathology>/*.png      8 bits, three equal channels
    radiology_ai/US/<organ>/*.png

Names in the lists are paths from the folder that holds `radiology_ai`. Neither patients nor studies are published, so
nobody can check that no patient stands in two parts: scores on its test part are image-level, and optimistic.
"""

import csv
import os
from array import array
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..datasets.left_out import LeftOut
from ..datasets.prepare import PHANTOMS
from ..errors import DatasetError
from .classes import class_table
from .pictures import Picture, Source
from .store import Listed

NAME = "radimagenet"

TREE = "radiology_ai"

TABLES = {"train": "RadiologyAI_train.csv", "valid": "RadiologyAI_val.csv", "test": "RadiologyAI_test.csv"}
"""By our word for the part."""

COLUMNS = ("filename", "label")

PUBLISHED_IMAGES = 1_350_000
"""As the paper's abstract rounds it: "1.35 million annotated images"."""

FACTS = {
    "origin": "https://www.radimagenet.com",
    "licence": "by signed agreement with its authors; not to be passed on",
    "citation": (
        "X. Mei, Z. Liu, P. M. Robson et al.: RadImageNet: An open radiologic deep learning research dataset for "
        "effective transfer learning. Radiology: Artificial Intelligence 4(5):e210315, 2022, "
        "https://doi.org/10.1148/ryai.210315"
    ),
}


class _Lines(NamedTuple):
    """All lines of the lists, an array a column; a label that is unknown is -1."""

    name: npt.NDArray[np.int64]
    """Hash of the file's name: that two of 1.35 million agree by chance has odds of 1 in 20 million."""
    label: npt.NDArray[np.int16]
    part: npt.NDArray[np.uint8]


def list_radimagenet(source: Path, *, as_published: bool = False) -> Listed:
    """Return the pictures of a download; of a million lines only numbers are in memory, 11 bytes each.

    A line without a file, an unknown label, a file that is listed in two parts or under two labels, a file or a folder
    of files that no line names: each is left out, and said. A line that says again what another said counts once.

    Args:
        source: The folder with the lists and the tree.
        as_published: Whether files that are listed twice stay as often as they are listed.

    Raises:
        DatasetError: `source` has another layout, or none of the files that are listed.
    """
    missing = [name for name in (*TABLES.values(), TREE) if not (source / name).exists()]
    if missing:
        raise DatasetError(f"{source} is not RadImageNet as published: {missing[0]} is missing; give what holds {TREE}")
    names = [its.label for its in class_table()]
    lines = _numbers(source, names)
    present, left_out = _compared(source, np.unique(lines.name))
    reasons = _reasons(lines, present, as_published=as_published)
    if not (reasons == 0).any():
        raise DatasetError(
            f"none of the {len(reasons):,} files that {source} lists is there: unpack {TREE} beside them"
        )
    for number, (name, label, part) in enumerate(_lines(source)):
        if reasons[number]:
            kind = REASONS[reasons[number]]
            left_out.append(LeftOut("line", f"{TABLES[part]}: {name}", f"{kind}: {label}" if "label" in kind else kind))
    return Listed(
        name=NAME,
        title="RadImageNet",
        synthetic=(source / PHANTOMS).is_file(),
        facts=FACTS,
        class_names=tuple(names),
        sources={NAME: Source(str(source.resolve()))},
        count=int((reasons == 0).sum()),
        pictures=partial(_pictures, source, reasons),
        left_out=left_out,
    )


REASONS = (
    "",
    "no such file",
    "unknown label",
    "file listed in two parts",
    "file listed under two labels",
    "file listed before",
)
"""Why a line becomes no picture."""


def _pictures(source: Path, reasons: npt.NDArray[np.uint8]) -> Iterator[Picture]:
    for reason, (name, label, part) in zip(reasons.tolist(), _lines(source), strict=True):
        if not reason:
            yield Picture(NAME, name, label, part)


def _lines(source: Path) -> Iterator[tuple[str, str, str]]:
    """Yield file, label and part of each line."""
    for part, table in TABLES.items():
        with (source / table).open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            head = next(lines, [])
            if missing := [column for column in COLUMNS if column not in head]:
                raise DatasetError(f"{source / table} is not as published: column {missing[0]!r} is missing")
            name, label = (head.index(column) for column in COLUMNS)
            for line in lines:
                if line:
                    yield line[name].removeprefix("./"), line[label], part


def _numbers(source: Path, class_names: list[str]) -> _Lines:
    number = {name: n for n, name in enumerate(class_names)}
    parts = {part: n for n, part in enumerate(TABLES)}
    name, label, part = array("q"), array("h"), array("B")
    for its_name, its_label, its_part in _lines(source):
        name.append(hash(its_name))
        label.append(number.get(its_label, -1))
        part.append(parts[its_part])
    return _Lines(np.array(name, np.int64), np.array(label, np.int16), np.array(part, np.uint8))


def _compared(source: Path, listed: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], list[LeftOut]]:
    """Return which of the listed names are there, and the files and folders of files that nobody lists."""
    present, left_out = [np.zeros(0, np.int64)], []
    for folder, _, files in os.walk(source / TREE):
        below = Path(folder).relative_to(source).as_posix()
        names = sorted(f"{below}/{file}" for file in files if not file.startswith("."))
        hashes = np.array([hash(name) for name in names], np.int64)
        known = np.isin(hashes, listed)
        present.append(hashes[known])
        if names and not known.any():
            left_out.append(LeftOut("folder", below, f"no line names any of its files: {len(names):,}"))
        else:
            unlisted = [name for name, its in zip(names, known, strict=True) if not its]
            left_out += [LeftOut("file", name, "no line names it") for name in unlisted]
    return np.concatenate(present), left_out


def _reasons(lines: _Lines, present: npt.NDArray[np.int64], *, as_published: bool) -> npt.NDArray[np.uint8]:
    """Return for each line the number of the reason why it becomes no picture, 0 for one that does."""
    reasons = np.zeros(len(lines.name), np.uint8)
    if not as_published:
        _, first, group = np.unique(lines.name, return_index=True, return_inverse=True)
        later = first[group] != np.arange(len(group))
        reasons[later] = 5
        for reason, column in ((4, lines.label), (3, lines.part)):
            differing = np.zeros(len(first), bool)
            np.logical_or.at(differing, group, column != column[first[group]])
            reasons[differing[group]] = reason
    reasons[lines.label < 0] = 2
    reasons[~np.isin(lines.name, present)] = 1
    return reasons
