"""Pairs of models as verdicts take them, without the simulations' truth."""

import numpy as np

from common.statistics import Paired


def arms(*, positives=30, negatives=60, seeds=3, folds=5, gain=0.0, wobble=0.1, apart=1.5, own=0.6, seed=0, repeats=1):
    """Return the pairs of two initialisations, the first better by `gain` of a standard deviation of the scores.

    Patients have two images; `own` is the standard deviation of what each initialisation, and each training, adds to
    the score of an image.
    """
    generator = np.random.default_rng(seed)
    patient = np.repeat(np.arange(positives + negatives), 2)
    label = (patient < positives).astype(int)
    image = generator.normal(size=label.size) + generator.normal(size=positives + negatives)[patient]
    image = image + own * generator.normal(size=(2, label.size))
    pairs = []
    for repeat in range(repeats):
        # Every fold has as many positive patients as another, or one more.
        turns = [generator.permutation(count) % folds for count in (positives, negatives)]
        fold = np.concatenate(turns)[patient]
        for number in range(seeds):
            means = apart + np.array([gain, 0.0]) + wobble * generator.normal(size=2)
            scores = image + own * generator.normal(size=(2, label.size)) + means[:, None] * label
            for part in range(folds):
                rows = fold == part
                pairs.append(
                    Paired(
                        seed=number,
                        fold=f"{repeat}/{part}",
                        label=label[rows],
                        score_a=scores[0, rows],
                        score_b=scores[1, rows],
                        image=np.flatnonzero(rows).astype(str),
                        patient=patient[rows].astype(str),
                    )
                )
    return pairs


def turned(pairs):
    """Return the same with the models exchanged."""
    return [changed(pair, score_a=pair.score_b, score_b=pair.score_a) for pair in pairs]


def changed(pair, **changes):
    """Return a pair with other values."""
    return Paired(**{**vars(pair), **changes})
