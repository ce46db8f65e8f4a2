"""From anybody's own images to a prepared data set."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import DatasetError
from .. import Published
from ..prepare import AS_USUAL, How, originals, prepare_rows
from ..prepared import PreparedDataset
from . import Listed
from .classes import Rules
from .details import NONE, Columns
from .folder import list_folder
from .images import find_images
from .sheet import read_sheet
from .table import list_table, list_unlabelled


@dataclass(frozen=True, kw_only=True)
class Own:
    """What a user says about images of their own, on the command line of `scripts/prepare.py`."""

    kind: str
    """One of `KINDS`."""
    images: Path
    """Folder of the images, or a zip file, or a folder of these."""
    table: Path | None = None
    sheet: str = ""
    """Which sheet of a workbook."""
    columns: Columns = field(default_factory=Columns)
    rules: Rules = field(default_factory=Rules)
    unlabelled: bool = False
    """Whether DICOM files are prepared without labels, for inference."""
    clips: int = 0
    """Frames of a clip, where a file of several frames shall be one image; 0 for an image per frame."""


def prepare_own(own: Own, folder: str | Path, *, how: How = AS_USUAL) -> PreparedDataset:
    """Prepare images of a user's own in `folder`, and return them.

    Raises:
        DatasetError: No images, no usable labels, or labels that do not fit; see `own`.
    """
    folder = Path(folder)
    _refuse_without_labels(own)
    if not own.images.exists():
        raise DatasetError(f"there is no folder {own.images}: give the one that holds the images")
    listed = _list(own, originals(own.images, folder, dry_run=how.dry_run))
    facts = {"ordered": listed.ordered, "notes": listed.notes}
    publication = _publication(own, listed)
    return prepare_rows(publication, listed.root, listed.rows, folder, left_out=listed.left_out, facts=facts, how=how)


def _refuse_without_labels(own: Own) -> None:
    if own.kind == "dicom" and (own.table is None) != own.unlabelled:
        what = (
            "--labels and --unlabelled exclude each other" if own.table else "training needs labels: give --labels FILE"
        )
        raise DatasetError(f"{what}; --unlabelled is for images that are only scored")


def _list(own: Own, source: Path) -> Listed:
    if own.kind == "folder":
        return list_folder(source, own.rules, patients=own.columns.patient != NONE, clips=own.clips)
    sheet = read_sheet(own.table, own.sheet) if own.table else None
    images = find_images(source, clips=own.clips, dicom_only=own.kind == "dicom")
    if sheet is None:
        return list_unlabelled(images)
    table = os.path.realpath(sheet.path)  # unlike `Path.resolve`, also of a link to itself
    others = [its for its in images.left_out if os.path.realpath(source / its.where) != table]
    return list_table(sheet, images._replace(left_out=others), own.columns, own.rules)


def _publication(own: Own, listed: Listed) -> Published:
    return Published(
        name=own.kind,
        title=own.images.resolve().name.removesuffix(".zip"),
        origin="",
        licence="your own images: on your terms",
        citation="",
        task=listed.task,
        class_names=listed.class_names,
        counts={},
        list_images=lambda _: (listed.root, listed.rows),
    )
