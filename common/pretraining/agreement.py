"""Whether a store is what a configuration takes it for."""

from collections.abc import Sequence

from ..errors import DatasetError, LabelError
from .sharded import ShardedDataset


def check_store(dataset: ShardedDataset, *, class_names: Sequence[str], image_size: Sequence[int]) -> None:
    """Refuse a store of other classes, in another order, or of images of another size.

    Raises:
        LabelError: Other classes.
        DatasetError: Another size.
    """
    own, named = dataset.class_names, list(class_names)
    if own != named:
        other = next((pair for pair in zip(own, named, strict=False) if pair[0] != pair[1]), ("no more", "more"))
        raise LabelError(
            f"class_names are those of the store, in its order; {dataset.folder} has {len(own)}, got {len(named)}, "
            f"the first to differ {other[0]!r} and {other[1]!r}: give --class_names, or build the store of them"
        )
    if list(dataset.card.image_size) != list(image_size):
        raise DatasetError(
            f"the store {dataset.folder} holds images of {list(dataset.card.image_size)}; image_size is "
            f"{list(image_size)}: give that, or build a store of the other"
        )
