"""What training minimises, by task: cross-entropy at the data's own prevalence."""

import torch
from torch import nn
from torch.nn import functional


class TaskLoss(nn.Module):
    """The mean cross-entropy of logits, a number; a label that is not known adds nothing to it.

    For classes, softmax over them; for findings, which an image may have together, a sigmoid each, and the mean over
    the labels that are known. A batch without any gives 0, with a gradient of 0. No class is weighted: imbalance is
    met by the thresholds that are chosen afterwards.

    Args:
        task: `binary`, `multiclass` or `multilabel`.
        label_smoothing: Share of the truth given to all classes alike, while training; findings have none.
    """

    def __init__(self, task: str, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.task = task
        self.label_smoothing = label_smoothing

    def forward(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss of `(B, C)` logits.

        Args:
            logits: `(B, C)`.
            labels: Class indices `(B,)`, or, of a multi-label task, 1, 0 or NaN for not known, `(B, C)`.
        """
        if self.task != "multilabel":
            return functional.cross_entropy(logits, labels, label_smoothing=self.label_smoothing)
        known = ~labels.isnan()
        losses = functional.binary_cross_entropy_with_logits(logits, labels.nan_to_num(), reduction="none")
        return (losses * known).sum() / known.sum().clamp(min=1)
