"""How sure we are: intervals for what was measured on images that come in patients. NumPy and SciPy only."""

from .alternatives import alternatives
from .bca import bca_interval
from .bootstrap import bootstrap_interval, bootstrap_intervals, bootstrap_means, patient_resamples
from .covariance import auc_covariance, auc_difference
from .delong import auc, auc_interval
from .difference import Difference
from .holm import holm
from .initialisations import Estimate, initialisation_difference
from .interval import NAN, Interval
from .kappa import confusion_matrix, weighted_kappa
from .macro import ClassAreas, class_areas, macro_auc_interval, mean_area
from .paired import Paired
from .patients import patient_codes
from .payoff import Payoff, payoff
from .power import Reach, reach
from .proportion import mean_of_proportions_interval, proportion_interval
from .resampled import corrected_resampled_difference
from .roc import RocBand, roc_band, roc_curve
from .verdict import Decision, Reason, Verdict, verdicts

__all__ = [
    "NAN",
    "ClassAreas",
    "Decision",
    "Difference",
    "Estimate",
    "Interval",
    "Paired",
    "Payoff",
    "Reach",
    "Reason",
    "RocBand",
    "Verdict",
    "alternatives",
    "auc",
    "auc_covariance",
    "auc_difference",
    "auc_interval",
    "bca_interval",
    "bootstrap_interval",
    "bootstrap_intervals",
    "bootstrap_means",
    "class_areas",
    "confusion_matrix",
    "corrected_resampled_difference",
    "holm",
    "initialisation_difference",
    "macro_auc_interval",
    "mean_area",
    "mean_of_proportions_interval",
    "patient_codes",
    "patient_resamples",
    "payoff",
    "proportion_interval",
    "reach",
    "roc_band",
    "roc_curve",
    "verdicts",
    "weighted_kappa",
]
