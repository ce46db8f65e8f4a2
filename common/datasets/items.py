"""What training, evaluation and inference read: lists of `{"image": path, "label": class name, ...}`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import DatasetError, LabelError, SplitError
from ..io.decode import frames_in
from ..io.worker import Decoder
from .folds import partition
from .prepared import DESCRIPTION, PreparedDataset, read_prepared
from .store import find_store


class Origin(NamedTuple):
    """The prepared data set that items came from.

    `shared_patients` counts, by pair of parts of the fold, the patients that stand in both: none in our own folds.
    """

    name: str
    synthetic: bool
    index_sha256: str
    root: Path
    shared_patients: dict[str, int]


class Items(list[dict[str, Any]]):
    """Items with the `Origin` they share; a plain list, as MONAI Label hands over, has none."""

    def __init__(self, items: Sequence[dict[str, Any]], origin: Origin) -> None:
        super().__init__(items)
        self.origin = origin


def read_items(
    dataset_dir: str | Path,
    class_names: Sequence[str],
    *,
    fold: int | str,
    part: str,
    image_size: Sequence[int] | None = None,
    window: str = "none",
) -> Items:
    """Return the items of one part of one fold, in the order of the index.

    Args:
        dataset_dir: A prepared data set.
        class_names: The classes that the configuration knows.
        fold: `0` to `4`, `official`, or `official_k`.
        part: `train`, `valid` or `test`.
        image_size: `[H, W]` in pixels at which images come from the store, where there is one; None never reads it.
        window: The named CT window of the store, or `none`.

    Raises:
        DatasetError: Not a prepared data set, edited since, or with a store of another size or window.
        LabelError: The index names a class that `class_names` lacks.
        SplitError: No such fold, or a part that is empty or lacks a class.
    """
    data = read_prepared(Path(dataset_dir))
    if not data.class_names:
        raise DatasetError(f"{dataset_dir} was prepared without labels, for inference only: prepare it with --labels")
    parts = partition(data.rows, str(fold))
    unknown = sorted({row["label"] for row in data.rows if not row["exclude"]} - set(class_names))
    if unknown:
        raise LabelError(
            f"{dataset_dir} has the class {unknown[0]!r}, class_names are {list(class_names)}: "
            "add it to class_names, or prepare other labels"
        )
    positions = [position for position, own in enumerate(parts) if own == part]
    if absent := sorted(set(class_names) - {data.rows[position]["label"] for position in positions}):
        raise SplitError(f"fold {fold}: its {part} part has no {absent[0]!r}: add images of that class")
    items = [_item(data.rows[position], data.root) for position in positions]
    if image_size and (store := find_store(data, image_size=image_size, window=window)):
        items = [{**item, "stored": (str(store), position)} for item, position in zip(items, positions, strict=True)]
    return Items(items, _origin(data, str(fold)))


def _item(row: dict[str, str], root: Path) -> dict[str, Any]:
    return {
        "image": str(root / row["image"]),
        "label": row["label"],
        "frame": row["frame"],
        "crop": row["crop"],
        "patient": row["patient"],
        "study": row["study"],
    }


def read_folder(dataset_dir: str | Path) -> Items:
    """Return an item for every image of a prepared data set, or of the files below any other folder, without labels.

    Files are sorted by path, hidden ones passed over; one that holds several frames gives an item for each.

    Raises:
        DatasetError: There is no such folder, or nothing in it.
    """
    root = Path(dataset_dir)
    if (root / DESCRIPTION).is_file():
        data = read_prepared(root)
        unlabelled = [{**_item(row, data.root), "label": ""} for row in data.rows]
        return Items(unlabelled, _origin(data, fold=""))
    if not root.is_dir():
        raise DatasetError(f"there is no folder {str(dataset_dir)!r}: give one of images, --dataset_dir FOLDER")
    files = [path for path in sorted(root.rglob("*")) if not path.is_dir() and not path.name.startswith(".")]
    if not files:
        raise DatasetError(f"the folder {str(dataset_dir)!r} is empty: give one of images, --dataset_dir FOLDER")
    origin = Origin(root.name, synthetic=False, index_sha256="", root=root, shared_patients={})
    with Decoder() as decoder:
        items = [item for path in files for item in _items_of(path, frames_in(path, decoder.decode))]
    return Items(items, origin)


def _items_of(path: Path, frames: int) -> list[dict[str, Any]]:
    if frames == 1:
        return [{"image": str(path)}]
    return [{"image": str(path), "frame": str(frame)} for frame in range(frames)]


def _origin(data: PreparedDataset, fold: str) -> Origin:
    shared = data.description["shared_patients"].get(fold, {})
    return Origin(
        f"{data.title} ({data.folder.name})",
        synthetic=data.synthetic,
        index_sha256=data.index_sha256,
        root=data.root,
        shared_patients={pair: count for pair, count in shared.items() if count},
    )
