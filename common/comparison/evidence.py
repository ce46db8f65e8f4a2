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
        image=images(a),
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
            image=images(its),
            patient=patients(its),
        )
        for trial, its in found
    ]


def images(found: Predictions) -> np.ndarray:
    """Return the name of each image: its path and frame."""
    return np.char.add(np.char.add(found.image, " "), found.frame)


def patients(found: Predictions) -> np.ndarray:
    """Return whose each image is: of a patient, a study where no patient is known, else of itself alone."""
    return np.where(found.cluster == "", images(found), found.cluster)


def score(one: Trained) -> Interval:
    """Return the test AUC of a training, clustered by patient."""
    found = tested(one)
    return auc_interval(found.label, found.positive, patients=patients(found))


def within_folds(ones: Sequence[Trained]) -> Interval:
    """Return the AUC over the folds of one initialisation and seed, each image compared within its fold only."""
    return over_folds([tested(one) for one in ones])


def over_folds(said: Sequence[Predictions]) -> Interval:
    """Return the AUC of what was predicted in each fold, each image compared within its fold only."""
    found = auc_interval(
        np.concatenate([its.label for its in said]),
        np.concatenate([its.positive for its in said]),
        patients=np.concatenate([patients(its) for its in said]),
        folds=np.concatenate([its.fold for its in said]),
    )
    # Folds that share their test part show an image several times.
    return replace(found, n=len(np.unique(np.concatenate([images(its) for its in said]))))
