"""What training, evaluation and inference read: lists of `{"image": path, "label": class name, ...}`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import DatasetError, LabelError
from .folds import partition
from .prepared import DESCRIPTION, PreparedDataset, read_prepared


class Origin(NamedTuple):
    """The prepared data set that items came from: its name, whether it is synthetic, its index's hash, its root."""

    name: str
    synthetic: bool
    index_sha256: str
    root: Path


class Items(list[dict[str, Any]]):
    """Items with the `Origin` they share; a plain list, as MONAI Label hands over, has none."""

    def __init__(self, items: Sequence[dict[str, Any]], origin: Origin) -> None:
        super().__init__(items)
        self.origin = origin


def read_items(dataset_dir: str | Path, class_names: Sequence[str], *, fold: int | str, part: str) -> Items:
    """Return the items of one part of one fold, in the order of the index.

    Args:
        dataset_dir: A prepared data set.
        class_names: The classes that the configuration knows.
        fold: `0` to `4`, `official`, or `official_k`.
        part: `train`, `valid` or `test`.

    Raises:
        DatasetError: Not a prepared data set, or edited since.
        LabelError: The index names a class that `class_names` lacks.
        SplitError: No such fold, or a part that is empty or lacks a class.
    """
    data = read_prepared(Path(dataset_dir))
    parts = partition(data.rows, str(fold))
    unknown = sorted({row["label"] for row in data.rows if not row["exclude"]} - set(class_names))
    if unknown:
        raise LabelError(
            f"{dataset_dir} has the class {unknown[0]!r}, class_names are {list(class_names)}: "
            "add it to class_names, or prepare other labels"
        )
    chosen = [_item(row, data.root) for row, own in zip(data.rows, parts, strict=True) if own == part]
    return Items(chosen, _origin(data))


def _item(row: dict[str, str], root: Path) -> dict[str, Any]:
    return {
        "image": str(root / row["image"]),
        "label": row["label"],
        "frame": row["frame"],
        "patient": row["patient"],
        "study": row["study"],
    }


def read_folder(dataset_dir: str | Path) -> Items:
    """Return an item for every image of a prepared data set, or for every file below any other folder, without labels.

    Files are sorted by path; hidden ones are passed over.

    Raises:
        DatasetError: There is no such folder, or nothing in it.
    """
    root = Path(dataset_dir)
    if (root / DESCRIPTION).is_file():
        data = read_prepared(root)
        unlabelled = [{**_item(row, data.root), "label": ""} for row in data.rows]
        return Items(unlabelled, _origin(data))
    if not root.is_dir():
        raise DatasetError(f"dataset_dir is a folder of images; there is no folder {str(dataset_dir)!r}")
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    if not files:
        raise DatasetError(f"dataset_dir is a folder of images; {str(dataset_dir)!r} is empty")
    return Items(
        [{"image": str(path)} for path in files], Origin(root.name, synthetic=False, index_sha256="", root=root)
    )


def _origin(data: PreparedDataset) -> Origin:
    return Origin(data.title, data.synthetic, data.index_sha256, data.root)
