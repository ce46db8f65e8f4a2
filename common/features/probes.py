"""What features are worth without a head that is trained by steps: a linear probe and nearest neighbours.

Neither chooses anything, so both learn from the training and the validation part. Both see each feature in units of its
standard deviation there, whatever scale an encoder gave it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..datasets.items import image_keys, read_items
from ..metrics import Predictions, write_predictions
from ..report.tables import table
from .configured import configured
from .runs import Scored
from .store import Floats, open_store

Numbers = NDArray[np.float64]
Probe = Callable[[Numbers, NDArray[np.int64], Numbers], Numbers]
"""From features `(n, D)` and labels `(n,)`, 1 or 0, and other features `(m, D)`: the probability of 1, `(m,)`."""

STRENGTH = 1e-3
"""scikit-learn's `C`: an L2 penalty on standardised features that lets some thousand images bear a thousand features.

Fixed beforehand, as in the outside probe that ours must agree with (shared/data/README.md).
"""

STEPS = 5000
"""Iterations of the solver at most; it needs some dozens."""

NEIGHBOURS = 20
"""As in Caron et al., Emerging properties in self-supervised vision transformers, ICCV 2021: best over their data."""

TEMPERATURE = 0.07
"""Of the neighbours' votes, exp(cosine / 0.07): Wu et al., Unsupervised feature learning via non-parametric
instance discrimination, CVPR 2018, section 3.4."""


def linear_probe(features: Floats | Numbers, labels: NDArray[np.int64], others: Floats | Numbers) -> Numbers:
    """Return the probability of class 1, `(m,)`: L2 logistic regression, both classes weighing alike.

    Args:
        features: To learn from, `(n, D)`.
        labels: 1 or 0, `(n,)`.
        others: Features to score, `(m, D)`.
    """
    from sklearn.linear_model import LogisticRegression

    known, asked = _standardised(features, others)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=STEPS).fit(known, labels)
    return model.predict_proba(asked)[:, 1]


def nearest_neighbours(features: Floats | Numbers, labels: NDArray[np.int64], others: Floats | Numbers) -> Numbers:
    """Return the share of class 1, `(m,)`, among the nearest images by cosine, nearer ones counting more.

    Arguments as of `linear_probe`.
    """
    known, asked = (its / np.linalg.norm(its, axis=1, keepdims=True) for its in _standardised(features, others))
    shares = [_votes(asked[first : first + 1024] @ known.T, labels) for first in range(0, len(asked), 1024)]
    return np.concatenate(shares)


def _votes(cosine: Numbers, labels: NDArray[np.int64]) -> Numbers:
    nearest = np.argpartition(-cosine, min(NEIGHBOURS, cosine.shape[1] - 1), axis=1)[:, :NEIGHBOURS]
    weights = np.exp((np.take_along_axis(cosine, nearest, axis=1) - 1) / TEMPERATURE)
    return (weights * labels[nearest]).sum(axis=1) / weights.sum(axis=1)


def _standardised(features: Floats | Numbers, others: Floats | Numbers) -> tuple[Numbers, Numbers]:
    centre, spread = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    spread = np.where(spread > 0, spread, 1)
    return (features - centre) / spread, (others - centre) / spread


PROBES: Mapping[str, Probe] = {"linear probe": linear_probe, "nearest neighbours": nearest_neighbours}
"""By name."""


def file_of(probe: str) -> str:
    """Return the name of the file with a probe's predictions of the test part."""
    return f"{probe.replace(' ', '_')}.csv"


def write_probes(files: str, given: Mapping[str, str], *, store: str | Path, out: str | Path) -> None:
    """Score the test part of a fold by every probe, and write the predictions of each into `out`.

    Args:
        files: The configuration, of which data and classes are used.
        given: Its head keys.
        store: The features.
        out: The folder.
    """
    parser, stored = configured(files, given), open_store(store)
    names, fold = parser["class_names"], str(parser["fold"])
    items = {
        part: read_items(parser["dataset_dir"], names, fold=fold, part=part) for part in ("train", "valid", "test")
    }
    features = {part: stored.features[stored.rows(image_keys(its)), 0] for part, its in items.items()}
    known = np.concatenate([features["train"], features["valid"]])
    labels = np.array([names.index(item["label"]) for part in ("train", "valid") for item in items[part]])
    for name, probe in PROBES.items():
        found = probe(known, labels, features["test"])
        said = Scored(items["test"], np.stack([1 - found, found], axis=1).astype(np.float32))
        predictions: Predictions = table(said, {"class_names": names, "task": "binary", "fold": fold}, part="test")
        write_predictions(Path(out) / file_of(name), predictions, synthetic=items["test"].origin.synthetic)
