"""What training, evaluation and inference read: lists of `{"image": path, "label": ..., ...}`.

A label is the name of a class; in a multi-label set it says of each finding `1`, `0` or, not known, an empty text.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import DatasetError, LabelError, SplitError
from ..io.decode import Contents, contents
from ..io.worker import Decoder
from .folds import partition, parts_of, tested_by
from .index import Row, findings, is_kept, masks
from .prepared import DESCRIPTION, INDEX, PreparedDataset, read_prepared
from .store import find_store

CARRIED = ("captions",)
"""Columns of a data set's own that its transforms read: an item has them where the index does."""


class Origin(NamedTuple):
    """The prepared data set that items came from.

    `shared_patients` counts, by pair of parts of the fold, the patients that stand in both: none in our own folds.
    `ordered` says that the classes are an ordered scale. `tested` are the digests of the images in the test part.
    """

    name: str
    synthetic: bool
    index_sha256: str
    root: Path
    shared_patients: dict[str, int]
    ordered: bool = False
    tested: frozenset[str] = frozenset()


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
        fold: `0` to `4`, `official`, or `official_k`; `0v3`: another eighth validates.
        part: `train`, `valid` or `test`.
        image_size: `[H, W]` in pixels at which images come from the store, where there is one; None never reads it.
        window: The named CT window of the store, or `none`.

    Raises:
        DatasetError: Not a prepared data set, edited since, or with a store of another size or window.
        LabelError: The index names a class that `class_names` lacks, or has them on a scale in another order.
        SplitError: No such fold, or a part that is empty or lacks a class.
    """
    data = read_prepared(Path(dataset_dir))
    if not data.class_names:
        raise DatasetError(f"{dataset_dir} was prepared without labels, for inference only: prepare it with --labels")
    parts = partition(data.rows, str(fold))
    kept = [row for row in data.rows if is_kept(row)]
    if unknown := sorted(_names(kept) - set(class_names)):
        raise LabelError(
            f"{dataset_dir} has the class {unknown[0]!r}, class_names are {list(class_names)}: "
            "add it to class_names, or prepare other labels"
        )
    if data.description.get("ordered") and list(class_names) != data.class_names:
        raise LabelError(
            f"the classes of {dataset_dir} are a scale, {data.class_names}; got class_names {list(class_names)}: "
            "give them in that order"
        )
    positions = [position for position, own in enumerate(parts) if own == part]
    if absent := sorted(set(class_names) - _names([data.rows[position] for position in positions])):
        raise SplitError(f"fold {fold}: its {part} part has no {absent[0]!r}: add images of that class")
    return _items_at(data, positions, parts, str(fold), image_size=image_size, window=window)


def read_every(dataset_dir: str | Path, *, image_size: Sequence[int] | None = None, window: str = "none") -> Items:
    """Return the items of all images that are not excluded, whatever their part, in the order of the index.

    Arguments as of `read_items`.

    Raises:
        DatasetError: Not a prepared data set, edited since, or with a store of another size or window.
    """
    data = read_prepared(Path(dataset_dir))
    positions = [position for position, row in enumerate(data.rows) if is_kept(row)]
    return _items_at(data, positions, [""] * len(data.rows), "", image_size=image_size, window=window)


def image_keys(items: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return (`image`, `frame`) of each item, `image` as the path below the root of the data set they share."""
    below = f"{getattr(getattr(items, 'origin', None), 'root', Path())}/"
    return [(str(item["image"]).removeprefix(below), str(item.get("frame", ""))) for item in items]


def _items_at(
    data: PreparedDataset,
    positions: Sequence[int],
    parts: Sequence[str],
    fold: str,
    *,
    image_size: Sequence[int] | None,
    window: str,
) -> Items:
    """Return the items at positions of the index, from the store where there is one; `parts` are all rows' parts."""
    items = [_item(data.rows[position], data.root) for position in positions]
    if image_size and (store := find_store(data, image_size=image_size, window=window)):
        items = [{**item, "stored": (str(store), position)} for item, position in zip(items, positions, strict=True)]
    tested = (row["pixels"] for row, part in zip(data.rows, parts, strict=True) if part == "test")
    return Items(items, _origin(data, fold)._replace(tested=frozenset(tested)))


def _names(rows: Sequence[Row]) -> set[str]:
    """Return the classes of rows, or the findings that they are labelled for."""
    return {name for row in rows for name in findings(row) or (row["label"],)}


def _item(row: Row, root: Path) -> dict[str, Any]:
    return {
        "image": str(root / row["image"]),
        "label": findings(row) or row["label"],
        "frame": row["frame"],
        "crop": row["crop"],
        "patient": row["patient"],
        "study": row["study"],
        "pixels": row["pixels"],
        **{column: row[column] for column in CARRIED if column in row},
    }


def read_masked(
    dataset_dir: str | Path,
    *,
    fold: int | str,
    part: str,
    image_size: Sequence[int] | None = None,
    window: str = "none",
) -> Items:
    """Return the annotated items of one part of one fold, in the order of the index; the label is a list of masks.

    An image that is not annotated is passed over; a normal one has an all-zero mask. Arguments as of `read_items`.

    Raises:
        DatasetError: Not a prepared data set, edited since, or with a store of another size or window.
        SplitError: No such fold, or a part without a mask.
    """
    data = read_prepared(Path(dataset_dir))
    parts = parts_of(data.rows, fold)  # not every part need have every class: lesions are learnt
    positions = [place for place, row in enumerate(data.rows) if parts[place] == part and masks(row)]
    if not positions:
        raise SplitError(f"fold {fold}: no image of its {part} part has a mask: prepare a data set with masks")
    items = _items_at(data, positions, parts, str(fold), image_size=image_size, window=window)
    for item, place in zip(items, positions, strict=True):
        item["label"] = [str(data.root / mask) for mask in masks(data.rows[place])]
    return items


def read_folder(dataset_dir: str | Path) -> Items:
    """Return an item for every image of a prepared data set, or of the files below any other folder, without labels.

    What a preparation has found unreadable, and said so, is passed over. Files are sorted by path, hidden ones passed
    over too; one that holds several frames gives an item for each, which are one study. Patient and study are what
    DICOM's headers say.

    Raises:
        DatasetError: There is no such folder, or nothing in it.
    """
    root = Path(dataset_dir)
    if (root / DESCRIPTION).is_file() and not (root / INDEX).is_file():
        raise DatasetError(f"{dataset_dir} is a store to pretrain on: give a folder of images, --dataset_dir FOLDER")
    if (root / DESCRIPTION).is_file():
        data = read_prepared(root)
        readable = [row for row in data.rows if row["pixels"] or is_kept(row)]
        unlabelled = [{**_item(row, data.root), "label": ""} for row in readable]
        return Items(unlabelled, _origin(data, fold=""))
    if not root.is_dir():
        raise DatasetError(f"there is no folder {str(dataset_dir)!r}: give one of images, --dataset_dir FOLDER")
    files = [path for path in sorted(root.rglob("*")) if not _is_folder(path) and not path.name.startswith(".")]
    if not files:
        raise DatasetError(f"the folder {str(dataset_dir)!r} is empty: give one of images, --dataset_dir FOLDER")
    origin = Origin(root.name, synthetic=False, index_sha256="", root=root, shared_patients={})
    with Decoder() as decoder:
        items = [item for path in files for item in _items_of(path, root, contents(path, decoder.decode))]
    return Items(items, origin)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except PermissionError:  # in a folder that lists its files but opens none: each is refused when it is read
        return False


def _items_of(path: Path, root: Path, holds: Contents) -> list[dict[str, Any]]:
    if holds.frames == 1:
        return [{"image": str(path), "patient": holds.patient, "study": holds.study}]
    whose = {"patient": holds.patient, "study": holds.study or str(path.relative_to(root))}
    return [{"image": str(path), "frame": str(frame), **whose} for frame in range(holds.frames)]


def evenly(items: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Return at most `count` of the items, evenly spread over their order, which keeps patients and folders together.

    Args:
        items: Any items.
        count: From 2.
    """
    if len(items) <= count:
        return list(items)
    return [items[round(number * (len(items) - 1) / (count - 1))] for number in range(count)]


def _origin(data: PreparedDataset, fold: str) -> Origin:
    shared = data.description["shared_patients"].get(tested_by(fold)[0], {})
    return Origin(
        f"{data.title} ({data.folder.name})",
        synthetic=data.synthetic,
        index_sha256=data.index_sha256,
        root=data.root,
        shared_patients={pair: count for pair, count in shared.items() if count},
        ordered=bool(data.description.get("ordered")),
    )
