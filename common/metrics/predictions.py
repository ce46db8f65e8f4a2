"""The predictions of a run, and `predictions.csv`, the file that all scores and plots can be made from again."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import LabelError, RunError
from ..files import write_text

Texts = NDArray[np.str_]

UNKNOWN = -1
"""The label of an image whose class, or finding, is not known; an empty field in the file."""

LABEL = "label:"
"""What the columns of a multi-label task's labels begin with, `1`, `0` or empty; the name of the finding follows."""

PROBABILITY = "probability:"
"""What the columns of probabilities begin with; the name of the class follows."""

SYNTHETIC = "synthetic"
"""The last column, in files that come from phantoms alone: `yes` in every row."""

TEXTS = ("image", "frame", "study", "patient", "fold", "part")
"""The columns of text, in their order in the file."""


@dataclass(frozen=True)
class Predictions:
    """What a network said of N images in C classes.

    Attributes:
        image: Path below the root of the data set, `(N,)`; with `frame` the key of the image.
        frame: Slice or frame, `(N,)`, empty if there is only one.
        study: Examination, `(N,)`, may be empty.
        patient: `(N,)`; empty if not known, and the image is then its own patient.
        fold: Of the run, `(N,)`.
        part: `train`, `valid` or `test`, `(N,)`.
        label: Index of the class from 0, `(N,)`; in a multi-label task 1 or 0 for each finding, `(N, C)`; `UNKNOWN`
            where there is none.
        probabilities: float32 `(N, C)`; rows sum to 1, but not in a multi-label task.
        class_names: Classes or findings, in the order of the configuration; in a binary task the last is the positive
            one.
    """

    image: Texts
    frame: Texts
    study: Texts
    patient: Texts
    fold: Texts
    part: Texts
    label: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        lengths = {column: len(getattr(self, column)) for column in (*TEXTS, "label", "probabilities")}
        if len(set(lengths.values())) > 1:
            raise RunError(f"predictions have one row per image in every column, got {lengths}: give equal lengths")
        if self.probabilities.shape[1:] != (len(self.class_names),):
            raise RunError(
                f"predictions have one probability per class, got shape {self.probabilities.shape} for "
                f"{len(self.class_names)} classes {list(self.class_names)}: check class_names"
            )
        if self.label.shape[1:] not in ((), (len(self.class_names),)):
            raise RunError(
                f"predictions have one label, or one per finding, got shape {self.label.shape} for "
                f"{len(self.class_names)} classes {list(self.class_names)}: check class_names"
            )
        bad = np.flatnonzero(~np.isfinite(self.probabilities).all(axis=1))
        if bad.size:
            raise RunError(
                f"probabilities are finite, got {self.probabilities[bad[0]].tolist()} for {self.image[bad[0]]} "
                f"({bad.size} such images): the network is broken, train it again"
            )

    def __len__(self) -> int:
        return len(self.label)

    @property
    def multilabel(self) -> bool:
        """Whether each class is a finding with a label of its own."""
        return self.label.ndim == 2

    @property
    def positive(self) -> NDArray[np.float32]:
        """The probability of the positive class of a binary task, the last one, `(N,)`."""
        return self.probabilities[:, -1]

    @property
    def has_patients(self) -> bool:
        """Whether the patient of every image is known."""
        return bool((self.patient != "").all())

    @property
    def cluster(self) -> Texts:
        """Whose images are not independent, `(N,)`: of a patient, of a study where no patient is known, or nobody's."""
        studies = np.where(self.study == "", "", np.char.add("study ", self.study))
        return np.where(self.patient == "", studies, self.patient)

    def select(self, part: str) -> "Predictions":
        """Return the predictions of one part of the data: `train`, `valid` or `test`."""
        return self.rows(self.part == part)

    def known(self) -> "Predictions":
        """Return the predictions of the images whose label, or that of any finding, is known."""
        known = self.label != UNKNOWN
        return self.rows(known.any(axis=1) if self.multilabel else known)

    def one_class(self, index: int) -> "Predictions":
        """Return the predictions of one class against the rest, or of one finding, as those of a binary task.

        Its classes are `not NAME` and `NAME`; all images stay, also those whose label is not known.
        """
        if self.multilabel:
            label = self.label[:, index]
        else:
            label = np.where(self.label == UNKNOWN, UNKNOWN, self.label == index)
        probability = self.probabilities[:, index]
        name = self.class_names[index]
        return replace(
            self,
            label=label.astype(np.int64),
            probabilities=np.stack([1 - probability, probability], axis=1),
            class_names=(f"not {name}", name),
        )

    def rows(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> "Predictions":
        """Return the predictions of the images that a mask or indices name."""
        arrays = [field.name for field in fields(self) if field.name != "class_names"]
        return replace(self, **{name: getattr(self, name)[which] for name in arrays})


def write_predictions(
    path: str | Path,
    predictions: Predictions,
    *,
    synthetic: bool = False,
    more: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write the predictions as CSV, atomically; probabilities keep every bit of their float32.

    Args:
        path: The file to write.
        predictions: What it will hold.
        synthetic: Whether images or network come from phantoms; every row then says so.
        more: Further columns, for people: `read_predictions` passes over them.

    Raises:
        StorageError: No space left, or no permission.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    names = predictions.class_names
    header, mark = ([SYNTHETIC], ["yes"]) if synthetic else ([], [])
    more = more or {}
    columns = _label_columns(names, multilabel=predictions.multilabel)
    writer.writerow([*TEXTS, *columns, *(PROBABILITY + name for name in names), *more, *header])
    texts = zip(*(getattr(predictions, column) for column in TEXTS), strict=True)
    meanings = {number: text for text, number in _meanings(names, multilabel=predictions.multilabel).items()}
    labels = (
        [meanings[int(label)] for label in row] for row in predictions.label.reshape(len(predictions), len(columns))
    )
    # str of a float32 is the shortest text that reads back as the same float32.
    numbers = (map(str, row) for row in predictions.probabilities.astype(np.float32))
    rest = zip(*more.values(), strict=True) if more else [()] * len(predictions)
    whole = zip(texts, labels, numbers, rest, strict=True)
    writer.writerows([*text, *label, *row, *further, *mark] for text, label, row, further in whole)
    write_text(path, buffer.getvalue())


def _label_columns(names: Sequence[str], *, multilabel: bool) -> list[str]:
    return [LABEL + name for name in names] if multilabel else ["label"]


def _meanings(names: Sequence[str], *, multilabel: bool) -> dict[str, int]:
    """Return what each text in a column of labels stands for."""
    texts = ("0", "1") if multilabel else names
    return {"": UNKNOWN} | {text: number for number, text in enumerate(texts)}


def read_predictions(path: str | Path) -> Predictions:
    """Return the predictions that `write_predictions` wrote.

    Raises:
        RunError: The file is missing, lacks a column, or has a probability that is not a finite number.
        LabelError: A label that no column of probabilities is for.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file)) or [[]]
    except OSError as error:
        raise RunError(f"no predictions at {path} ({error.strerror}): run evaluate first") from error
    if header[-1:] == [SYNTHETIC]:
        header, rows = header[:-1], [row[:-1] for row in rows]
    names = tuple(column.removeprefix(PROBABILITY) for column in header if column.startswith(PROBABILITY))
    multilabel = any(column.startswith(LABEL) for column in header)
    columns = _label_columns(names, multilabel=multilabel)
    expected = [*TEXTS, *columns, *(PROBABILITY + name for name in names or ["CLASS"])]
    if header[: len(expected)] != expected:
        raise RunError(f"{path} begins with {','.join(expected)}, got {','.join(header)}: run evaluate again")
    return _parse(path, rows, names, multilabel=multilabel, fields_of_line=len(header))


def _parse(
    path: str | Path, rows: Sequence[Sequence[str]], names: tuple[str, ...], *, multilabel: bool, fields_of_line: int
) -> Predictions:
    first, width = len(TEXTS), len(names) if multilabel else 1
    numbers = slice(first + width, first + width + len(names))
    for line, row in enumerate(rows, start=2):
        if len(row) != fields_of_line:
            raise RunError(
                f"{path} has {fields_of_line} fields a line, got {len(row)} in line {line}: run evaluate again"
            )
    meanings = _meanings(names, multilabel=multilabel)
    labels = [row[first : first + width] for row in rows]
    if unknown := {label for row in labels for label in row} - set(meanings):
        raise LabelError(
            f"labels in {path} are among {list(meanings)[1:]}, got {sorted(unknown)}: use the same class_names"
        )
    label = np.array([[meanings[label] for label in row] for row in labels], dtype=np.int64)
    try:
        probabilities = np.array([row[numbers] for row in rows], dtype=np.str_).astype(np.float32)
    except ValueError as error:
        raise RunError(f"probabilities in {path} are numbers, got {error}: run evaluate again") from error
    return Predictions(
        **{column: np.array([row[at] for row in rows], dtype=np.str_) for at, column in enumerate(TEXTS)},
        label=label.reshape((len(rows), width) if multilabel else len(rows)),
        probabilities=probabilities.reshape(len(rows), len(names)),
        class_names=names,
    )
