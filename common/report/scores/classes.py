"""The scores of several classes, and of findings that an image may have together."""

import numpy as np
from numpy.typing import NDArray

from ...metrics import Predictions, apply_temperature, average_precision_of_rows, calibration_gaps, fit_temperature
from ...statistics import (
    NAN,
    bootstrap_interval,
    confusion_matrix,
    mean_of_proportions_interval,
    proportion_interval,
    weighted_kappa,
)
from .patient_level import macro, multiclass_patient_level, multilabel_patient_level, one_against_the_rest
from .pieces import (
    Metric,
    Scores,
    auc,
    class_counts,
    class_scores,
    counts,
    enough_positives,
    level_of,
    mean_of,
    resampled,
    thresholds_of,
)

Floats = NDArray[np.float64]


def multiclass_scores(validation: Predictions, test: Predictions, *, ordered: bool) -> Scores:
    """Return the scores of several classes; thresholds and temperature are chosen on validation alone.

    Args:
        validation: Where `thresholds` and `temperature` come from.
        test: What the scores are measured on; images without a label are left out, as in `validation`.
        ordered: Whether the classes are a scale, in this order.

    Returns:
        `level`, `class_names`, `ordered`, `thresholds` (of each class against the rest), `temperature` (one, of the
        softmax), and two parts. Both have `images`, `patients`, `auc` (macro: the mean over the classes) and under
        `classes` each class's counts and `auc` against the rest. `test` also has the macro `average_precision`,
        `accuracy`, `balanced_accuracy` (the mean recall), `kappa_linear` and `kappa_quadratic` if ordered, `confusion`
        (counts, a row per true class), `brier` (summed over the classes, in [0, 2]) and `expected_calibration_error`
        (of the class called), raw and `_calibrated`; each class also its `recall` and the scores of a binary task.
        `patient_level` is what `multiclass_patient_level` returns.

    Raises:
        SplitError: Validation lacks a class.
    """
    validation, test = validation.known(), test.known()
    temperature = fit_temperature(validation.label, validation.probabilities)
    calibrated = apply_temperature(test.probabilities, temperature)
    scores = _of_classes(validation, test, calibrated)
    called = test.probabilities.argmax(axis=1)
    recalls = [
        proportion_interval(called[own] == index, patients=test.cluster[own])
        for index, own in enumerate(test.label == index for index in range(len(test.class_names)))
    ]
    for name, recall in zip(test.class_names, recalls, strict=True):
        scores["test"]["classes"][name]["recall"] = recall.as_dict()
    scores["test"] |= {
        "accuracy": proportion_interval(called == test.label, patients=test.cluster).as_dict(),
        "balanced_accuracy": mean_of_proportions_interval(*recalls).as_dict(),
        **(_kappas(test, called) if ordered else {}),
        "confusion": confusion_matrix(test.label, called, len(test.class_names)).tolist(),
        **_calibration(test, calibrated),
    }
    head = {
        "level": level_of(test.patient, test.study),
        "class_names": list(test.class_names),
        "ordered": ordered,
        "temperature": temperature,
    }
    return head | scores | {"patient_level": multiclass_patient_level(test)}


def multilabel_scores(validation: Predictions, test: Predictions) -> Scores:
    """Return the scores of findings; thresholds and temperatures are chosen on validation alone.

    Where a finding is not known, the image is left out of that finding's scores.

    Args:
        validation: Where `thresholds` and `temperature` come from.
        test: What the scores are measured on.

    Returns:
        `level`, `class_names`, `thresholds` (of each finding), `temperature` (a list, one for each finding), and two
        parts. Both have `images`, `patients`, `auc` (macro: the mean over the findings that have positives and
        negatives) and under `classes` each finding's counts and `auc`. `test` also has the macro `average_precision`,
        and each finding the scores of a binary task. `patient_level` is what `multilabel_patient_level` returns.

    Raises:
        SplitError: Validation lacks a known positive or a known negative of a finding.
    """
    validation, test = validation.known(), test.known()
    views = [validation.one_class(index).known() for index in range(len(validation.class_names))]
    temperatures = [fit_temperature(view.label, view.probabilities) for view in views]
    calibrated = np.stack(
        [
            apply_temperature(test.one_class(index).probabilities, temperature)[:, 1]
            for index, temperature in enumerate(temperatures)
        ],
        axis=1,
    )
    head = {
        "level": level_of(test.patient, test.study),
        "class_names": list(test.class_names),
        "temperature": temperatures,
    }
    scores = _of_classes(validation, test, calibrated)
    return head | scores | {"patient_level": multilabel_patient_level(test)}


def _of_classes(validation: Predictions, test: Predictions, calibrated: Floats) -> Scores:
    """Return thresholds and the two parts, with what both tasks have; `calibrated` are test's probabilities."""
    names = list(enumerate(test.class_names))
    thresholds = {name: thresholds_of(validation.one_class(index).known()) for index, name in names}
    tested = {}
    for index, name in names:
        view = test.one_class(index)
        known = view.label >= 0
        own = class_scores(view.rows(known), calibrated=calibrated[known, index], thresholds=thresholds[name])
        tested[name] = class_counts(view) | own
    validated = {
        name: class_counts(validation.one_class(index)) | {"auc": auc(validation.one_class(index).known())}
        for index, name in names
    }
    return {
        "thresholds": thresholds,
        "validation": {**counts(validation), "auc": macro(validation), "classes": validated},
        "test": {
            **counts(test),
            "auc": macro(test),
            "average_precision": _macro_average_precision(test),
            "classes": tested,
        },
    }


def _macro_average_precision(test: Predictions) -> Scores:
    """Return the mean average precision of the classes or findings that test has a positive image of.

    Its interval is the bootstrap's; none where one of them has fewer than `FEWEST_TO_RESAMPLE` positive patients.
    """
    states = one_against_the_rest(test)
    columns = [index for index in range(states.shape[1]) if (states[:, index] == 1).any()]
    metrics = [_known_average_precision(states[:, index], test.probabilities[:, index]) for index in columns]

    def mean(rows: NDArray[np.intp]) -> float:
        return float(np.mean([metric(rows) for metric in metrics])) if metrics else NAN

    score = bootstrap_interval(mean, test.cluster).as_dict()
    certain = all(enough_positives(test.one_class(index)) for index in columns)
    return score if certain else score | {"low": NAN, "high": NAN}


def _known_average_precision(states: NDArray[np.int64], probabilities: NDArray[np.float32]) -> Metric:
    known = states >= 0
    metric = average_precision_of_rows(states, probabilities)
    return lambda rows: metric(rows[known[rows]])


def _kappas(test: Predictions, called: NDArray[np.intp]) -> Scores:
    size = len(test.class_names)

    def kappa(power: int) -> Metric:
        return lambda rows: weighted_kappa(confusion_matrix(test.label[rows], called[rows], size), power=power)

    return resampled({"kappa_linear": kappa(1), "kappa_quadratic": kappa(2)}, test)


def _calibration(test: Predictions, calibrated: Floats) -> Scores:
    """Return the Brier score of all classes and the calibration error of the one called, before and after."""
    truth = one_against_the_rest(test)
    metrics = {}
    for suffix, probabilities in (("", test.probabilities.astype(np.float64)), ("_calibrated", calibrated)):
        right = probabilities.argmax(axis=1) == test.label
        metrics[f"brier{suffix}"] = mean_of(((probabilities - truth) ** 2).sum(axis=1))
        gaps = calibration_gaps(right, probabilities.max(axis=1))
        metrics[f"expected_calibration_error{suffix}"] = mean_of(gaps)
    return resampled(metrics, test)
