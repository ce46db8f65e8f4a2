"""How often one initialisation is called better or worse than itself, begun from other seeds: `seeds`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.utils import set_determinism
from numpy.typing import NDArray
from tqdm import tqdm

from ..bundles import bundle_root
from ..datasets.items import Items, image_keys, read_items
from ..datasets.prepared import read_prepared
from ..features.configured import configured
from ..features.given import read_given
from ..features.head import Part, train_head
from ..features.network import HeadAlone
from ..statistics import Decision, Paired, proportion_interval, verdicts
from .coverage import Page

SEEDS = 21
"""Seeds that are drawn from: the fewest that make 200 pairs, 21 * 20 / 2 = 210."""

SIZES = (1, 3)
"""Seeds of an arm: of one the verdict is about two trained models, of three or more about initialisations."""

FOLDS = range(5)

Scores = dict[tuple[int, int], NDArray[np.float64]]
"""By fold and seed, the probability of each tested image."""


def measure(*, features: Path, dataset_dir: Path, comparisons: int, epochs: int) -> Page:
    """Return the share of verdicts that are false, of so many comparisons of an arm with itself.

    Args:
        features: An encoder's `.npz`.
        dataset_dir: The prepared data set, of two classes.
        comparisons: For each of `SIZES`.
        epochs: At most, of a head on the features; the learning rate is 0.01.
    """
    names = read_prepared(dataset_dir).class_names
    parts = {
        fold: [read_items(dataset_dir, names, fold=fold, part=part) for part in ("train", "valid", "test")]
        for fold in FOLDS
    }
    scores = _scores(features, parts, names, epochs)
    generator = np.random.default_rng(0)
    lines = [
        f"seeds: {features.name}, {len(FOLDS)} folds x {SEEDS} seeds, at most {epochs} epochs",
        "an initialisation against itself, from other seeds; comparisons share seeds and patients, which the intervals",
        "(Wilson) do not know: they are too narrow",
    ]
    for size in SIZES:
        drawn = [generator.permutation(SEEDS)[: 2 * size].reshape(2, size) for _ in range(comparisons)]
        found = Counter(_verdict(scores, parts, names, *arms) for arms in tqdm(drawn, "verdicts", disable=None))
        false = found[Decision.BETTER] + found[Decision.WORSE]
        share = proportion_interval(np.arange(comparisons) < false)
        told = ", ".join(f"{decision.value} {count}" for decision, count in found.most_common())
        lines.append(f"{size} against {size} seeds: better or worse {share} comparisons ({told})")
    return Page("\n".join(lines))


def _scores(path: Path, parts: dict[int, list[Items]], names: Sequence[str], epochs: int) -> Scores:
    config, found = str(Path(bundle_root("breast_us")) / "configs" / "train.json"), Scores()
    for fold, items in parts.items():
        keys = [image_keys(its) for its in items]
        known = read_given(path, [key for its in keys for key in its], data=str(path))
        rows = np.split(np.arange(len(known)), np.cumsum([len(its) for its in keys])[:-1])
        training, validation, test = (
            Part(features=known[:, None], rows=own, labels=torch.tensor([names.index(item["label"]) for item in its]))
            for own, its in zip(rows, items, strict=True)
        )
        for seed in tqdm(range(SEEDS), f"fold {fold}", unit="head", disable=None):
            given: dict[str, Any] = {"seed": str(seed), "max_epochs": str(epochs), "learning_rate": "0.01"}
            set_determinism(seed=seed)
            head = HeadAlone(known.shape[1], len(names), "").classifier
            best = train_head(configured(config, given), head, training, validation)
            head.load_state_dict(best.state)
            with torch.inference_mode():
                logits = head.eval()(test.clean())
            found[fold, seed] = torch.softmax(logits, dim=1)[:, -1].double().numpy()
    return found


def _verdict(
    scores: Scores, parts: dict[int, list[Items]], names: Sequence[str], first: Sequence[int], second: Sequence[int]
) -> Decision:
    images = {fold: np.array([" ".join(key) for key in image_keys(items[-1])]) for fold, items in parts.items()}
    pairs = [
        Paired(
            seed=number,
            fold=str(fold),
            label=np.array([names.index(item["label"]) for item in items[-1]]),
            score_a=scores[fold, int(a)],
            score_b=scores[fold, int(b)],
            image=images[fold],
            patient=np.array([item["patient"] or name for item, name in zip(items[-1], images[fold], strict=True)]),
        )
        for fold, items in parts.items()
        for number, (a, b) in enumerate(zip(first, second, strict=True))
    ]
    return verdicts({"": pairs}, arms=("one", "the same"))[""].decision
