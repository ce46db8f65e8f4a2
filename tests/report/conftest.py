"""Simulated predictions of a classifier of two classes, of a scale of four, and of findings."""

import numpy as np
import pytest
from scipy.special import softmax

from common.metrics import Predictions
from common.report.scores import binary_scores, scores_of

SCALE = ("none", "mild", "moderate", "severe")
FINDINGS = ("cyst", "mass", "scar")


def simulate(part, n, *, seed, images=2, patients_known=True):
    """Return over-confident predictions of `n` images, `images` per patient, correlated within a patient."""
    generator = np.random.default_rng(seed)
    patient = np.arange(n) // images
    label = (generator.random(n) < 0.35).astype(np.int64)[patient * images]
    logit = 3 * label - 2 + generator.normal(0, 1.5, n) + generator.normal(0, 1.5, n)[patient]
    positive = 1 / (1 + np.exp(-2 * logit))
    names = [f"{part} {number}" if patients_known else "" for number in patient]
    return Predictions(
        **texts(part, names),
        label=label,
        probabilities=np.stack([1 - positive, positive], axis=1).astype(np.float32),
        class_names=("benign", "malignant"),
    )


def texts(part, patients):
    """Return the columns of text: images in a row, none in a study."""
    n = len(patients)
    columns = {"image": np.array([f"{part}/{i}.png" for i in range(n)]), "patient": np.array(patients, dtype=str)}
    columns |= {
        name: np.full(n, value) for name, value in {"frame": "", "study": "", "fold": "0", "part": part}.items()
    }
    return columns


def simulate_scale(part, n, *, seed):
    """Return over-confident predictions of four ordered classes, two images a patient, some of different labels."""
    generator = np.random.default_rng(seed)
    patient = np.arange(n) // 2
    label = generator.integers(0, 4, n)
    label = np.where(patient % 3 == 0, label, label[patient * 2])
    logits = -np.abs(np.arange(4) - label[:, None]) + generator.normal(0, 1, (n, 4))
    return Predictions(
        **texts(part, [f"{part} {number}" for number in patient]),
        label=label,
        probabilities=softmax(3 * logits, axis=1).astype(np.float32),
        class_names=SCALE,
    )


def simulate_findings(part, n, *, seed):
    """Return over-confident predictions of three findings, the last rare, each unknown in a tenth of the images."""
    generator = np.random.default_rng(seed)
    states = (generator.random((n, 3)) < (0.5, 0.2, 0.03)).astype(np.int64)
    logits = 3 * states - 2 + generator.normal(0, 1.5, (n, 3))
    states[generator.random((n, 3)) < 0.1] = -1
    states[:6] = [[1, 0, 1], [0, 1, 0]] * 3  # each is known to be present and absent in some
    return Predictions(
        **texts(part, [f"{part} {number // 2}" for number in range(n)]),
        label=states,
        probabilities=(1 / (1 + np.exp(-2 * logits))).astype(np.float32),
        class_names=FINDINGS,
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


@pytest.fixture(scope="session")
def scale():
    """Return predictions of a scale for validation and test, and their scores."""
    parts = simulate_scale("validation", 160, seed=3), simulate_scale("test", 300, seed=4)
    return *parts, scores_of(*parts, task="multiclass", ordered=True)


@pytest.fixture(scope="session")
def findings():
    """Return predictions of findings for validation and test, and their scores."""
    parts = simulate_findings("validation", 160, seed=5), simulate_findings("test", 300, seed=6)
    return *parts, scores_of(*parts, task="multilabel")
