"""The scores of a binary classifier."""

from ...metrics import Predictions, apply_temperature, fit_temperature
from .patient_level import binary_patient_level
from .pieces import Scores, auc, class_counts, class_scores, counts, level_of, thresholds_of


def binary_scores(validation: Predictions, test: Predictions) -> Scores:
    """Return the scores of a binary classifier; thresholds and temperature are chosen on validation alone.

    Images without a label are left out. The positive class is the last one. Undefined values and bounds are NaN: those
    of a class that the test part lacks, and the bounds of a bootstrap that never varies (a perfect average precision)
    or resamples too few positive patients.

    Args:
        validation: Where `thresholds` and `temperature` come from.
        test: What the scores are measured on.

    Returns:
        `level`, `positive_class`, `thresholds` (`youden`, `sensitivity_95`), `temperature`, and two parts. Both have
        `images`, `patients` (None if not known), `positives`, `negatives`, `prevalence` and `auc`; `test` also
        `average_precision`, `brier` and `expected_calibration_error` (raw, and `_calibrated` by the temperature), and
        under the name of each threshold `sensitivity`, `specificity` and `balanced_accuracy`. `patient_level` is what
        `binary_patient_level` returns for the test part.

    Raises:
        SplitError: Validation lacks a class.
    """
    validation, test = validation.known(), test.known()
    thresholds = thresholds_of(validation)
    temperature = fit_temperature(validation.label, validation.probabilities)
    calibrated = apply_temperature(test.probabilities, temperature)[:, -1]
    return {
        "level": level_of(test.patient, test.study),
        "positive_class": test.class_names[-1],
        "thresholds": thresholds,
        "temperature": temperature,
        "validation": {**_counts(validation), "auc": auc(validation)},
        "test": {**_counts(test), **class_scores(test, calibrated=calibrated, thresholds=thresholds)},
        "patient_level": binary_patient_level(test),
    }


def _counts(part: Predictions) -> Scores:
    of_class = class_counts(part)
    return counts(part) | {name: of_class[name] for name in ("positives", "negatives", "prevalence")}
