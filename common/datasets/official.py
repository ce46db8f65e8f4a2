"""The paper's own split lists, as the authors' repository keeps them, for any data set: `--official-splits DIR`.

    thyroid_train_fold1.csv  thyroid_val_fold1.csv  thyroid_test_fold1.csv ... fold5        -> split_1 ... split_5
    pneumonia_train.csv      pneumonia_val.csv      pneumonia_test.csv                      -> split

Their column `img_dir` or `filename` names an image by a path that ends like ours, or by its file name alone; a slice of
a volume by the name that it has as a picture of its own, where the data set says it in the column `picture`.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import DatasetError
from .index import Row
from .left_out import LeftOut
from .names import Names, tails

_FILE = re.compile(r"(?P<prefix>.*?)_?(?P<part>train|val|valid|test)(?:_fold(?P<fold>\d+))?\.csv", re.IGNORECASE)

_PART = {"train": "train", "val": "valid", "valid": "valid", "test": "test"}

_COLUMNS = ("img_dir", "filename")
"""What the authors call the column of images; of a file with neither, the first."""


def read_official(folder: Path, rows: Sequence[Row]) -> list[LeftOut]:
    """Replace the columns `split`, `split_k` of `rows` by the lists in `folder`; return the lines that fit no image.

    An image that a fold lists in two parts is in none of them, and is returned too.

    Raises:
        DatasetError: No such folder, no such lists, lists of several data sets, or not one line fits an image.
    """
    lists = _lists(folder)
    for row in rows:
        for column in [name for name in row if name == "split" or name.startswith("split_")]:
            del row[column]
        row.update({"split": "", **dict.fromkeys(lists, "")})
    images, left_out = _Images(rows), list[LeftOut]()
    for column, files in lists.items():
        parts: dict[str, set[str]] = defaultdict(set)
        for part, path in files:
            for number, name in _names(path):
                image, reason = images.find(name)
                if image:
                    parts[image].add(part)
                else:
                    left_out.append(LeftOut("line", f"{path.name}:{number}", f"official split {reason}"))
        left_out += _assign(rows, column, parts)
    if not any(row[column] for row in rows for column in lists):
        raise DatasetError(f"no line of the lists in {folder} names an image of this data set: give its own lists")
    return left_out


def _named(row: Row) -> str:
    return row.get("picture") or row["image"]


def _assign(rows: Sequence[Row], column: str, parts: Mapping[str, set[str]]) -> list[LeftOut]:
    """Write the one part of each image, and return the images that have several."""
    for row in rows:
        its = parts.get(_named(row), set())
        row[column] = next(iter(its)) if len(its) == 1 else ""
    several = {image: " and ".join(sorted(its)) for image, its in parts.items() if len(its) > 1}
    reason = "in several parts of an official split"
    return [LeftOut("file", image, f"{reason}: {column}, {its}") for image, its in several.items()]


def _lists(folder: Path) -> dict[str, list[tuple[str, Path]]]:
    """Return the files of each column, with their parts."""
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}: --official-splits takes the one with *_train_fold1.csv ...")
    found = [(match, path) for path in sorted(folder.glob("*.csv")) if (match := _FILE.fullmatch(path.name))]
    prefixes = sorted({match["prefix"] for match, _ in found})
    if len(prefixes) != 1:
        what = f"lists of {', '.join(prefixes)}" if prefixes else "no *_{train,val,test}_fold{1..5}.csv"
        raise DatasetError(f"--official-splits takes a folder with the lists of one data set; {folder} has {what}")
    lists: dict[str, list[tuple[str, Path]]] = {}
    for match, path in sorted(found, key=lambda each: int(each[0]["fold"] or 0)):
        column = f"split_{int(match['fold'])}" if match["fold"] else "split"
        lists.setdefault(column, []).append((_PART[match["part"].lower()], path))
    return lists


def _names(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number of each line, from 1 with the header, and the image that it names."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file)
        columns = list(lines.fieldnames or ())
        column = next((name for name in _COLUMNS if name in columns), columns[0] if columns else "")
        for line in lines:
            if name := (line.get(column) or "").strip():
                yield lines.line_num, name


class _Images:
    """Images by name: of several possible, the longest common end of both paths decides, then file endings do."""

    def __init__(self, rows: Sequence[Row]) -> None:
        paths = list(dict.fromkeys(_named(row) for row in rows))
        self._names = Names(paths), Names(paths, endings=False)

    def find(self, name: str) -> tuple[str, str]:
        """Return the path of the image that `name` means, or "" and the reason."""
        for names in self._names:
            for tail in tails(name):
                paths = names.ending_with(tail)
                if len(paths) == 1:
                    return paths[0], ""
                if paths:
                    return "", "names several images"
        return "", "names no image"
