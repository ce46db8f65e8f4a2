"""The scores of a pretraining as tables: a line per class, a line per kind of class, a line per image."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...files import write_text
from ...metrics.predictions import SYNTHETIC
from ...statistics import NAN, Interval
from .scores import FEW, Measured, recall

BOUNDS = ("", "_low", "_high")
"""What follows a score's name in its three columns."""


def write_classes(
    path: Path,
    measured: Measured,
    *,
    class_names: Sequence[str],
    kinds: Mapping[str, Sequence[str]],
    counts: Mapping[str, Mapping[str, int]],
    synthetic: bool,
) -> None:
    """Write a line per class: what it is, how many images it has, and its scores on the test part.

    Args:
        path: Where to.
        measured: What the test part gives.
        class_names: In the order of their indices.
        kinds: Further columns, a value per class.
        counts: Images by part and class.
        synthetic: Whether the images are phantoms; every line then says so.
    """
    called = measured.confusion.sum(axis=0)
    head = [
        "class",
        *kinds,
        *counts,
        *_three("recall"),
        "top5",
        "precision",
        "f1",
        *_three("auc"),
        *_mark(synthetic)[0],
    ]
    lines = []
    for index, name in enumerate(class_names):
        its = measured.label == index
        area = measured.areas.by_column.get(index, Interval(NAN, NAN, NAN, 0))
        hits = measured.confusion[index, index]
        numbers = [
            *_bounds(recall(measured, index)),
            float(measured.found[its].mean()) if its.any() else NAN,
            hits / called[index] if called[index] else NAN,
            measured.f1[index],
            *_bounds(area),
        ]
        lines.append(
            [
                name,
                *(values[index] for values in kinds.values()),
                *(its_counts.get(name, 0) for its_counts in counts.values()),
                *map(_number, numbers),
                *_mark(synthetic)[1],
            ]
        )
    _write(path, [head, *lines])


def write_groups(path: Path, grouped: Mapping[str, Any], *, synthetic: bool) -> None:
    """Write a line per kind of class: by modality, anatomy and organ system, the scores that `grouped` has."""
    lines: list[list[Any]] = []
    for kind, groups in grouped.items():
        for value, scores in groups.items():
            measured = {name: Interval(**its) for name, its in scores.items() if name != "classes"}
            if not lines:
                columns = [column for name in measured for column in _three(name)]
                lines.append(["by", "value", "classes", "images", *columns, *_mark(synthetic)[0]])
            numbers = [_number(number) for score in measured.values() for number in _bounds(score)]
            images = measured["top1"].n
            lines.append([kind, value, scores["classes"], images, *numbers, *_mark(synthetic)[1]])
    _write(path, lines)


def write_images(
    path: Path,
    names: Sequence[str],
    label: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    *,
    class_names: Sequence[str],
    synthetic: bool,
) -> None:
    """Write a line per image: its class, and the most probable ones, not all: 135,000 x 165 would be 250 MB."""
    count = min(FEW, len(class_names))
    first = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
    ranks = [column for rank in range(1, count + 1) for column in (f"class_{rank}", f"probability_{rank}")]
    lines = (
        [name, class_names[its], *(cell for at in best for cell in (class_names[at], str(row[at])))]
        + _mark(synthetic)[1]
        for name, its, best, row in zip(names, label, first, probabilities, strict=True)
    )
    _write(path, [["image", "label", *ranks, *_mark(synthetic)[0]], *lines])


def _three(name: str) -> list[str]:
    return [name + end for end in BOUNDS]


def _bounds(score: Interval) -> tuple[float, float, float]:
    return score.value, score.low, score.high


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4f}"


def _mark(synthetic: bool) -> tuple[list[str], list[str]]:
    return ([SYNTHETIC], ["yes"]) if synthetic else ([], [])


def _write(path: Path, lines: Iterable[Sequence[Any]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    write_text(path, text.getvalue())
