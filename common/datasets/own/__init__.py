"""Anybody's own images: a folder per class, a table of labels, or DICOM files, as three further data sets.

Each lists rows as a published data set does, and beside them what it left out and how it joined labels to images.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import ConfigError
from ..index import Row
from ..left_out import LeftOut

KINDS = ("folder", "table", "dicom")
"""Words that stand on the command line of `scripts/prepare.py` where published data sets have their names."""


STORES = ("radimagenet", "union")
"""Words there for stores to pretrain on (`common.pretraining`)."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Images with their labels, before anything is read of their pixels."""

    root: Path
    """Folder of the originals."""
    rows: list[Row]
    """A row per image, with all of `index.COLUMNS`, `exclude`, and own columns."""
    task: str
    """`binary`, `multiclass` or `multilabel`; `unlabelled` where there are no labels, for inference only."""
    class_names: tuple[str, ...]
    ordered: bool
    """Whether the class names are a scale, from low to high."""
    left_out: list[LeftOut]
    notes: list[str]
    """How it was done: one line each, for the summary."""


_LABELS = ("positive", "classes", "ordered", "merge_case", "minimum", "labels_per_image", "patient", "clips")

_TABLE = ("sheet", "image", "label", "multilabel", "study", "split", "mask", "crop")

_INDEX = ("store", "bundle", "pseudonymise", "dry_run")

_OPTIONS = {
    "folder": {*_INDEX, *_LABELS},
    "table": {*_INDEX, *_LABELS, *_TABLE, "images"},
    "dicom": {*_INDEX, *_LABELS, *_TABLE, "labels", "unlabelled"},
    "radimagenet": {"as_published", "workers"},
    "union": {"workers"},
    "": {*_INDEX, "task", "as_published", "official_splits"},
}
"""Options that a kind takes, beside those that all take; under "" those of published data sets."""


def refuse_misplaced(dataset: str, given: Mapping[str, Any]) -> None:
    """Refuse an option of the command line that would have no effect.

    Args:
        dataset: One of `KINDS` or `STORES`, or the name of a published data set.
        given: All options by name; those not given are empty, zero or None.

    Raises:
        ConfigError: There is one; the message says what takes it.
    """
    own = _OPTIONS.get(dataset, _OPTIONS[""])
    for name in sorted(set().union(*_OPTIONS.values()) - own):
        if given[name]:
            takers = [kind or "published data sets" for kind, names in _OPTIONS.items() if name in names]
            option = f"--{name.replace('_', '-')}"
            raise ConfigError(f"{option} is for {', '.join(takers)}, and has no effect on {dataset}: leave it out")
