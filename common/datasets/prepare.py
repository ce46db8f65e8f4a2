"""From a download as its publisher left it to a prepared data set: list, read, compare, exclude, fold, write."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import DatasetError, ImageError
from . import Published, published
from .annotations import mask_faults, shapes_of
from .duplicates import Duplicate, find_duplicates
from .fingerprints import Fingerprint
from .folds import assign_folds, folds_of, linked, parts_of, shared
from .index import Row, contradicting, findings, is_kept, key, masks
from .left_out import LeftOut, counted, write_left_out
from .official import read_official
from .prepared import PreparedDataset, write_prepared
from .pseudonyms import pseudonymise
from .reading import read_fingerprints
from .unpack import FOLDER as UNPACKED
from .unpack import archives_in, unpacked

PHANTOMS = "phantoms.json"
"""Sidecar at the root of synthetic images (`scripts/phantoms.py`): whatever has one is marked synthetic."""

UNREADABLE = "unreadable"
CONFLICTING = "conflicting labels"
"""First words of the two reasons for which the preparation excludes an image."""


@dataclass(frozen=True, kw_only=True)
class How:
    """How a preparation is written."""

    replace: bool = False
    """Whether another data set in the folder may be overwritten."""
    salt: str = ""
    """Where given, patients and studies stand in the index under pseudonyms that only its holder can link; the folds
    stay as they are, and so do the names of the files."""
    dry_run: bool = False
    """Whether nothing is written."""


AS_USUAL = How()


def prepare(
    name: str,
    source: str | Path,
    folder: str | Path,
    *,
    task: str = "",
    as_published: bool = False,
    official_splits: Path | None = None,
    how: How = AS_USUAL,
) -> PreparedDataset:
    """Prepare the download of data set `name` at `source` in `folder`, and return it.

    Images that cannot be read, and pictures that occur under several labels, stay in the index with the reason in
    `exclude`; masks that cannot be trained on are not in it, and listed. Nothing is deleted or changed. What was read
    is kept in a hidden folder beside `folder` until the end, so a preparation that was stopped goes on where it was.

    Args:
        name: One of `common.datasets.NAMES`.
        source: Folder of the originals, as published; or a zip file, or a folder of them, unpacked into `folder`.
        folder: Folder to write, such as `data/busbra`.
        task: Which of its problems, where it has several.
        as_published: Whether to keep what its authors kept, though it spoils results.
        official_splits: Folder of the paper's split lists, which replace the publisher's splits.
        how: How it is written.

    Raises:
        DatasetError: Unknown name, no such source, another layout, no usable image, or `folder` holds other data.
    """
    publication, source, folder = published(name, task, as_published=as_published), Path(source), Path(folder)
    if not source.exists():
        raise DatasetError(f"there is no folder {source}: download {publication.title} from {publication.origin}")
    download = originals(source, folder, dry_run=how.dry_run)
    if publication.resumes:  # it writes beside `folder` while it lists
        _refuse_within(download, folder)
    root, rows = _listed(publication, download, _work_folder(folder, how))
    left_out = publication.list_left_out(root)
    left_out += read_official(official_splits, rows) if official_splits else []
    return prepare_rows(publication, root, rows, folder, left_out=left_out, how=how)


def originals(source: Path, folder: Path, *, dry_run: bool) -> Path:
    """Return the folder of the originals: `source`, or what its archives hold, unpacked below `folder`.

    Raises:
        DatasetError: A dry run would have to write them first, or `folder` is where the command runs (also what an
            empty `--out` is read as); or as `unpacked` does.
    """
    if folder == Path():
        raise DatasetError("a data set has a folder of its own; got the current one: name another, --out data/NAME")
    if dry_run and archives_in(source) and not (folder / UNPACKED).is_dir():
        raise DatasetError(f"a dry run writes nothing, and {source} must be unpacked first: leave --dry-run out")
    return (folder / UNPACKED) if dry_run and archives_in(source) else unpacked(source, folder)


def _listed(publication: Published, source: Path, work: Path | None) -> tuple[Path, list[Row]]:
    """Return the images; also if an archive holds them in one folder more than the layout has."""
    list_images = partial(publication.list_images, work=work) if publication.resumes else publication.list_images
    try:
        return list_images(source)
    except DatasetError:
        inside = [path for path in source.iterdir() if path.is_dir()] if source.name == UNPACKED else []
        if len(inside) != 1:
            raise
    return list_images(inside[0])


def prepare_rows(
    publication: Published,
    root: Path,
    rows: list[Row],
    folder: Path,
    *,
    left_out: Sequence[LeftOut],
    facts: Mapping[str, Any] = MappingProxyType({}),
    how: How,
) -> PreparedDataset:
    """Read, compare, exclude, fold and write listed images; return what is prepared, or would be in a dry run.

    Args:
        publication: Whose images they are.
        root: Folder of the originals.
        rows: A row per image.
        folder: Folder to write.
        left_out: What became no row, and why.
        facts: What `dataset.json` says beside what it says of every data set.
        how: How it is written.

    Raises:
        DatasetError: No usable image, `folder` lies in `root`, or holds other data.
    """
    _refuse_within(root, folder)
    work = _work_folder(folder, how)
    rows = sorted(rows, key=key)
    prints = read_fingerprints(root, rows, work)
    left_out = [*left_out, *_record_pixels(root, rows, prints)]
    _record_duplicates(rows, duplicates_among(rows, prints))
    left_out = [*left_out, *_without_faulty_masks(root, rows, prints)]
    if not any(is_kept(row) for row in rows):
        reasons = ", ".join(sorted({row["exclude"].partition(":")[0] for row in rows}))
        whole = (
            f"is the download of {publication.title} complete?"
            if publication.origin
            else f"they are left out, {reasons}"
        )
        raise DatasetError(f"{root} has no usable image among {len(rows)}: {whole}")
    for row, fold in zip(rows, assign_folds(rows), strict=True):
        row["fold"] = fold if publication.class_names else ""
    if how.salt:
        pseudonymise(rows, how.salt)
    description = {**_describe(publication, rows, synthetic=(root / PHANTOMS).is_file()), **facts}
    description["left_out"] = counted(left_out)
    if how.dry_run:
        return PreparedDataset(folder, description, rows)
    data = write_prepared(folder, description=description, root=root, rows=rows, replace=how.replace)
    write_left_out(folder, left_out)
    if work:
        shutil.rmtree(work, ignore_errors=True)
    return data


def _refuse_within(root: Path, folder: Path) -> None:
    if folder.resolve().is_relative_to(root.resolve()):
        raise DatasetError(f"originals are never changed, and {folder} lies in {root}: give another --out")


def _work_folder(folder: Path, how: How) -> Path | None:
    """Return the hidden folder beside `folder` that keeps what has been read, should the preparation be stopped."""
    return None if how.dry_run else folder.absolute().with_name(f".{folder.absolute().name}.work")


def duplicates_among(rows: Sequence[Row], prints: Sequence[Fingerprint | ImageError]) -> list[Duplicate]:
    """Return the pairs of rows, by position, that show the same picture; unreadable images are in none.

    Where the patient is not known, the study stands for it: neighbouring frames resemble each other.
    """
    return find_duplicates(prints, [row["patient"] or row["study"] for row in rows])


def labels_in_conflict(rows: Sequence[Row], duplicates: Sequence[Duplicate]) -> list[list[int]]:
    """Return the groups of duplicates, by position, that carry more than one label."""
    return [group for group in groups_of(len(rows), duplicates) if contradicting([rows[n] for n in group])]


def groups_of(count: int, duplicates: Sequence[Duplicate]) -> list[list[int]]:
    """Return the positions that show the same picture, directly or through others, in order."""
    groups: dict[int, list[int]] = {}
    for position, group in enumerate(linked(count, [(pair.first, pair.second) for pair in duplicates])):
        groups.setdefault(group, []).append(position)
    return [group for group in groups.values() if len(group) > 1]


def _record_pixels(root: Path, rows: Sequence[Row], prints: Sequence[Fingerprint | ImageError]) -> list[LeftOut]:
    """Write the digest of each image; exclude those that cannot be read, and return them with the decoder's reason."""
    left_out = list[LeftOut]()
    for row, its in zip(rows, prints, strict=True):
        if isinstance(its, Fingerprint):
            row["pixels"] = its.pixels
            continue
        if not row["exclude"]:
            path = str(root / row["image"])
            reason = str(its).removeprefix(f"{path}: ").replace(path, row["image"])
            left_out.append(LeftOut("file", row["image"], f"{UNREADABLE}: {reason}"))
        row["pixels"], row["exclude"] = "", row["exclude"] or UNREADABLE
    return list(dict.fromkeys(left_out))  # once for all frames of a file


def _record_duplicates(rows: Sequence[Row], duplicates: Sequence[Duplicate]) -> None:
    for row in rows:
        row["group"] = ""
    for number, group in enumerate(groups_of(len(rows), duplicates), start=1):
        for position in group:
            rows[position]["group"] = str(number)
    for group in labels_in_conflict(rows, duplicates):
        for position in group:
            own = rows[position]
            others = [rows[n]["image"] for n in group if contradicting([own, rows[n]])]
            same = f": same picture as {others[0]}" if others else ""
            own["exclude"] = own["exclude"] or f"{CONFLICTING}{same}"


def _without_faulty_masks(root: Path, rows: Sequence[Row], prints: Sequence[Fingerprint | ImageError]) -> list[LeftOut]:
    """Take masks that cannot be trained on out of the rows, and return them; the other masks of an image still count.

    An image that loses its last one is not annotated, which is not normal: it is nobody's background.
    """
    faults = mask_faults(root, rows, shapes_of(rows, prints))
    for fault in faults:
        row = rows[fault.position]
        row["mask"] = ";".join(mask for mask in masks(row) if mask != fault.mask)
    return [LeftOut("file", fault.mask, f"{fault.kind}: {fault.detail}") for fault in faults]


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
    labels.update(name for row in rows for name, value in findings(row).items() if value == "1")
    single = publication.task in ("binary", "multiclass")
    return {
        "images": sum(labels[name] for name in publication.class_names) if single else len(rows),
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
