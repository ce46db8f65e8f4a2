"""From images to what a radiologist reports on: the study, or the patient where no study is known."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..metrics import Predictions
from ..metrics.predictions import UNKNOWN, Texts
from ..statistics import patient_codes


def units(part: Predictions) -> Texts:
    """Return what each image is pooled into, `(N,)`: a study, else a patient; empty if neither is known."""
    studies = np.char.add(np.char.add(part.patient, " study "), part.study)
    return np.where(part.study == "", part.patient, studies)


def pooled_by(part: Predictions) -> str:
    """Return what `units` are, in words."""
    by_study = part.study != ""
    return "study" if by_study.all() else "study, else patient" if by_study.any() else "patient"


def pooled(part: Predictions, how: Literal["mean", "max"]) -> Predictions:
    """Return a row per unit, without image and frame; an image of no known unit stays alone.

    The label of a binary task, and of each finding, is the maximum: positive if any image is. Of several classes it is
    the one that all images share, and not known where they differ.

    Args:
        part: Predictions of images.
        how: Probabilities are the mean of the images', or the maximum of the positive class or of each finding; several
            classes have no maximum that is a probability.
    """
    codes = patient_codes(units(part))
    size, first = int(codes.max(initial=-1)) + 1, np.unique(codes, return_index=True)[1]
    label = np.full((size, *part.label.shape[1:]), UNKNOWN, dtype=np.int64)
    np.maximum.at(label, codes, part.label)
    if how == "mean":
        probabilities = _mean(part, codes, size)
    else:
        probabilities = np.zeros((size, len(part.class_names)), dtype=np.float32)
        np.maximum.at(probabilities, codes, part.probabilities)
        if not part.multilabel:
            probabilities[:, 0] = 1 - probabilities[:, 1]
    if len(part.class_names) > 2 and not part.multilabel:
        differ = np.zeros(size, dtype=bool)
        np.logical_or.at(differ, codes, part.label != label[codes])
        label[differ] = UNKNOWN
    nothing = np.full(size, "")
    return replace(part.rows(first), image=nothing, frame=nothing, label=label, probabilities=probabilities)


def _mean(part: Predictions, codes: NDArray[np.intp], size: int) -> NDArray[np.float32]:
    columns = [np.bincount(codes, weights=column, minlength=size) for column in part.probabilities.T]
    return (np.stack(columns, axis=1) / np.bincount(codes)[:, None]).astype(np.float32)
