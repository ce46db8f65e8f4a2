"""Scores of studies and patients with several images: their probabilities pooled, their label the maximum."""

import numpy as np
from numpy.typing import NDArray

from ...metrics import Predictions
from ...metrics.predictions import UNKNOWN
from ...statistics import macro_auc_interval
from ..pooling import pooled, pooled_by, units
from .pieces import Scores, auc

HOW = ("mean", "max")
"""Ways of pooling; both are given, because neither is right for every task."""


def binary_patient_level(test: Predictions) -> Scores | None:
    """Return `pooled_by`, `units`, `positives`, `auc_mean` and `auc_max`; None where no unit has several images."""
    if not _several(test):
        return None
    means = pooled(test, "mean")
    return {
        "pooled_by": pooled_by(test),
        "units": len(means),
        "positives": int(np.count_nonzero(means.label == 1)),
        "auc_mean": auc(means),
        "auc_max": auc(pooled(test, "max")),
    }


def multilabel_patient_level(test: Predictions) -> Scores | None:
    """Return `pooled_by`, `units`, the macro `auc_mean` and `auc_max`, and under `classes` the same of each finding."""
    if not _several(test):
        return None
    parts = {how: pooled(test, how) for how in ("mean", "max")}
    return {
        "pooled_by": pooled_by(test),
        "units": len(parts["mean"]),
        **{f"auc_{how}": macro(part) for how, part in parts.items()},
        "classes": {
            name: {
                "positives": int(np.count_nonzero(parts["mean"].label[:, index] == 1)),
                **{f"auc_{how}": auc(part.one_class(index).known()) for how, part in parts.items()},
            }
            for index, name in enumerate(test.class_names)
        },
    }


def multiclass_patient_level(test: Predictions) -> Scores | None:
    """Return `pooled_by`, `units`, the macro `auc_mean`, and under `classes` that of each class against the rest.

    Units whose images carry different labels have none of their own: they are counted as `left_out`.
    """
    if not _several(test):
        return None
    every = pooled(test, "mean")
    part = every.known()
    return {
        "pooled_by": pooled_by(test),
        "units": len(part),
        "left_out": len(every) - len(part),
        "auc_mean": macro(part),
        "classes": {
            name: {"positives": int(np.count_nonzero(part.label == index)), "auc_mean": auc(part.one_class(index))}
            for index, name in enumerate(test.class_names)
        },
    }


def macro(part: Predictions) -> Scores:
    """Return the mean area under the ROC curves of the classes, each against the rest, or of the findings."""
    return macro_auc_interval(one_against_the_rest(part), part.probabilities, patients=part.cluster).as_dict()


def one_against_the_rest(part: Predictions) -> NDArray[np.int64]:
    """Return 1, 0 or `UNKNOWN` for each image and class or finding, `(N, C)`."""
    if part.multilabel:
        return part.label
    states = (part.label[:, None] == np.arange(len(part.class_names))).astype(np.int64)
    states[part.label == UNKNOWN] = UNKNOWN
    return states


def _several(test: Predictions) -> bool:
    """Return whether any study, or patient, has several images."""
    names = units(test)
    known = names[names != ""]
    return len(np.unique(known)) < len(known)
