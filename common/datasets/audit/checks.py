"""The checks of an audit: images, duplicates, masks and leaks between parts, looked at afresh on disk."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import ImageError
from ..annotations import mask_faults, shapes_of
from ..duplicates import Duplicate
from ..folds import folds_of, parts_of, shared
from ..index import Row, is_kept, key
from ..prepare import duplicates_among, labels_in_conflict
from ..prepared import PreparedDataset, read_prepared
from ..prints import Prints
from .classes import classes, fold_sizes, label_of
from .findings import HANDLED, NOTE, SPOILS, Finding, Findings
from .looks import look_at
from .shortcuts import find_shortcuts, sample, warnings

BLANK_SPREAD = 2 / 255
"""Standard deviation, of values in `[0, 1]`, below which an image is blank: two of 255 grey levels.

The flattest image of BUS-BRA has 15.6 of 255.
"""

TOGETHER = {
    "patient": ("patients across parts", "patients"),
    "study": ("studies across parts", "studies"),
    "group": ("duplicates across parts", "groups of duplicates"),
}
"""Columns whose images a fold must not part, the finding if it does, and what its names are names of."""


def audit(folder: str | Path) -> Findings:
    """Return what is wrong with the prepared data set in `folder`.

    Raises:
        DatasetError: It is not a prepared data set, or was edited.
    """
    data = read_prepared(folder)
    rows, asked = data.rows, sample(data.rows)
    prints, traces, texts = Prints(None), {}, []
    for row, look in zip(rows, look_at(data.root, rows, traced={key(row) for row in asked}), strict=True):
        prints.add(0, look.fingerprint)
        texts += look.text
        if look.trace:
            traces[key(row)] = look.trace
    prints.flush()
    asked = [row for row in asked if key(row) in traces]
    shortcuts = find_shortcuts(data, asked, [traces[key(row)] for row in asked])
    found = [
        *_images(data, prints),
        *_duplicates(rows, duplicates_among(rows, prints)),
        *_masks(data, prints),
        *_leaks(rows),
        *texts,
        *warnings(shortcuts),
    ]
    return Findings(data=data, found=found, classes=classes(data), folds=fold_sizes(data), shortcuts=shortcuts)


def _images(data: PreparedDataset, prints: Prints) -> Iterator[Finding]:
    for row, its in zip(data.rows, prints, strict=True):
        verdict, image = SPOILS if is_kept(row) else HANDLED, row["image"]
        if isinstance(its, ImageError):
            kind = "unreadable image" if (data.root / image).exists() else "missing file"
            yield Finding(kind, verdict, _below(data.root, its), (image,))
        elif row["pixels"] and its.pixels != row["pixels"]:
            yield Finding("changed image", verdict, f"{image}: other pixels than at preparation", (image,))
        elif its.spread < BLANK_SPREAD:
            detail = f"{image}: its grey levels differ by {255 * its.spread:.1f} of 255"
            yield Finding("blank image", NOTE if is_kept(row) else HANDLED, detail, (image,))


def _below(root: Path, error: Exception) -> str:
    return str(error).replace(f"{root}/", "")


def _duplicates(rows: Sequence[Row], duplicates: Sequence[Duplicate]) -> Iterator[Finding]:
    for pair in duplicates:
        one, other = rows[pair.first], rows[pair.second]
        kind = "exact duplicates" if pair.exact else "near duplicates"
        detail = f"{one['image']} ({label_of(one)}) and {other['image']} ({label_of(other)})"
        yield Finding(kind, HANDLED if _together(one, other) else SPOILS, detail, (one["image"], other["image"]))
    for group in labels_in_conflict(rows, duplicates):
        verdict = SPOILS if any(is_kept(rows[n]) for n in group) else HANDLED
        detail = ", ".join(f"{rows[n]['image']} ({label_of(rows[n])})" for n in group)
        yield Finding("conflicting labels", verdict, detail, tuple(rows[n]["image"] for n in group))


def _together(one: Row, other: Row) -> bool:
    """Whether two images can never stand in different parts of a fold of ours."""
    excluded = not (is_kept(one) and is_kept(other))
    return excluded or any(one[column] and one[column] == other[column] for column in TOGETHER)


def _masks(data: PreparedDataset, prints: Prints) -> Iterator[Finding]:
    for fault in mask_faults(data.root, data.rows, shapes_of(data.rows, prints)):
        row = data.rows[fault.position]
        yield Finding(fault.kind, SPOILS if is_kept(row) else HANDLED, fault.detail, (row["image"], fault.mask))


def _leaks(rows: Sequence[Row]) -> Iterator[Finding]:
    for fold in folds_of(rows):
        verdict = NOTE if fold.startswith("official") else SPOILS
        parts = parts_of(rows, fold)
        for column, (kind, what) in TOGETHER.items():
            for pair, names in shared(rows, parts, column=column).items():
                if names:
                    files = tuple(row["image"] for row in rows if row[column] in names and is_kept(row))
                    yield Finding(kind, verdict, f"fold {fold}: {len(names):,} {what} in {pair}", files)
