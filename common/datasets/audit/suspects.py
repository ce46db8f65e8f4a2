"""Things that should not know the label, each as a table of numbers that a classifier can read."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..index import COLUMNS, FINDING, PREPARED_COLUMNS, Row, key
from .classes import label_of
from .traces import Trace

SIZE, BORDER, INK, FILE, ORDER = "size", "border", "ink", "file", "order"

MEANINGS = {
    SIZE: "height, width and aspect",
    BORDER: "the outermost sixteenth, without the middle below",
    INK: "bright thin strokes in the upper and lower sixth",
    FILE: "format, colour mode and compression; of DICOM files also the device",
    ORDER: "order of acquisition, or else of the file names: harmless unless the pictures changed with it",
}
"""Suspects that every data set has; columns of the index join them."""

COLUMN_WORDS = (
    *("device", "scanner", "manufacturer", "vendor", "model", "station", "coil", "kernel", "protocol", "sequence"),
    *("site", "centre", "center", "hospital", "institution", "source", "side", "view", "projection"),
)
"""A column of the data set's own is suspected if its name contains one of these words: they say where and how an image
was taken, not what it shows. Others, such as `histology`, may know the label rightly."""

RAREST = 10
"""Images with a value in common below which values are taken together as one: fewer teach a classifier nothing."""

Place = tuple[tuple[int, str], ...]
"""What a name is sorted by: its words and its numbers."""

BINS = 10
"""Stretches of the order that may differ, a tenth each; also a classifier of straight lines sees a batch then."""


@dataclass(frozen=True)
class Suspect:
    """One thing that should not know the label.

    Args:
        name: A word for it.
        meaning: What is looked at.
        features: `(N, F)`, a row per image; without columns if there is nothing to tell images apart by.
        silent: Why there are no columns.
    """

    name: str
    meaning: str
    features: np.ndarray
    silent: str = "the same in all images"


def suspects(rows: Sequence[Row], traces: Sequence[Trace]) -> list[Suspect]:
    """Return all suspects of a data set.

    Args:
        rows: Rows of the index.
        traces: The trace of each row's image.
    """
    tables = {
        SIZE: _size([trace.size for trace in traces]),
        BORDER: np.stack([trace.border for trace in traces]),
        INK: np.stack([trace.ink for trace in traces]),
        FILE: _file(traces),
        ORDER: _order(rows, traces),
    }
    general = [
        Suspect(name, meaning, _telling(tables[name]), *(["no common order"] if name == ORDER else []))
        for name, meaning in MEANINGS.items()
    ]
    columns = [(name, _one_hot([row[name] for row in rows])) for name in _columns(rows[0])]
    return general + [Suspect(name, "column of the index", _telling(table)) for name, table in columns]


def _columns(row: Row) -> list[str]:
    own = [
        name for name in row if name not in (*COLUMNS, *PREPARED_COLUMNS) and not name.startswith(("split", FINDING))
    ]
    return [name for name in own if any(word in name.lower() for word in COLUMN_WORDS)]


def _telling(table: np.ndarray) -> np.ndarray:
    """Return the columns that are not the same in all images."""
    return table[:, np.ptp(table, axis=0) > 0]


def _one_hot(values: Sequence[str]) -> np.ndarray:
    """Return a column for each value that is common enough, `(N, values)`, and nothing for the rest."""
    common = [value for value, count in Counter(values).items() if count >= RAREST]
    return np.array([[value == each for each in common] for value in values], dtype=np.float64)


def _size(sizes: Sequence[tuple[int, int]]) -> np.ndarray:
    # Logarithms, in which the aspect is a difference; and the sizes that many images share, such as an export's.
    return np.hstack([np.log(sizes), _one_hot([f"{height} x {width}" for height, width in sizes])])


def _file(traces: Sequence[Trace]) -> np.ndarray:
    words: Mapping[str, None] = dict.fromkeys(word for trace in traces for word in trace.file)
    facts = [_one_hot([trace.file.get(word, "") for trace in traces]) for word in words]
    coarseness = np.log1p([trace.coarseness for trace in traces])
    return np.hstack([*facts, coarseness[:, None]])


def _order(rows: Sequence[Row], traces: Sequence[Trace]) -> np.ndarray:
    """Return place in the order, `(N, 1 + BINS)`; `(N, 0)` where the images have no order in common.

    A patient's images all have the place of the first: within an examination the order is that of slices or views,
    which show different anatomy, and so know the label rightly.
    """
    acquired = [row.get("acquired") or trace.acquired for row, trace in zip(rows, traces, strict=True)]
    if not all(acquired):
        if _numbered_by_class(rows):
            return np.empty((len(rows), 0))
        acquired = [row["image"] + "/" + row["frame"] for row in rows]
    units = [row["patient"] or row["study"] or repr(key(row)) for row in rows]
    first: dict[str, Place] = {}
    for unit, place in zip(units, map(_natural, acquired), strict=True):
        first[unit] = min(first.get(unit, place), place)
    places = [first[unit] for unit in units]
    ranks = {place: rank for rank, place in enumerate(sorted(set(places)))}
    share = np.array([ranks[place] for place in places]) / len(ranks)
    bins = np.floor(BINS * share)[:, None] == np.arange(BINS)
    return np.hstack([share[:, None], bins])


def _natural(text: str) -> Place:
    """Return what sorts `image 9` before `image 10`."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", text))


def _numbered_by_class(rows: Sequence[Row]) -> bool:
    """Return whether each class has a folder, or a word in the file name, of its own.

    Then its numbers count for themselves, and an order by name would only say what the folder says.
    """
    labels = [label_of(row) for row in rows]
    for parts in zip(*(_parts(row["image"]) for row in rows), strict=False):
        kinds = {(part, label) for part, label in zip(parts, labels, strict=True)}
        words = {part for part, _ in kinds}
        if 1 < len(words) == len(kinds) <= 2 * len(set(labels)):
            return True
    return False


def _parts(image: str) -> list[str]:
    """Return the folders and the file name of a path, numbers taken out."""
    return [re.sub(r"[0-9]+", "#", part) for part in image.split("/")]
