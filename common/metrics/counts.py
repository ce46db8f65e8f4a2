"""Scores of many classes from counts alone, which processes add up: exact whatever their shares."""

from collections.abc import Callable

import torch
from ignite.metrics import Metric

from ..distributed import summed
from .validation import logits_and_labels

FEW = 5
"""Of how many of the most probable classes the right one is one, for `top5`."""


class CountedScore(Metric):
    """A score of all images of an evaluation, those of other processes with them, in memory of C x C numbers.

    Args:
        score: A key of `SCORES`.
        num_classes: C.
    """

    def __init__(self, score: str, num_classes: int) -> None:
        self._of = SCORES[score]
        self._classes = num_classes
        super().__init__(output_transform=logits_and_labels)

    def reset(self) -> None:
        """Begin anew."""
        self._counts = torch.zeros(self._classes**2 + 1, dtype=torch.long)

    def update(self, output: tuple[torch.Tensor, torch.Tensor]) -> None:
        """Count a batch: logits `(B, C)` and class indices `(B,)`."""
        logits, labels = output
        best = logits.topk(min(FEW, self._classes), dim=1).indices
        pairs = labels * self._classes + best[:, 0]
        found = (best == labels[:, None]).sum().view(1)
        counts = torch.cat([torch.bincount(pairs, minlength=self._classes**2), found])
        self._counts = self._counts.to(counts.device) + counts

    def compute(self) -> float:
        """Return the score, the same in every process."""
        counts = summed(self._counts).cpu()
        return self._of(counts[:-1].view(self._classes, self._classes), int(counts[-1]))


def _top1(confusion: torch.Tensor, _: int) -> float:
    return float(confusion.diagonal().sum() / confusion.sum())


def _top5(confusion: torch.Tensor, found: int) -> float:
    return float(found / confusion.sum())


def _balanced_accuracy(confusion: torch.Tensor, _: int) -> float:
    """Return the mean recall of the classes that occur."""
    images = confusion.sum(dim=1).double()
    return float((confusion.diagonal() / images)[images > 0].mean())


def _macro_f1(confusion: torch.Tensor, _: int) -> float:
    """Return the mean F1 of the classes that occur."""
    images, called = confusion.sum(dim=1), confusion.sum(dim=0)
    return float((2 * confusion.diagonal().double() / (images + called))[images > 0].mean())


SCORES: dict[str, Callable[[torch.Tensor, int], float]] = {
    "top1": _top1,
    "top5": _top5,
    "balanced_accuracy": _balanced_accuracy,
    "macro_f1": _macro_f1,
}
"""By name, of the confusion matrix (rows: the truth) and of how many images have their class among the first `FEW`."""
