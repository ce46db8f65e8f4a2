"""Collected predictions as the table that scores, figures and `predictions.csv` are made from."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..files import printable, write_text
from ..metrics import Predictions
from ..metrics.predictions import SYNTHETIC, TEXTS, UNKNOWN


class Said(Protocol):
    """What was said of every item, by a network or by its head alone."""

    @property
    def items(self) -> Any:
        """The items, `(N,)`."""

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Of each class, `(N, C)`."""


def table(collected: Said, card: dict[str, Any], *, part: str) -> Predictions:
    """Return a row per item; images are paths below the root of their data set.

    Args:
        collected: What was said.
        card: `model.json`: the task, the class names and the fold.
        part: What these items are: `valid`, `test`, or "" where there are no parts.
    """
    items, names = collected.items, tuple(card["class_names"])
    columns = {key: np.array(column, dtype=np.str_) for key, column in place_columns(items, card, part=part).items()}
    of_item = _states if card["task"] == "multilabel" else _index
    labels = np.array([of_item(item.get("label"), names) for item in items], dtype=np.int64)
    return Predictions(**columns, label=labels, probabilities=collected.probabilities, class_names=names)


def place_columns(items: Any, card: dict[str, Any], *, part: str) -> dict[str, list[str]]:
    """Return what says of each item which image it is, whose, and of which part: the columns `TEXTS`."""
    below = f"{getattr(getattr(items, 'origin', None), 'root', Path())}/"
    columns = {key: [str(item.get(key, "")) for item in items] for key in TEXTS}
    columns["image"] = [printable(image.removeprefix(below)) for image in columns["image"]]
    return columns | {"fold": [str(card["fold"])] * len(items), "part": [part] * len(items)}


def write_columns(path: Path, columns: Mapping[str, Sequence[str]], *, synthetic: bool = False) -> None:
    """Write columns by name as CSV, atomically; `synthetic` says in every row that they come from phantoms."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    header, mark = ([SYNTHETIC], ["yes"]) if synthetic else ([], [])
    writer.writerow([*columns, *header])
    writer.writerows([*row, *mark] for row in zip(*columns.values(), strict=True))
    write_text(path, buffer.getvalue())


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
