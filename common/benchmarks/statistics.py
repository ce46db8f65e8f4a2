"""How long the covariance of two models' AUCs takes, beside ranking their scores: `statistics`."""

import os
import time
from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata
from tqdm import tqdm

from ..statistics import auc_covariance
from .table import Goal, Measurement

RANKING, OURS, CLUSTERED = "ranking both (scipy)", "AUCs and covariance", "the same by patient"

OF_RANKING = 2.5
"""The most that AUCs and covariance may take of the time of ranking the scores: they sort each once, as it does."""

TENFOLD = 30
"""The most that ten times the images may take. From 100,000 it is 12 times by N log N (10 * 6/5); a million leave the
processor's cache, so that ranking, too, takes 15 times; counting pairs would take 100 times."""


def measure(*, cases: int, rounds: int) -> Measurement:
    """Return the seconds of each for so many cases, and for a tenth of them.

    Two models whose scores have few ties, a third of the cases positive; three images a patient.

    Args:
        cases: Images.
        rounds: How many rounds.
    """
    load = os.getloadavg()[0]
    steps = {f"{n:,}: {name}": step for n in (cases // 10, cases) for name, step in _steps(n).items()}
    rows: dict[str, list[float]] = {name: [] for name in steps}
    for number in tqdm(range(rounds + 1), desc="statistics", unit="round", disable=None):
        for name, step in steps.items():
            began = time.perf_counter()
            step()
            if number > 0:
                rows[name].append(time.perf_counter() - began)
    few, many = f"{cases // 10:,}: {OURS}", f"{cases:,}: {OURS}"
    reference = f"{cases:,}: {RANKING}"
    return Measurement(
        title=f"statistics: two models, {cases:,} images, {rounds} rounds",
        unit="s",
        reference=reference,
        rounds=rows,
        goals=(
            Goal(name=f"{OURS} / ranking", of=many, to=reference, at_most=OF_RANKING),
            Goal(name=f"{CLUSTERED} / ranking", of=f"{cases:,}: {CLUSTERED}", to=reference, at_most=OF_RANKING),
            Goal(name="ten times the images", of=many, to=few, at_most=TENFOLD),
        ),
        load=load,
    )


def _steps(n: int) -> dict[str, Callable[[], object]]:
    generator = np.random.default_rng(0)
    labels = (generator.random(n) < 1 / 3).astype(int)
    scores = generator.standard_normal((2, n)) + labels
    patients = generator.permutation(np.arange(n) // 3)
    return {
        RANKING: lambda: [rankdata(its) for its in scores],
        OURS: lambda: auc_covariance(labels, scores),
        CLUSTERED: lambda: auc_covariance(labels, scores, patients=patients),
    }
