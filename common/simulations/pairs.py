"""What verdicts come of two initialisations whose true difference is planted, trained with several seeds in folds."""

from dataclasses import dataclass

import numpy as np

from ..statistics import Decision, Paired, verdicts
from .scores import Images, images, noise, separation

FOLDS = 5

BETWEEN = 0.6
"""Correlation of the scores of two initialisations on the same images."""

WITHIN = 0.75
"""Correlation of the scores of two seeds of one initialisation: what it finds easy or hard stays with it."""

ICC = 0.5
"""Correlation of the scores within patients."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Two initialisations on the same patients.

    Attributes:
        positives: Patients with a positive image; twice as many have none.
        seeds: Trainings of each initialisation.
        wobble: Standard deviation, over seeds, of how far a training sets the classes apart, in that of the scores.
        area: Mean true AUC of the second initialisation.
        planted: By how much that of the first is higher; 0 makes both exchangeable.
    """

    positives: int
    seeds: int
    wobble: float
    area: float = 0.85
    planted: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the pairs: how many got each decision, and how many 95 % intervals held the true difference."""

    decisions: dict[Decision, int]
    covered: int
    pairs: int


def outcome(setting: Setting, *, pairs: int, seed: int) -> Outcome:
    """Return what became of so many pairs of initialisations.

    Args:
        setting: What is drawn.
        pairs: How often.
        seed: Of the draws.
    """
    generator = np.random.default_rng(seed)
    of = images(setting.positives, 2 * setting.positives)
    decisions, covered = dict.fromkeys(Decision, 0), 0
    for _ in range(pairs):
        verdict = verdicts({"": draw(setting, of, generator)}, arms=("first", "second"))[""]
        decisions[verdict.decision] += 1
        covered += verdict.low <= setting.planted <= verdict.high
    return Outcome(decisions=decisions, covered=covered, pairs=pairs)


def draw(setting: Setting, of: Images, generator: np.random.Generator) -> list[Paired]:
    """Return the scores of every fold and seed, of one pair of initialisations."""
    # Of a normal with mean m and standard deviation w, the mean of its AUC is that of m and variance 2 + w^2.
    wider = (1 + setting.wobble**2 / 2) ** 0.5
    apart = np.array([separation(setting.area + planted) * wider for planted in (setting.planted, 0.0)])
    apart = apart + setting.wobble * generator.standard_normal((setting.seeds, 2))
    parts = ((BETWEEN, (1, 1)), (WITHIN - BETWEEN, (1, 2)), (1 - WITHIN, (setting.seeds, 2)))
    scores = sum(share**0.5 * noise(of, shape, icc=ICC, generator=generator) for share, shape in parts)
    scores += apart[..., None] * of.positive
    return [
        Paired(
            seed=seed,
            fold=str(fold),
            label=of.positive[rows].astype(int),
            score_a=scores[seed, 0, rows],
            score_b=scores[seed, 1, rows],
            image=rows.astype(str),
            patient=of.patient[rows].astype(str),
        )
        for fold in range(FOLDS)
        for rows in [np.flatnonzero(of.patient % FOLDS == fold)]
        for seed in range(setting.seeds)
    ]
