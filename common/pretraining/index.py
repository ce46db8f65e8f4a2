"""The index of a store, made from the tables beside its shards: who takes part, in which part, and who is left out."""

from array import array
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..datasets.left_out import LeftOut
from ..files import write_atomically
from .card import INDEX, PARTS, index_file
from .shards import UNREADABLE, read_lines

CONFLICTING = "same picture under another label"
ACROSS = "same picture in a later part"

Flags = npt.NDArray[np.bool_]


class Indexed(NamedTuple):
    """What became of the pictures of a store; `parts` and `counts` as in its card."""

    parts: dict[str, tuple[int, int]]
    counts: dict[str, dict[str, int]]
    repeated: dict[str, int]
    """Images whose picture occurs more than once, by how, whether they are left out or not."""
    left_out: list[LeftOut]


class _Table(NamedTuple):
    """All lines beside the shards, an array a column; a part is its number in `PARTS`."""

    place: npt.NDArray[np.uint32]
    label: npt.NDArray[np.int16]
    part: npt.NDArray[np.uint8]
    digest: npt.NDArray[np.uint64]
    reasons: dict[int, str]
    """Why the images at some places take no part, as reading them has shown."""


class _Repeats(NamedTuple):
    """Of each image: whether its picture has another label too, stands in a later part too, and where."""

    conflicting: Flags
    across: Flags
    other: npt.NDArray[np.uint32]


def write_index(folder: Path, shards: int, class_names: Sequence[str], *, as_published: bool) -> Indexed:
    """Write the arrays of `INDEX`, and return what is in them and what is not.

    Left out are images that cannot be read; and, unless `as_published`, blank ones, pictures that occur under several
    labels (all their copies), and of those that occur in several parts all copies but those of the last part: so what
    tests has not been trained on, and the test part stays as published.

    Args:
        folder: The store.
        shards: How many shards it has.
        class_names: Its classes, in their order.
        as_published: Whether to keep what the authors kept.
    """
    table = _read(folder, shards, class_names)
    refused = {at: why for at, why in table.reasons.items() if not as_published or why.startswith(UNREADABLE)}
    good = ~np.isin(table.place, np.array([*refused], np.uint32))
    table = _Table(table.place[good], table.label[good], table.part[good], table.digest[good], refused)
    repeats, further = _repeats(table)
    dropped = (repeats.conflicting | repeats.across) & (not as_published)
    kept = np.flatnonzero(~dropped)
    kept = kept[np.argsort(table.part[kept], kind="stable")]
    for name, kind in INDEX.items():
        values = getattr(table, name)[kept].astype(kind)
        write_atomically(index_file(folder, name), partial(np.save, arr=values))
    ends = np.searchsorted(table.part[kept], np.arange(len(PARTS) + 1)).tolist()
    parts = {part: (ends[n], ends[n + 1]) for n, part in enumerate(PARTS)}
    return Indexed(
        parts,
        {part: _counted(table.label[kept[first:last]], class_names) for part, (first, last) in parts.items()},
        {
            "images whose picture has several labels": int(repeats.conflicting.sum()),
            "images whose picture is in a later part too": int(repeats.across.sum()),
            "further copies within a part": further,
        },
        _left_out(
            folder, shards, refused, {int(table.place[n]): _why(repeats, n) for n in np.flatnonzero(dropped).tolist()}
        ),
    )


def _read(folder: Path, shards: int, class_names: Sequence[str]) -> _Table:
    numbers, parts = ({name: n for n, name in enumerate(names)} for names in (class_names, PARTS))
    label, part, digest, reasons = array("h"), array("B"), array("Q"), {}
    for shard in range(shards):
        for picture, exclude in read_lines(folder, shard):
            if exclude:
                reasons[len(label)] = exclude
            label.append(numbers[picture.label])
            part.append(parts[picture.split])
            digest.append(int(picture.pixels or "0", 16))
    return _Table(
        np.arange(len(label), dtype=np.uint32),
        np.array(label, np.int16),
        np.array(part, np.uint8),
        np.array(digest, np.uint64),
        reasons,
    )


def _repeats(table: _Table) -> tuple[_Repeats, int]:
    """Return what is repeated, and how many images are further copies of one with the same label and part."""
    order = np.lexsort((table.part, table.label, table.digest))
    digest, label, part, place = (column[order] for column in (table.digest, table.label, table.part, table.place))
    begins = np.flatnonzero(np.r_[True, digest[1:] != digest[:-1]]) if len(order) else order
    sizes = np.diff(np.r_[begins, len(order)])
    first, last = (np.repeat(ends, sizes) for ends in (begins, begins + sizes - 1))
    conflicting = label[first] != label[last]
    across = ~conflicting & (part != part[last])
    again = np.r_[False, (digest[1:] == digest[:-1]) & (part[1:] == part[:-1])]
    back = np.argsort(order)
    other = np.where(label == label[first], place[last], place[first])
    return _Repeats(conflicting[back], across[back], other[back]), int((again & ~conflicting).sum())


def _why(repeats: _Repeats, number: int) -> tuple[str, int]:
    return CONFLICTING if repeats.conflicting[number] else ACROSS, int(repeats.other[number])


def _counted(labels: npt.NDArray[np.int16], class_names: Sequence[str]) -> dict[str, int]:
    return dict(zip(class_names, np.bincount(labels, minlength=len(class_names)).tolist(), strict=True))


def _left_out(
    folder: Path, shards: int, refused: Mapping[int, str], dropped: Mapping[int, tuple[str, int]]
) -> list[LeftOut]:
    """Return the files that take no part, with the reason: for a repeated picture, where else it stands."""
    named = {*dropped, *(other for _, other in dropped.values())}
    names: dict[int, str] = {}
    result, place = [], 0
    for shard in range(shards):
        for picture, _ in read_lines(folder, shard):
            if place in refused:
                result.append(LeftOut("file", picture.image, refused[place]))
            if place in named:
                names[place] = picture.image
            place += 1
    return result + [LeftOut("file", names[at], f"{why}: {names[other]}") for at, (why, other) in dropped.items()]
