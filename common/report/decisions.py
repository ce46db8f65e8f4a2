"""What probabilities lead to: calibrated, decided at the stored thresholds, and pooled over a study or a patient."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..metrics import Predictions, apply_temperature

Columns = dict[str, list[str]]
"""Columns of a table by name, a text for each row."""

Probabilities = NDArray[np.floating[Any]]

POOLS: dict[str, Callable[..., Probabilities]] = {"mean": np.mean, "max": np.max}
"""How the images of a study are pooled, and what the columns begin with."""


def calibrated(probabilities: Probabilities, card: Mapping[str, Any]) -> Columns:
    """Return a column `calibrated:CLASS` for each class: the probabilities after the stored temperature.

    Args:
        probabilities: `(N, C)`.
        card: `model.json`; of a multi-label task `temperature` may be one for each finding.
    """
    names, temperature = card["class_names"], card["temperature"]
    if card["task"] != "multilabel":
        return _columns("calibrated:", names, apply_temperature(probabilities, temperature))
    softened = []
    for column, name in enumerate(names):
        own = probabilities[:, column]
        value = temperature[name] if isinstance(temperature, Mapping) else temperature
        softened.append(apply_temperature(np.stack([1 - own, own], axis=1), value)[:, 1])
    return _columns("calibrated:", names, np.stack(softened, axis=1))


def decisions(probabilities: Probabilities, card: Mapping[str, Any]) -> Columns:
    """Return what is decided at each stored threshold, `probability >= threshold`.

    Binary: `decision:THRESHOLD` is the class. Else `decision:THRESHOLD:CLASS` is `1` or `0`, and of a multi-class task
    `decision` is the most probable class. A threshold that validation could not give leaves its column empty.

    Args:
        probabilities: `(N, C)`.
        card: `model.json`.
    """
    names, thresholds = card["class_names"], card["thresholds"]
    values = probabilities.astype(np.float64)
    if card["task"] == "binary":
        return {f"decision:{at}": _called(values[:, -1], t, names) for at, t in thresholds.items()}
    most = {"decision": [names[row] for row in values.argmax(axis=1)]} if card["task"] == "multiclass" else {}
    return most | {
        f"decision:{at}:{name}": _called(values[:, column], threshold, ["0", "1"])
        for column, name in enumerate(names)
        for at, threshold in thresholds[name].items()
    }


def pooled(predictions: Predictions, flags: list[str], card: Mapping[str, Any]) -> Columns:
    """Return a row for each study, else patient, else image: its images, pooled probabilities, and decisions.

    Args:
        predictions: Of the images.
        flags: Why each image is out of range; empty where it is not. An empty list where nobody knows.
        card: `model.json`; without thresholds there are no decisions.
    """
    keys = [
        (study, patient, "" if study or patient else f"{image}\n{frame}")
        for study, patient, image, frame in zip(
            predictions.study.tolist(), predictions.patient.tolist(), predictions.image.tolist(),
            predictions.frame.tolist(), strict=True,
        )
    ]  # fmt: skip
    units = list(dict.fromkeys(keys))
    number = {key: unit for unit, key in enumerate(units)}
    owner = np.array([number[key] for key in keys], dtype=np.intp)
    rows = [np.flatnonzero(owner == unit) for unit in range(len(units))]
    found: Columns = {
        "study": [study for study, _, _ in units],
        "patient": [patient for _, patient, _ in units],
        "image": [image.partition("\n")[0] for _, _, image in units],
        "images": [str(len(its)) for its in rows],
    }
    if flags:
        found["out_of_range"] = [str(sum(bool(flags[row]) for row in its)) for its in rows]
    for name, pool in POOLS.items():
        shape = (len(units), len(predictions.class_names))
        values = np.array([pool(predictions.probabilities[its], axis=0) for its in rows]).reshape(shape)
        found |= _columns(f"{name}:", predictions.class_names, values)
        if "thresholds" in card:
            found |= {f"{name}:{column}": cells for column, cells in decisions(values, card).items()}
    return found


def _called(values: NDArray[np.float64], threshold: float | None, names: list[str]) -> list[str]:
    if threshold is None:
        return [""] * len(values)
    return [names[int(value >= threshold)] for value in values]


def _columns(prefix: str, names: Any, values: Probabilities) -> Columns:
    # float32: as many digits as the probabilities have.
    return {prefix + name: [str(value) for value in values[:, at].astype(np.float32)] for at, name in enumerate(names)}
