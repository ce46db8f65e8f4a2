"""Simulated predictions of a binary classifier."""

import numpy as np
import pytest

from common.metrics import Predictions
from common.report.scores import binary_scores


def simulate(part, n, *, seed, images=2, patients_known=True):
    """Return over-confident predictions of `n` images, `images` per patient, correlated within a patient."""
    generator = np.random.default_rng(seed)
    patient = np.arange(n) // images
    label = (generator.random(n) < 0.35).astype(np.int64)[patient * images]
    logit = 3 * label - 2 + generator.normal(0, 1.5, n) + generator.normal(0, 1.5, n)[patient]
    positive = 1 / (1 + np.exp(-2 * logit))
    names = [f"{part} {number}" if patients_known else "" for number in patient]
    return Predictions(
        image=np.array([f"{part}/{i}.png" for i in range(n)]),
        frame=np.full(n, ""),
        study=np.full(n, ""),
        patient=np.array(names),
        fold=np.full(n, "0"),
        part=np.full(n, part),
        label=label,
        probabilities=np.stack([1 - positive, positive], axis=1).astype(np.float32),
        class_names=("benign", "malignant"),
    )


@pytest.fixture(scope="session")
def simulated():
    """Return the function that simulates predictions."""
    return simulate


@pytest.fixture(scope="session")
def validation():
    """Return 120 predictions for validation."""
    return simulate("validation", 120, seed=1)


@pytest.fixture(scope="session")
def test():
    """Return 400 predictions for test."""
    return simulate("test", 400, seed=2)


@pytest.fixture(scope="session")
def scores(validation, test):
    """Return their scores."""
    return binary_scores(validation, test)
