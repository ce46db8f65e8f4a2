"""The scores of an epoch's validation, each over the whole part, however many processes share it."""

import math
from collections.abc import Callable
from typing import Any

import torch
from ignite.metrics import Metric
from monai.metrics import compute_roc_auc

from ..distributed import gathered


class ScoreOfAll(Metric):
    """A score of all logits and labels of an evaluation, those of other processes with them.

    Args:
        score: From logits `(N, C)` and labels, both on the processor, to a number.
    """

    def __init__(self, score: Callable[[torch.Tensor, torch.Tensor], float]) -> None:
        self._score = score
        super().__init__(output_transform=logits_and_labels)

    def reset(self) -> None:
        """Begin anew."""
        self._batches: list[tuple[torch.Tensor, torch.Tensor]] = []

    def update(self, output: tuple[torch.Tensor, torch.Tensor]) -> None:
        """Take the logits and labels of a batch."""
        self._batches.append(output)

    def compute(self) -> float:
        """Return the score, the same in every process; NaN where a logit is."""
        logits, labels = (gathered(torch.cat(column)).cpu() for column in zip(*self._batches, strict=True))
        return math.nan if logits.isnan().any() else float(self._score(logits, labels))


def logits_and_labels(output: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what a metric needs of an evaluator's output."""
    return output["pred"].detach(), output["label"]


class AucOfLogits:
    """The area under the ROC curve on the validation part, by task; of several classes or findings, the macro mean.

    A finding of which validation has no known positive or no known negative is left out of the mean; NaN without any.

    Args:
        task: `binary`, `multiclass` (each class against the rest) or `multilabel`.
    """

    def __init__(self, task: str) -> None:
        self.task = task

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor) -> float:
        """Return the area.

        Args:
            logits: `(N, C)`.
            labels: Class indices `(N,)`, or, of a multi-label task, 1, 0 or NaN for not known, `(N, C)`.
        """
        if self.task == "binary":
            return float(compute_roc_auc(torch.softmax(logits, dim=1)[:, -1], labels))
        if self.task == "multiclass":
            scores, labels = torch.softmax(logits, dim=1), torch.nn.functional.one_hot(labels, logits.shape[1]).float()
        else:
            scores = logits
        areas = [_area(scores[:, column], labels[:, column]) for column in range(logits.shape[1])]
        defined = [area for area in areas if not math.isnan(area)]
        return sum(defined) / len(defined) if defined else math.nan


def _area(scores: torch.Tensor, labels: torch.Tensor) -> float:
    known = ~labels.isnan()
    if not 0 < labels[known].sum() < known.sum():
        return math.nan
    return float(compute_roc_auc(scores[known], labels[known]))
