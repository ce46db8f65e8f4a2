"""Collected predictions as the table that scores, figures and `predictions.csv` are made from."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..metrics import Predictions
from ..metrics.predictions import TEXTS, UNKNOWN

if TYPE_CHECKING:
    from ..handlers import CollectPredictions


def table(collected: "CollectPredictions", card: dict[str, Any], *, part: str) -> Predictions:
    """Return a row per item; images are paths below the root of their data set.

    Args:
        collected: What an evaluator's network said.
        card: `model.json`: the task, the class names and the fold.
        part: What these items are: `valid`, `test`, or "" where there are no parts.
    """
    items, names = collected.items, tuple(card["class_names"])
    root = getattr(getattr(items, "origin", None), "root", Path())
    columns = {key: np.array([str(item.get(key, "")) for item in items], dtype=np.str_) for key in TEXTS}
    columns["image"] = np.array([image.removeprefix(f"{root}/") for image in columns["image"]], dtype=np.str_)
    columns["fold"] = np.full(len(items), str(card["fold"]))
    columns["part"] = np.full(len(items), part)
    of_item = _states if card["task"] == "multilabel" else _index
    labels = np.array([of_item(item.get("label"), names) for item in items], dtype=np.int64)
    return Predictions(
        **columns,
        label=labels,
        probabilities=collected.probabilities,
        class_names=names,
    )


def _index(label: Any, names: tuple[str, ...]) -> int:
    return names.index(label) if label in names else UNKNOWN


def _states(label: Any, names: tuple[str, ...]) -> list[int]:
    """Return 1 or 0 for each finding that an item's label, `{finding: "1", "0" or ""}`, knows."""
    known = label or {}
    return [int(known[name]) if known.get(name) else UNKNOWN for name in names]


def joined(first: Predictions, second: Predictions) -> Predictions:
    """Return the rows of both tables, which are of the same classes."""
    columns = (*TEXTS, "label", "probabilities")
    arrays = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in columns}
    return Predictions(**arrays, class_names=first.class_names)
