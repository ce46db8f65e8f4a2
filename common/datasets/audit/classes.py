"""Which classes or findings an image shows, and how many images and patients show each."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ..folds import PARTS, folds_of, parts_of
from ..index import Row, findings, is_kept
from ..prepared import PreparedDataset

KNOWN = {"1": True, "0": False}
"""What the value of a finding means; an empty one is unknown."""


def shows(row: Row, name: str) -> bool | None:
    """Return whether an image shows class or finding `name`; None where that is not known."""
    found = findings(row)
    return KNOWN.get(found[name]) if name in found else row["label"] == name


def label_of(row: Row) -> str:
    """Return an image's class, or its findings joined by `+`, for people."""
    shown = [name for name, value in findings(row).items() if value == "1"]
    return row["label"] or " + ".join(shown) or "no label"


def classes(data: PreparedDataset) -> dict[str, dict[str, int]]:
    """Return of each class or finding the kept `images` that show it, and their `patients`."""
    kept = [row for row in data.rows if is_kept(row)]
    shown = {name: [row for row in kept if shows(row, name)] for name in data.class_names}
    return {name: {"images": len(rows), "patients": known_patients(rows)} for name, rows in shown.items()}


def known_patients(rows: Iterable[Row]) -> int:
    """Return the number of patients by name; 0 where none is known."""
    return len({row["patient"] for row in rows} - {""})


def fold_sizes(data: PreparedDataset) -> dict[str, dict[str, dict[str, int]]]:
    """Return of each fold, part, and class or finding the images that show it."""
    result = {}
    for fold in folds_of(data.rows):
        counts = Counter(_shown(data.rows, parts_of(data.rows, fold), data.class_names))
        result[fold] = {part: {name: counts[part, name] for name in data.class_names} for part in PARTS}
    return result


def _shown(rows: Sequence[Row], parts: Sequence[str], class_names: Sequence[str]) -> Iterable[tuple[str, str]]:
    return ((part, name) for row, part in zip(rows, parts, strict=True) for name in class_names if shows(row, name))
