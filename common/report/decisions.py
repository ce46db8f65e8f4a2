"""What probabilities lead to: calibrated, decided at the stored thresholds, and pooled over a study or a patient."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..metrics import Predictions, apply_temperature
from ..statistics import patient_codes
from .pooling import pooled, units

Columns = dict[str, list[str]]
"""Columns of a table by name, a text for each row."""

Probabilities = NDArray[np.floating[Any]]


def calibrated(probabilities: Probabilities, card: Mapping[str, Any]) -> Columns:
    """Return a column `calibrated:CLASS` for each class: the probabilities after the stored temperature.

    Args:
        probabilities: `(N, C)`.
        card: `model.json`; of a multi-label task `temperature` is a list, one for each finding.
    """
    names, temperature = card["class_names"], card["temperature"]
    if card["task"] != "multilabel":
        return _columns("calibrated:", names, apply_temperature(probabilities, temperature))
    softened = [
        apply_temperature(np.stack([1 - own, own], axis=1), its)[:, 1]
        for own, its in zip(probabilities.T, temperature, strict=True)
    ]
    return _columns("calibrated:", names, np.stack(softened, axis=1))


def decisions(probabilities: Probabilities, card: Mapping[str, Any]) -> Columns:
    """Return what is decided at each stored threshold, `probability >= threshold`.

    Binary: `decision:THRESHOLD` is the class. Else `decision:THRESHOLD:CLASS` is `1` or `0`, and of a multi-class task
    `decision` is the most probable class. A threshold that validation could not give leaves its column empty.

    Args:
        probabilities: `(N, C)`.
        card: `model.json`; the pretraining's has no thresholds, of 165 classes.
    """
    names, thresholds = card["class_names"], card.get("thresholds", {})
    values = probabilities.astype(np.float64)
    if card["task"] == "binary":
        return {f"decision:{at}": _called(values[:, -1], t, names) for at, t in thresholds.items()}
    most = {"decision": [names[row] for row in values.argmax(axis=1)]} if card["task"] == "multiclass" else {}
    return most | {
        f"decision:{at}:{name}": _called(values[:, column], threshold, ["0", "1"])
        for column, name in enumerate(names)
        for at, threshold in thresholds.get(name, {}).items()
    }


def patients_table(predictions: Predictions, flags: list[str], card: Mapping[str, Any]) -> Columns:
    """Return a row for each study, else patient, else image: its images, pooled probabilities, and decisions.

    Columns of the mean begin with `mean:`, of the maximum with `max:`, which several classes have none of.

    Args:
        predictions: Of the images.
        flags: Why each image is out of range; empty where it is not. An empty list where nobody knows.
        card: `model.json`; before an evaluation there are no decisions.
    """
    owner = patient_codes(units(predictions))
    images = np.bincount(owner)
    first = np.unique(owner, return_index=True)[1]
    alone = (predictions.study[first] == "") & (predictions.patient[first] == "")
    found: Columns = {
        "study": predictions.study[first].tolist(),
        "patient": predictions.patient[first].tolist(),
        "image": np.where(alone, predictions.image[first], "").tolist(),
        "images": [str(count) for count in images],
    }
    if flags:
        out = np.bincount(owner, weights=[bool(flag) for flag in flags], minlength=len(images))
        found["out_of_range"] = [f"{count:.0f}" for count in out]
    ways: tuple[Literal["mean", "max"], ...] = ("mean",) if card["task"] == "multiclass" else ("mean", "max")
    for how in ways:
        values = pooled(predictions, how).probabilities
        found |= _columns(f"{how}:", predictions.class_names, values)
        if "temperature" in card:
            found |= {f"{how}:{column}": cells for column, cells in decisions(values, card).items()}
    return found


def _called(values: NDArray[np.float64], threshold: float | None, names: list[str]) -> list[str]:
    if threshold is None:
        return [""] * len(values)
    return [names[int(value >= threshold)] for value in values]


def _columns(prefix: str, names: Any, values: Probabilities) -> Columns:
    # float32: as many digits as the probabilities have.
    return {prefix + name: [str(value) for value in values[:, at].astype(np.float32)] for at, name in enumerate(names)}
