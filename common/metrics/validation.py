"""The score that chooses the best epoch, as ignite's `EpochMetric` asks for it."""

import math

import torch
from monai.metrics import compute_roc_auc


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
