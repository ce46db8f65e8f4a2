"""The scores of two trained models on the images of one fold: what every comparison is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import RunError, SplitError

SAME = ("image", "label", "patient")
"""What all pairs of a fold have in common."""


@dataclass(frozen=True, kw_only=True)
class Paired:
    """Two models, trained alike but for where they began, on the images that neither has seen.

    Args:
        seed: Of both trainings.
        fold: The part that was tested, as it is called; of a repeated split, with the repeat in its name.
        label: 1 positive, 0 negative, `(N,)`; both occur.
        score_a: Of the first model, `(N,)`; higher means more likely positive.
        score_b: Of the second model, on the same images.
        image: The name of each image, `(N,)`.
        patient: The name of its patient, `(N,)`; where no patient is known, the image's own name.
    """

    seed: int
    fold: str
    label: NDArray[np.int_]
    score_a: NDArray[np.float64]
    score_b: NDArray[np.float64]
    image: NDArray[np.str_]
    patient: NDArray[np.str_]

    def __post_init__(self) -> None:
        where = f"seed {self.seed}, fold {self.fold}"
        sizes = {name: len(getattr(self, name)) for name in ("label", "score_a", "score_b", "image", "patient")}
        if len(set(sizes.values())) > 1:
            raise RunError(f"{where}: each image has one label, name, patient and score of each model; got {sizes}")
        if not np.isfinite([self.score_a, self.score_b]).all():
            raise RunError(f"{where}: scores are finite; got NaN or infinity: train or predict that run again")
        if set(np.unique(self.label).tolist()) != {0, 1}:
            raise SplitError(
                f"{where}: a tested fold has positive (1) and negative (0) images; got labels "
                f"{np.unique(self.label).tolist()}: use fewer folds or another split"
            )
        if (np.asarray(self.patient).astype(str) == "").any():
            raise SplitError(f"{where}: an image without a known patient is named by itself; got an empty patient")


def crossed(pairs: Sequence[Paired]) -> dict[str, list[Paired]]:
    """Return the pairs of each fold, in the order of seeds: every seed once, each on the same images.

    Only then is a difference between seeds one of seeds and not of folds.
    """
    seeds = sorted({pair.seed for pair in pairs})
    folds: dict[str, list[Paired]] = {}
    for pair in sorted(pairs, key=lambda pair: (str(pair.fold), pair.seed)):
        folds.setdefault(str(pair.fold), []).append(pair)
    for fold, its in folds.items():
        if [pair.seed for pair in its] != seeds:
            raise SplitError(
                f"every seed tests every fold once; fold {fold} has seeds {[pair.seed for pair in its]} of {seeds}: "
                "finish the runs, or leave that seed out"
            )
        for pair in its[1:]:
            if not all(np.array_equal(getattr(pair, name), getattr(its[0], name)) for name in SAME):
                raise SplitError(
                    f"fold {fold}: all seeds are tested on the same images in the same order; seed {pair.seed} has "
                    f"other images, labels or patients than seed {its[0].seed}: run it again on the same data"
                )
    return folds
