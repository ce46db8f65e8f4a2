"""The checks of an audit: images, duplicates, masks and leaks between parts, looked at afresh on disk."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import ImageError, MaskError
from ...io.decode import decode_mask
from ...io.decode.crop import box_of
from ..duplicates import Duplicate
from ..fingerprints import Fingerprint
from ..folds import PARTS, folds_of, parts_of, shared
from ..index import Row, is_kept, masks
from ..prepare import duplicates_among, labels_in_conflict
from ..prepared import PreparedDataset, read_prepared
from ..reading import of_each, read_fingerprints
from .findings import HANDLED, NOTE, SPOILS, Finding, Findings
from .privacy import burned_in

BLANK_SPREAD = 2 / 255
"""Standard deviation, of values in `[0, 1]`, below which an image is blank: two of 255 grey levels.

The flattest image of BUS-BRA has 15.6 of 255.
"""

Prints = Sequence[Fingerprint | ImageError]


def audit(folder: str | Path) -> Findings:
    """Return what is wrong with the prepared data set in `folder`.

    Raises:
        DatasetError: It is not a prepared data set, or was edited.
    """
    data = read_prepared(folder)
    rows = data.rows
    prints = read_fingerprints(data.root, rows)
    duplicates = duplicates_among(rows, prints)
    found = [
        *_images(data, prints),
        *_duplicates(rows, duplicates),
        *_masks(data, prints),
        *_leaks(rows),
        *burned_in(data.root, rows),
    ]
    return Findings(data=data, found=found, classes=_classes(data), folds=_folds(data))


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
        detail = f"{one['image']} ({one['label']}) and {other['image']} ({other['label']})"
        yield Finding(kind, HANDLED if _together(one, other) else SPOILS, detail, (one["image"], other["image"]))
    for group in labels_in_conflict(rows, duplicates):
        verdict = SPOILS if any(is_kept(rows[n]) for n in group) else HANDLED
        detail = ", ".join(f"{rows[n]['image']} ({rows[n]['label']})" for n in group)
        yield Finding("conflicting labels", verdict, detail, tuple(rows[n]["image"] for n in group))


def _together(one: Row, other: Row) -> bool:
    """Whether two images can never stand in different parts of a fold of ours."""
    excluded = not (is_kept(one) and is_kept(other))
    return excluded or any(one[column] and one[column] == other[column] for column in ("patient", "group"))


def _masks(data: PreparedDataset, prints: Prints) -> Iterator[Finding]:
    shape_of = {
        row["image"]: its.shape for row, its in zip(data.rows, prints, strict=True) if isinstance(its, Fingerprint)
    }
    readable = [row for row in data.rows if row["image"] in shape_of]

    def check(row: Row) -> list[Finding]:
        found = (_mask(data.root, row, mask, shape_of[row["image"]]) for mask in masks(row))
        return [finding for finding in found if finding]

    for found in of_each(readable, check, what="masks"):
        yield from found


def _mask(root: Path, row: Row, mask: str, shape: tuple[int, int]) -> Finding | None:
    verdict, files = SPOILS if is_kept(row) else HANDLED, (row["image"], mask)
    try:
        lesion = decode_mask(root / mask)
        if box := box_of(row["crop"]):
            lesion = lesion[box.top : box.bottom, box.left : box.right]
    except MaskError as error:
        kind = "unreadable mask" if (root / mask).exists() else "missing file"
        return Finding(kind, verdict, _below(root, error), (row["image"],))
    if lesion.shape != shape:
        detail = f"{mask} is {lesion.shape[0]} x {lesion.shape[1]}, its image {shape[0]} x {shape[1]} (height x width)"
        return Finding("mask of another size", verdict, detail, files)
    if not lesion.any() and "normal" not in (row["label"], row.get("tissue")):
        return Finding("empty mask", NOTE, f"{mask} shows no lesion, though the image is not normal", files)
    return None


def _leaks(rows: Sequence[Row]) -> Iterator[Finding]:
    for fold in folds_of(rows):
        verdict = NOTE if fold.startswith("official") else SPOILS
        for kind, column in (("patients across parts", "patient"), ("duplicates across parts", "group")):
            for pair, names in shared(rows, parts_of(rows, fold), column=column).items():
                if names:
                    what = "patients" if column == "patient" else "groups of duplicates"
                    files = tuple(row["image"] for row in rows if row[column] in names and is_kept(row))
                    yield Finding(kind, verdict, f"fold {fold}: {len(names):,} {what} in {pair}", files)


def _classes(data: PreparedDataset) -> dict[str, dict[str, int]]:
    kept = [row for row in data.rows if is_kept(row)]
    return {
        name: {
            "images": sum(row["label"] == name for row in kept),
            "patients": len({row["patient"] for row in kept if row["label"] == name} - {""}),
        }
        for name in data.class_names
    }


def _folds(data: PreparedDataset) -> dict[str, dict[str, dict[str, int]]]:
    result = {}
    for fold in folds_of(data.rows):
        counts = Counter(zip(parts_of(data.rows, fold), (row["label"] for row in data.rows), strict=True))
        result[fold] = {part: {name: counts[part, name] for name in data.class_names} for part in PARTS}
    return result
