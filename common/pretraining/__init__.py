"""Pretraining at scale: the 165 classes of RadImageNet, and a store of a million images, which training reads."""

from typing import TYPE_CHECKING, Any

from .classes import ClassFacts, class_table

if TYPE_CHECKING:
    from .sharded import ShardedDataset

__all__ = ["ClassFacts", "ShardedDataset", "class_table"]


def __getattr__(name: str) -> Any:
    """Return `ShardedDataset` when it is first asked for: phantoms and processes that decode need no torch."""
    if name != "ShardedDataset":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .sharded import ShardedDataset

    return ShardedDataset
