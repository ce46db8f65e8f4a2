"""From a download as its publisher left it to a prepared data set: list, read, compare, exclude, fold, write."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import DatasetError, ImageError, SplitError
from . import Published, published
from .duplicates import Duplicate, find_duplicates
from .fingerprints import Fingerprint
from .folds import assign_folds, folds_of, linked, partition, parts_of, shared
from .index import Row, is_kept, key
from .prepared import PreparedDataset, write_prepared
from .pseudonyms import pseudonymise
from .reading import read_fingerprints

PHANTOMS = "phantoms.json"
"""Sidecar at the root of synthetic images (`scripts/phantoms.py`): whatever has one is marked synthetic."""

UNREADABLE = "unreadable"
CONFLICTING = "conflicting labels"
"""First words of the two reasons for which the preparation excludes an image."""


def prepare(
    name: str, source: str | Path, folder: str | Path, *, replace: bool = False, salt: str = ""
) -> PreparedDataset:
    """Prepare the download of data set `name` at `source` in `folder`, and return it.

    Images that cannot be read, and pictures that occur under several labels, stay in the index with the reason in
    `exclude`; nothing is deleted or changed. What was read is kept in a hidden folder beside `folder` until the end, so
    a preparation that was stopped goes on where it was.

    Args:
        name: One of `common.datasets.NAMES`.
        source: Folder of the originals, as published.
        folder: Folder to write, such as `data/busbra`.
        replace: Whether another data set in `folder` may be overwritten.
        salt: Where given, patients and studies stand in the index under pseudonyms that only its holder can link; the
            folds stay as they are, and so do the names of the files.

    Raises:
        DatasetError: Unknown name, no such source, another layout, no usable image, or `folder` holds other data.
    """
    publication, source = published(name), Path(source)
    if not source.is_dir():
        raise DatasetError(f"there is no folder {source}: download {publication.title} from {publication.origin}")
    _refuse_within(source, folder)
    work = work_folder(folder)
    root, rows = publication.list_images(source, work) if publication.resumes else publication.list_images(source)
    _refuse_within(root, folder)
    rows = sorted(rows, key=key)
    prints = read_fingerprints(root, rows, work)
    _record_pixels(rows, prints)
    _record_duplicates(rows, duplicates_among(rows, prints))
    if not any(is_kept(row) for row in rows):
        raise DatasetError(
            f"{source} has no usable image among {len(rows)}: is the download of {publication.title} complete?"
        )
    for row, fold in zip(rows, assign_folds(rows), strict=True):
        row["fold"] = fold
    if salt:
        pseudonymise(rows, salt)
    description = _describe(publication, rows, synthetic=(root / PHANTOMS).is_file())
    data = write_prepared(folder, description=description, root=root, rows=rows, replace=replace)
    shutil.rmtree(work, ignore_errors=True)
    return data


def _refuse_within(root: Path, folder: str | Path) -> None:
    if Path(folder).resolve().is_relative_to(root.resolve()):
        raise DatasetError(f"originals are never changed, and {folder} lies in {root}: give another --out")


def work_folder(folder: str | Path) -> Path:
    """Return the hidden folder beside `folder` that holds what a preparation that was stopped had read already."""
    return Path(folder).absolute().with_name(f".{Path(folder).absolute().name}.work")


def duplicates_among(rows: Sequence[Row], prints: Sequence[Fingerprint | ImageError]) -> list[Duplicate]:
    """Return the pairs of rows, by position, that show the same picture; unreadable images are in none."""
    return find_duplicates(prints, [row["patient"] for row in rows])


def labels_in_conflict(rows: Sequence[Row], duplicates: Sequence[Duplicate]) -> list[list[int]]:
    """Return the groups of duplicates, by position, that carry more than one label."""
    return [group for group in groups_of(len(rows), duplicates) if len({rows[n]["label"] for n in group} - {""}) > 1]


def groups_of(count: int, duplicates: Sequence[Duplicate]) -> list[list[int]]:
    """Return the positions that show the same picture, directly or through others, in order."""
    groups: dict[int, list[int]] = {}
    for position, group in enumerate(linked(count, [(pair.first, pair.second) for pair in duplicates])):
        groups.setdefault(group, []).append(position)
    return [group for group in groups.values() if len(group) > 1]


def _record_pixels(rows: Sequence[Row], prints: Sequence[Fingerprint | ImageError]) -> None:
    for row, its in zip(rows, prints, strict=True):
        if isinstance(its, Fingerprint):
            row["pixels"] = its.pixels
        else:
            row["pixels"], row["exclude"] = "", row["exclude"] or UNREADABLE


def _record_duplicates(rows: Sequence[Row], duplicates: Sequence[Duplicate]) -> None:
    for row in rows:
        row["group"] = ""
    for number, group in enumerate(groups_of(len(rows), duplicates), start=1):
        for position in group:
            rows[position]["group"] = str(number)
    for group in labels_in_conflict(rows, duplicates):
        for position in group:
            others = [rows[n]["image"] for n in group if rows[n]["label"] != rows[position]["label"]]
            rows[position]["exclude"] = rows[position]["exclude"] or f"{CONFLICTING}: same picture as {others[0]}"


def _describe(publication: Published, rows: Sequence[Row], *, synthetic: bool) -> dict[str, Any]:
    return {
        "name": publication.name,
        "title": publication.title,
        "synthetic": synthetic,
        "origin": publication.origin,
        "licence": publication.licence,
        "citation": publication.citation,
        "task": publication.task,
        "class_names": list(publication.class_names),
        "counts": _counts(publication, rows),
        "differs_from_publication": "" if synthetic else _difference(publication, rows),
        "shared_patients": {fold: _shared_patients(rows, fold) for fold in folds_of(rows)},
    }


def _counts(publication: Published, rows: Sequence[Row]) -> dict[str, Any]:
    """Return what is on disk: excluded images count, those that the publisher does not list do not."""
    labels = Counter(row["label"] for row in rows)
    return {
        "images": sum(labels[name] for name in publication.class_names),
        "patients": len({row["patient"] for row in rows} - {""}) or None,
        **{name: labels[name] for name in publication.class_names},
        "excluded": sum(not is_kept(row) for row in rows),
        "duplicate_groups": len({row["group"] for row in rows} - {""}),
    }


def _difference(publication: Published, rows: Sequence[Row]) -> str:
    readable = [row for row in rows if not row["exclude"].startswith(UNREADABLE)]
    found = _counts(publication, readable)
    differing = [
        f"{(found[what] or 0) - stated:+,} {what} ({found[what] or 0:,} instead of {stated:,})"
        for what, stated in publication.counts.items()
        if found[what] != stated
    ]
    return f"not as {publication.title} was published: {', '.join(differing)}" if differing else ""


def _shared_patients(rows: Sequence[Row], fold: str) -> dict[str, int]:
    return {pair: len(patients) for pair, patients in shared(rows, parts_of(rows, fold)).items()}


def summary(data: PreparedDataset) -> str:
    """Return what a user wants to know after preparation: counts, folds, what is excluded, and what leaks."""
    counts: Mapping[str, Any] = data.description["counts"]
    patients = f"{counts['patients']:,} patients" if counts["patients"] else "unknown patients (scores are image-level)"
    classes = ", ".join(f"{counts[name]:,} {name}" for name in data.class_names)
    mark = "SYNTHETIC, phantoms in the layout of " if data.synthetic else ""
    lines = [f"{mark}{data.title}: {counts['images']:,} images of {patients}: {classes}"]
    lines += [data.description["differs_from_publication"]] if data.description["differs_from_publication"] else []
    groups = counts["duplicate_groups"]
    lines += [f"{groups:,} groups of duplicates, each within one part of our folds" if groups else "no duplicates"]
    reasons = Counter(row["exclude"].partition(":")[0] for row in data.rows if not is_kept(row))
    lines += [f"excluded: {number:,} {reason}" for reason, number in sorted(reasons.items())]
    return "\n".join(lines + [_fold_line(data, fold) for fold in folds_of(data.rows)])


def _fold_line(data: PreparedDataset, fold: str) -> str:
    try:
        sizes = Counter(partition(data.rows, fold))
        line = f"fold {fold}: " + ", ".join(f"{sizes[part]:,} {part}" for part in ("train", "valid", "test"))
    except SplitError as error:
        return f"cannot be used: {error}"
    overlaps = [f"{n:,} patients in {pair}" for pair, n in data.description["shared_patients"][fold].items() if n]
    return f"{line} -- {', '.join(overlaps)}" if overlaps else line
