"""How sure we are: intervals for what was measured on images that come in patients. NumPy and SciPy only."""

from .bootstrap import bootstrap_interval, bootstrap_intervals, bootstrap_means, patient_resamples
from .delong import auc, auc_interval
from .interval import NAN, Interval
from .kappa import confusion_matrix, weighted_kappa
from .macro import ClassAreas, class_areas, macro_auc_interval, mean_area
from .patients import patient_codes
from .proportion import mean_of_proportions_interval, proportion_interval
from .roc import RocBand, roc_band, roc_curve

__all__ = [
    "NAN",
    "ClassAreas",
    "Interval",
    "RocBand",
    "auc",
    "auc_interval",
    "bootstrap_interval",
    "bootstrap_intervals",
    "bootstrap_means",
    "class_areas",
    "confusion_matrix",
    "macro_auc_interval",
    "mean_area",
    "mean_of_proportions_interval",
    "patient_codes",
    "patient_resamples",
    "proportion_interval",
    "roc_band",
    "roc_curve",
    "weighted_kappa",
]
