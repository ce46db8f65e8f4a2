"""The scores of a run, as `eval/metrics.json` holds them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..metrics import (
    Predictions,
    apply_temperature,
    average_precision,
    calibration_gaps,
    fit_temperature,
    sensitivity_threshold,
    youden_threshold,
)
from ..statistics import (
    auc_interval,
    bootstrap_interval,
    mean_of_proportions_interval,
    patient_codes,
    proportion_interval,
)

CLUSTERED = "clustered by patient"
"""Level of the scores when patients are known: their images are not taken as independent."""

IMAGE_LEVEL = "image-level: optimistic"
"""Level of the scores when no patient is known: images of one patient would make the intervals too narrow."""

Scores = dict[str, Any]
"""Names to scores, thresholds and counts; a score is `{"value", "low", "high", "n"}` at 95 %."""


def binary_scores(validation: Predictions, test: Predictions) -> Scores:
    """Return the scores of a binary classifier; thresholds and temperature are chosen on validation alone.

    Images without a label are left out. The positive class is the last one. Undefined values and bounds are NaN: those
    of a class that the test part lacks, and the bounds of a bootstrap that never varies (a perfect average precision).

    Args:
        validation: Where `thresholds` and `temperature` come from.
        test: What the scores are measured on.

    Returns:
        `level`, `positive_class`, `thresholds` (`youden`, `sensitivity_95`), `temperature`, and two parts. Both have
        `images`, `patients` (None if not known), `positives` and `auc`; `test` also `average_precision`, `brier` and
        `expected_calibration_error` (raw, and `_calibrated` by the temperature), and under the name of each threshold
        `sensitivity`, `specificity` and `balanced_accuracy`.

    Raises:
        SplitError: Validation lacks a class.
    """
    validation, test = validation.known(), test.known()
    thresholds = {
        "youden": youden_threshold(validation.label, validation.positive),
        "sensitivity_95": sensitivity_threshold(validation.label, validation.positive, 0.95),
    }
    temperature = fit_temperature(validation.label, validation.probabilities)
    return {
        "level": CLUSTERED if test.has_patients else IMAGE_LEVEL,
        "positive_class": test.class_names[-1],
        "thresholds": thresholds,
        "temperature": temperature,
        "validation": {**_counts(validation), "auc": _auc(validation)},
        "test": {
            **_counts(test),
            "auc": _auc(test),
            "average_precision": _average_precision(test),
            **_calibration(test, temperature),
            **{name: _at_threshold(test, threshold) for name, threshold in thresholds.items()},
        },
    }


def _counts(part: Predictions) -> Scores:
    """Return the numbers of images, patients and positive images; an image without a patient counts as one."""
    patients = len(np.unique(patient_codes(part.patient))) if part.has_patients else None
    return {"images": len(part), "patients": patients, "positives": int(np.count_nonzero(part.label == 1))}


def _auc(part: Predictions) -> Scores:
    return auc_interval(part.label, part.positive, patients=part.patient).as_dict()


def _average_precision(part: Predictions) -> Scores:
    def metric(rows: NDArray[np.intp]) -> float:
        return average_precision(part.label[rows], part.positive[rows])

    return bootstrap_interval(metric, part.patient, labels=part.label).as_dict()


def _calibration(part: Predictions, temperature: float) -> Scores:
    """Return the Brier score and the expected calibration error, before and after the temperature."""
    calibrated = apply_temperature(part.probabilities, temperature)[:, -1]
    scores = {}
    for suffix, probabilities in (("", part.positive), ("_calibrated", calibrated)):
        squares = (probabilities.astype(np.float64) - part.label) ** 2
        gaps = calibration_gaps(part.label, probabilities)
        scores[f"brier{suffix}"] = bootstrap_interval(_mean_of(squares), part.patient).as_dict()
        scores[f"expected_calibration_error{suffix}"] = bootstrap_interval(_mean_of(gaps), part.patient).as_dict()
    return scores


def _mean_of(values: NDArray[np.float64]) -> Callable[[NDArray[np.intp]], float]:
    """Return the metric that is the mean of `values`, not below 0."""
    return lambda rows: max(float(values[rows].mean()), 0.0)


def _at_threshold(part: Predictions, threshold: float) -> Scores:
    """Return sensitivity, specificity and balanced accuracy where `probability >= threshold` calls positive."""
    called = part.positive.astype(np.float64) >= threshold
    positive, negative = part.label == 1, part.label == 0
    sensitivity = proportion_interval(called[positive], patients=part.patient[positive])
    specificity = proportion_interval(~called[negative], patients=part.patient[negative])
    balanced = mean_of_proportions_interval(sensitivity, specificity)
    return {
        "sensitivity": sensitivity.as_dict(),
        "specificity": specificity.as_dict(),
        "balanced_accuracy": balanced.as_dict(),
    }
