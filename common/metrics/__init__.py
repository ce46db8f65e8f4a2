"""What is measured on predictions, and the file that they are kept in. Pure functions on NumPy arrays."""

from .average_precision import average_precision, average_precision_of_rows, precision_recall_curve
from .calibration import (
    ReliabilityCurve,
    apply_temperature,
    brier_score,
    calibration_gaps,
    expected_calibration_error,
    fit_temperature,
    reliability_curve,
)
from .predictions import Predictions, read_predictions, write_predictions
from .thresholds import sensitivity_threshold, youden_threshold

__all__ = [
    "Predictions",
    "ReliabilityCurve",
    "apply_temperature",
    "average_precision",
    "average_precision_of_rows",
    "brier_score",
    "calibration_gaps",
    "expected_calibration_error",
    "fit_temperature",
    "precision_recall_curve",
    "read_predictions",
    "reliability_curve",
    "sensitivity_threshold",
    "write_predictions",
    "youden_threshold",
]
