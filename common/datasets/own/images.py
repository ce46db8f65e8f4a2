"""Every image below a folder: a row for each, or for each frame, and the ids by which a table may name it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ...errors import DatasetError, ImageError
from ...files import sha256_of_file
from ...io.decode import contents, is_known
from ..index import COLUMNS, Row
from ..left_out import LeftOut
from .headers import is_dicom, ranks, read_header
from .slices import in_order
from .walk import walk


class Found(NamedTuple):
    """An image, or a frame, or a clip; `ids` are for joining, and are not written."""

    row: Row
    ids: dict[str, str]


class Images(NamedTuple):
    """What a folder holds: images in the order of their paths, and what is none or stays out."""

    root: Path
    found: list[Found]
    left_out: list[LeftOut]


def find_images(root: Path, *, clips: int = 0, dicom_only: bool = False) -> Images:
    """Return a row per image, or frame, of the files below `root` that begin like an image of a kind we read.

    Patients, studies, crops and devices are those of DICOM headers; the frames of another file are a study of their
    own. Hidden files are passed over.

    Args:
        root: The folder.
        clips: Frames of a clip, where a file of several frames shall be one row; 0 for a row per frame.
        dicom_only: Whether other kinds of images are left out.

    Raises:
        DatasetError: No such folder, or no image in it.
    """
    from tqdm import tqdm

    if not root.is_dir():
        raise DatasetError(f"there is no folder {root}: give the one that holds the images")
    files, left_out = walk(root)
    found, moments = list[Found](), list[str]()
    for path in tqdm(files, desc="files", delay=1, disable=None):
        name = path.relative_to(root).as_posix()
        try:
            one, moment = _of_file(path, name, dicom_only=dicom_only)
            rows = list(_frames(one.row, _count(path, one), clips))
        except ImageError as error:
            left_out.append(LeftOut("file", name, str(error)))
            continue
        found += [Found(row, one.ids) for row in rows]
        moments += [moment] * len(rows)
    if not found:
        raise DatasetError(_none(root, files, left_out, dicom_only=dicom_only))
    for (row, _), rank in zip(found, ranks(moments), strict=True):
        if "modality" in row:
            row["acquired"] = rank
    copies = _copies(root, found)
    found = [its for its in found if its.row["image"] not in copies]
    left_out += [LeftOut("file", name, f"a copy of another file: {first}") for name, first in copies.items()]
    return Images(root, found, left_out + in_order(root, [its.row for its in found]))


def _copies(root: Path, found: Sequence[Found]) -> dict[str, str]:
    """Return the DICOM files that are byte for byte an earlier one of the same SOPInstanceUID, and that one.

    An UID alone does not tell: careless converters give the same to all of their files.
    """
    files: dict[str, list[str]] = {}
    for its in found:
        names = files.setdefault(its.ids.get("SOPInstanceUID", ""), [])
        if its.row["image"] not in names[-1:]:
            names.append(its.row["image"])
    result = dict[str, str]()
    for names in [names for instance, names in files.items() if instance and len(names) > 1]:
        first = dict[str, str]()
        for name in names:
            original = first.setdefault(sha256_of_file(root / name), name)
            if original != name:
                result[name] = original
    return result


def _of_file(path: Path, name: str, *, dicom_only: bool) -> tuple[Found, str]:
    """Return a file's row, and when it was acquired, if it says so.

    Raises:
        ImageError: It is no image; the message is the reason alone.
    """
    _refuse_unopened(path)
    row = {**dict.fromkeys(COLUMNS, ""), "image": name, "exclude": ""}
    if is_dicom(path):
        header = read_header(path)
        return Found({**row, **header.columns}, {**header.ids, "frames": str(header.frames)}), header.moment
    if dicom_only or not is_known(path):
        raise ImageError("not DICOM" if dicom_only else "not an image that is read here")
    return Found(row, {}), ""


def _refuse_unopened(path: Path) -> None:
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise ImageError("empty")
    except OSError as error:
        raise ImageError(f"unreadable: {error.strerror}") from error


def _count(path: Path, one: Found) -> int:
    return int(one.ids.pop("frames", 0)) or contents(path).frames


def _frames(row: Row, count: int, clips: int) -> Iterator[Row]:
    if count == 1:
        yield row
        return
    study = row["study"] or row["image"]
    if not clips:
        yield from ({**row, "frame": str(frame), "study": study} for frame in range(count))
    elif count >= clips:
        yield {**row, "frame": evenly(count, clips), "study": study}
    else:
        raise ImageError(f"fewer frames than a clip: {count} of {clips}")


def evenly(count: int, frames: int) -> str:
    """Return `start:stop:step` of so many evenly spaced frames out of `count`, as centred as whole steps allow."""
    step = (count - 1) // (frames - 1) if frames > 1 else 1
    start = (count - 1 - step * (frames - 1)) // 2
    return f"{start}:{start + step * (frames - 1) + 1}:{step}"


def _none(root: Path, files: Sequence[Path], left_out: Sequence[LeftOut], *, dicom_only: bool) -> str:
    kinds = "DICOM" if dicom_only else "PNG, JPEG, NPY, NIfTI, DICOM"
    what = f"none of its {len(files):,} files is one, such as {files[0].name}" if files else "it is empty"
    if left_out and not files:
        what = f"{left_out[0].where} is left out, {left_out[0].reason}"
    return f"{root} has no images that can be read ({kinds}): {what}"
