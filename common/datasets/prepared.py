"""A prepared data set on disk: `index.csv`, a row per image, and `dataset.json`, what holds for all of them.

Originals are never copied or changed: the index names them below a root, and `dataset.json` says where that is.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import DatasetError, StorageError
from ..files import sha256_of_file, write_atomically, write_json
from .index import Row, from_csv, in_order, to_csv

DESCRIPTION = "dataset.json"
INDEX = "index.csv"

STORE, STORE_CARD = "store.npy", "store.json"
"""The images as the network gets them, and what they are of (`store.py`)."""

DERIVED = (STORE_CARD, STORE, "audit.json", "audit.html")
"""What is made from the index and lies beside it: out of date as soon as the index changes."""

VERSION = 3
"""Version of the preparation: raised when the same originals would give another index."""


@dataclass(frozen=True)
class PreparedDataset:
    """A prepared data set: its folder, its `dataset.json` and its rows."""

    folder: Path
    description: Mapping[str, Any]
    """`dataset.json`: name, title, origin, licence, citation, task, class_names, ordered, counts, synthetic ..."""
    rows: list[Row]

    @property
    def name(self) -> str:
        """The data set's name on the command line of `scripts/prepare.py`."""
        return str(self.description["name"])

    @property
    def title(self) -> str:
        """The name that its authors gave it."""
        return str(self.description["title"])

    @property
    def task(self) -> str:
        """`binary`, `multiclass` or `multilabel`; `unlabelled` where there is nothing to train on."""
        return str(self.description["task"])

    @property
    def class_names(self) -> list[str]:
        """Class names in the order of the network's outputs."""
        return list(self.description["class_names"])

    @property
    def synthetic(self) -> bool:
        """Whether the images are phantoms, which every result must then say."""
        return bool(self.description["synthetic"])

    @cached_property  # asked for with every image, and following its links takes longer than all else of an item
    def root(self) -> Path:
        """Absolute folder of the originals, below which `image` and `mask` lie."""
        return _root(self.folder, self.description["root"])

    @property
    def index_sha256(self) -> str:
        """SHA-256 of `index.csv`, which holds digests of all pixels: it identifies the data."""
        return str(self.description["index_sha256"])


def read_prepared(folder: str | Path) -> PreparedDataset:
    """Return the prepared data set in `folder`.

    Raises:
        DatasetError: No such folder, not prepared, prepared by another version, edited by hand, or originals gone.
    """
    folder = Path(folder)
    description = _checked(folder)
    with (folder / INDEX).open(encoding="utf-8", newline="\n") as lines:
        return PreparedDataset(folder, description, from_csv(lines))


def _checked(folder: Path) -> dict[str, Any]:
    """Return what describes the data set in `folder`, whose index and originals are then as they were."""
    again = f"prepare it again: python scripts/prepare.py DATASET SOURCE --out {folder}"
    if not folder.is_dir():
        raise DatasetError(f"there is no data set at {folder}; {again.replace(' it again', ' one')}")
    if not (folder / DESCRIPTION).is_file() or not (folder / INDEX).is_file():
        raise DatasetError(f"{folder} is not prepared; run python scripts/prepare.py DATASET SOURCE --out {folder}")
    description = _read_description(folder)
    if description.get("version") != VERSION:
        raise DatasetError(f"{folder} has version {description.get('version')}, this code reads {VERSION}; {again}")
    if sha256_of_file(folder / INDEX) != description["index_sha256"]:
        raise DatasetError(f"{folder / INDEX} was edited after its preparation (its sha256 differs); {again}")
    root = _root(folder, description["root"])
    if not root.is_dir():
        raise DatasetError(f"the originals of {folder} are no longer at {root}: put them back, or {again}")
    return description


def write_prepared(
    folder: str | Path, *, description: Mapping[str, Any], root: Path, rows: Sequence[Row], replace: bool = False
) -> PreparedDataset:
    """Write `index.csv` and `dataset.json` as one, and return what `read_prepared` then finds.

    A new folder appears complete or not at all; an existing one counts as not prepared while it changes. The same
    data set again gives the same bytes.

    Args:
        folder: The folder to write, such as `data/busbra`; its other files are left alone.
        description: What `dataset.json` says, apart from version, root and hash.
        root: Folder of the originals; stored relative to `folder` where the file system allows it.
        rows: A row per image, in any order.
        replace: Whether another data set in `folder` may be overwritten.

    Raises:
        DatasetError: `folder` holds another data set, and `replace` is not set.
        StorageError: It cannot be written.
    """
    folder, rows = Path(folder), in_order(rows)
    digest = hashlib.sha256()
    for line in to_csv(rows):
        digest.update(line.encode())
    complete = {
        **description,
        "version": VERSION,
        "root": _stored_root(folder, root),
        "index_sha256": digest.hexdigest(),
    }
    if not replace:
        _refuse_other(folder, complete)
    if not _is_same(folder, complete):
        _write_as_one(folder, complete, rows)
    return PreparedDataset(folder, _checked(folder), rows)


def _root(folder: Path, stored: str) -> Path:
    return (folder.resolve() / stored).resolve()


def _stored_root(folder: Path, root: Path) -> str:
    try:
        return Path(os.path.relpath(root.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return root.resolve().as_posix()


def _read_description(folder: Path) -> dict[str, Any]:
    try:
        description: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        missing = {"name", "root", "index_sha256", "class_names"} - set(description)
    except (OSError, ValueError, TypeError) as error:
        raise DatasetError(f"{folder / DESCRIPTION} is damaged ({error}): prepare it again with --replace") from error
    if missing:
        raise DatasetError(f"{folder / DESCRIPTION} has no {min(missing)!r}: prepare it again with --replace")
    return description


def _refuse_other(folder: Path, description: Mapping[str, Any]) -> None:
    ways = "give another --out, or --replace"
    if not (folder / DESCRIPTION).is_file():
        if (folder / INDEX).exists():
            raise DatasetError(f"{folder} holds an {INDEX} without {DESCRIPTION}: {ways}")
        return
    present = _read_description(folder)
    if (present["name"], present["root"]) != (description["name"], description["root"]):
        found = f"{present['name']!r} from {_root(folder, present['root'])}"
        raise DatasetError(f"{folder} holds another data set, {found}: {ways}")


def _is_same(folder: Path, description: Mapping[str, Any]) -> bool:
    try:
        return _checked(folder) == description
    except DatasetError:
        return False


def _write_as_one(folder: Path, description: Mapping[str, Any], rows: Sequence[Row]) -> None:
    staging = folder.absolute().with_name(f".{folder.absolute().name}.{os.getpid()}.tmp")
    try:
        write_atomically(staging / INDEX, lambda file: file.writelines(line.encode() for line in to_csv(rows)))
        write_json(staging / DESCRIPTION, dict(description))
        if folder.exists():
            for name in (DESCRIPTION, *DERIVED):  # without the first, nobody reads a mixture of old and new
                (folder / name).unlink(missing_ok=True)
            for name in (INDEX, DESCRIPTION):
                (staging / name).replace(folder / name)
        else:
            staging.rename(folder)
    except OSError as error:
        raise StorageError(f"cannot write {folder} ({error.strerror or error}): give another folder") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
