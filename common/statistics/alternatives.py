"""What other estimators say of the same comparison: for an appendix; none of them decides."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .bca import bca_interval
from .initialisations import Estimate, initialisation_difference
from .interval import NAN, Interval
from .paired import Paired, crossed
from .placements import placements
from .resampled import corrected_resampled_difference


def alternatives(
    pairs: Sequence[Paired], *, share: float, n_resamples: int = 1000, seed: int = 0
) -> dict[str, Interval]:
    """Return the difference with its 95 % interval by each method, the deciding one first.

    Only the first knows of both patients and seeds. DeLong's, with Obuchowski's variance within folds, and the
    bootstrap take the trained models as they are; Nadeau and Bengio's knows of patients only what differs between
    folds, and has no bounds with a single one, or where two test the same patients.

    Args:
        pairs: One for each fold and seed.
        share: Mean share of the data's images that a fold tests.
        n_resamples: Of the bootstrap.
        seed: Of the bootstrap.
    """
    estimate = initialisation_difference(pairs)
    folds = list(crossed(pairs).values())
    return {
        "patients and seeds (decides)": estimate.difference.interval(),
        "DeLong, patients within folds": replace(
            estimate.difference, error=estimate.patient_variance**0.5, freedom=np.inf
        ).interval(),
        "bootstrap of patients (BCa)": _bootstrap(folds, n_resamples=n_resamples, seed=seed),
        "Nadeau-Bengio over folds": _over_folds(folds, estimate, share),
    }


def _bootstrap(folds: Sequence[Sequence[Paired]], *, n_resamples: int, seed: int) -> Interval:
    labels = np.concatenate([its[0].label for its in folds])
    scores = np.concatenate([np.array([[pair.score_a, pair.score_b] for pair in its]) for its in folds], axis=-1)
    fold = np.repeat(np.arange(len(folds)), [len(its[0].label) for its in folds])

    def difference(rows: NDArray[np.intp]) -> float:
        return float(
            np.mean([_contrast(labels[its], scores[..., its]) for its in _parts(rows, fold[rows], len(folds))])
        )

    patients = np.concatenate([its[0].patient for its in folds])
    return bca_interval(difference, patients, labels=labels, n_resamples=n_resamples, seed=seed)


def _parts(rows: NDArray[np.intp], fold: NDArray[np.intp], folds: int) -> list[NDArray[np.intp]]:
    return [rows[fold == number] for number in range(folds)]


def _contrast(labels: NDArray[np.int_], scores: NDArray[np.float64]) -> float:
    """Return the mean over seeds of the AUC difference; NaN if a class is missing."""
    positive = labels == 1
    if positive.all() or not positive.any():
        return NAN
    areas = placements(positive, scores)[..., positive].mean(axis=-1)
    return float((areas[:, 0] - areas[:, 1]).mean())


def _over_folds(folds: Sequence[Sequence[Paired]], estimate: Estimate, share: float) -> Interval:
    parts = {frozenset(its[0].patient.tolist()) for its in folds}
    if len(folds) == 1 or len(parts) < len(folds):
        return Interval(estimate.difference.value, NAN, NAN, estimate.images)
    by_fold = [_contrast(its[0].label, np.array([[pair.score_a, pair.score_b] for pair in its])) for its in folds]
    return corrected_resampled_difference(by_fold, tested=share, n=estimate.images).interval()
