"""Pretraining at scale: the 165 classes of RadImageNet, and a store of a million images, which training reads."""

from .agreement import check_store
from .classes import ClassFacts, class_table
from .sharded import ShardedDataset

__all__ = ["ClassFacts", "ShardedDataset", "check_store", "class_table"]
