"""Masks that are not what an index claims: the preparation leaves them out of it, the audit finds those since."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import ImageError, MaskError
from ..files import sha256
from ..io.decode import decode_mask
from ..io.decode.contours import file_of
from ..io.decode.crop import box_of
from .fingerprints import Fingerprint
from .index import Row, findings, masks
from .reading import of_each

MISSING, UNREADABLE, SIZE = "missing file", "unreadable mask", "mask of another size"
EMPTY, FOREIGN = "empty mask", "mask of another image"


class MaskFault(NamedTuple):
    """A mask that must not be trained on: of which row, which of its masks, what kind of fault, and a sentence."""

    position: int
    mask: str
    kind: str
    detail: str


class _Look(NamedTuple):
    """A mask that was read, or its fault; `digest` is empty where it shows no lesion."""

    position: int
    mask: str
    digest: str = ""
    fault: MaskFault | None = None


def shapes_of(rows: Sequence[Row], prints: Sequence[Fingerprint | ImageError]) -> list[tuple[int, int] | None]:
    """Return height and width of each image that has masks and can be read; None of the others."""
    return [
        its.shape if row["mask"] and isinstance(its := prints[place], Fingerprint) else None
        for place, row in enumerate(rows)
    ]


def mask_faults(root: Path, rows: Sequence[Row], shapes: Sequence[tuple[int, int] | None]) -> list[MaskFault]:
    """Return what is wrong with the masks of an index, in its order: at most one fault each.

    An all-zero mask says that an image is normal. It is believed where the index calls the image normal, and where no
    image of its class shows a lesion; anywhere else an annotation was forgotten. And no two lesions are equal to the
    pixel: masks that are, of different patients' images that are no duplicates, cannot both be right.

    Args:
        root: Folder of the originals.
        rows: Rows of the index, with their groups of duplicates.
        shapes: Height and width of each image inside its crop; None where it cannot be read, whose masks are passed
            over; as of `shapes_of`.
    """

    def look(asked: tuple[int, str, tuple[int, int]]) -> _Look:
        return _look(root, rows[asked[0]], asked)

    asked = [(place, mask, shape) for place, shape in enumerate(shapes) if shape for mask in masks(rows[place])]
    looks = of_each(asked, look, what="masks")
    shown = {_class(rows[its.position]) for its in looks if its.digest}
    twins = _twins(rows, looks)
    found = []
    for its in looks:
        row = rows[its.position]
        if its.fault:
            found.append(its.fault)
        elif not its.digest and not _is_normal(row, shown):
            detail = f"{its.mask} shows no lesion, though its image is not normal"
            found.append(MaskFault(its.position, its.mask, EMPTY, detail))
        elif twin := twins.get((its.position, its.mask)):
            detail = f"{its.mask} and {twin} are equal, of different patients: one is another image's"
            found.append(MaskFault(its.position, its.mask, FOREIGN, detail))
    return found


def _look(root: Path, row: Row, asked: tuple[int, str, tuple[int, int]]) -> _Look:
    position, mask, shape = asked
    try:
        lesion = decode_mask(root / mask)
    except MaskError as error:
        kind = UNREADABLE if file_of(root / mask).exists() else MISSING
        return _Look(position, mask, fault=MaskFault(position, mask, kind, str(error).replace(f"{root}/", "")))
    if box := box_of(row["crop"]):
        lesion = lesion[box.top : box.bottom, box.left : box.right]
    if lesion.shape != shape:
        sizes = f"{lesion.shape[0]} x {lesion.shape[1]}, its image {shape[0]} x {shape[1]} (height x width)"
        return _Look(position, mask, fault=MaskFault(position, mask, SIZE, f"{mask} is {sizes}"))
    return _Look(position, mask, digest=sha256(repr(shape).encode() + lesion.tobytes()) if lesion.any() else "")


def _class(row: Row) -> tuple[str, ...]:
    return row["label"], row.get("tissue", ""), *findings(row).values()


def _is_normal(row: Row, shown: set[tuple[str, ...]]) -> bool:
    return "normal" in (row["label"], row.get("tissue")) or _class(row) not in shown


def _twins(rows: Sequence[Row], looks: Sequence[_Look]) -> dict[tuple[int, str], str]:
    """Return, for each mask that is equal to one of another patient's image, that one."""
    equal: dict[str, list[_Look]] = defaultdict(list)
    for its in looks:
        if its.digest:
            equal[its.digest].append(its)
    twins = {}
    for one in looks:
        others = (its for its in equal.get(one.digest, ()) if not _related(rows[one.position], rows[its.position]))
        if twin := next(others, None):
            twins[one.position, one.mask] = twin.mask
    return twins


def _related(one: Row, other: Row) -> bool:
    """Return whether two images are of one patient, as far as is known, or the same picture."""
    if one["group"] and one["group"] == other["group"]:
        return True
    return _patient(one) == _patient(other)


def _patient(row: Row) -> str:
    return row["patient"] or row["study"] or row["image"]
