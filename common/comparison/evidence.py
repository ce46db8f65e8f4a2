"""What was predicted of the test parts, as the statistics want it: two models on the same images."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..errors import RunError
from ..metrics import Predictions, read_predictions
from ..statistics import Interval, Paired
from ..statistics.delong import auc_interval
from .choice import Trained


def tested(one: Trained, folder: str = "eval") -> Predictions:
    """Return the predictions of the test part whose label is known, in the order of image and frame.

    Args:
        one: Trained and evaluated.
        folder: Of the run, where they are: those of the evaluation, or with flips.
    """
    found = read_predictions(Path(one.job.folder) / folder / "predictions.csv").select("test").known()
    return found.rows(np.lexsort((found.frame, found.image)))


def paired(first: Mapping[tuple[str, int], Trained], second: Mapping[tuple[str, int], Trained]) -> list[Paired]:
    """Return the pairs of two initialisations.

    Args:
        first: By fold and seed, the training that was chosen.
        second: Of the other initialisation.

    Raises:
        RunError: They were tested on different images.
    """
    return [_pair(its, second[place]) for place, its in first.items()]


def _pair(first: Trained, second: Trained) -> Paired:
    a, b = tested(first), tested(second)
    same = len(a) == len(b) and all(
        np.array_equal(getattr(a, name), getattr(b, name)) for name in ("image", "frame", "label")
    )
    if not same:
        raise RunError(
            f"two models are compared on the same images; {first.job.folder} and {second.job.folder} were tested on "
            "different ones: delete both folders and give the command again"
        )
    return Paired(
        seed=first.trial.seed,
        fold=first.trial.fold,
        label=a.label,
        score_a=a.positive.astype(np.float64),
        score_b=b.positive.astype(np.float64),
        patient=patients(a),
    )


def alone(ones: Sequence[Trained]) -> list[Paired]:
    """Return each training beside a model that says the same of every image, for what is asked of one alone."""
    found = [(one.trial, tested(one)) for one in ones]
    return [
        Paired(
            seed=trial.seed,
            fold=trial.fold,
            label=its.label,
            score_a=its.positive.astype(np.float64),
            score_b=np.zeros(len(its)),
            patient=patients(its),
        )
        for trial, its in found
    ]


def patients(found: Predictions) -> np.ndarray:
    """Return whose each image is: of a patient, a study where no patient is known, else of itself alone."""
    own = np.char.add(np.char.add(found.image, " "), found.frame)
    return np.where(found.cluster == "", own, found.cluster)


def score(one: Trained) -> Interval:
    """Return the test AUC of a training, clustered by patient."""
    found = tested(one)
    return auc_interval(found.label, found.positive, patients=patients(found))


def within_folds(ones: Sequence[Trained]) -> Interval:
    """Return the AUC over the folds of one initialisation and seed, each image compared within its fold only."""
    every = [tested(one) for one in ones]
    found = auc_interval(
        np.concatenate([its.label for its in every]),
        np.concatenate([its.positive for its in every]),
        patients=np.concatenate([patients(its) for its in every]),
        folds=np.concatenate([its.fold for its in every]),
    )
    # Folds that share their test part show an image several times.
    return replace(found, n=len({key for its in every for key in zip(its.image, its.frame, strict=True)}))
