"""Scores of a validation epoch, as ignite's `EpochMetric` asks for them."""

import torch
from monai.metrics import compute_roc_auc


def auc_of_logits(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """Return the area under the ROC curve of the last class's probability.

    Args:
        logits: `(N, 2)`.
        labels: `(N,)`, class indices.
    """
    return float(compute_roc_auc(torch.softmax(logits, dim=1)[:, -1], labels))


def loss_of_logits(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """Return the mean cross-entropy of `(N, classes)` logits and `(N,)` class indices."""
    return float(torch.nn.functional.cross_entropy(logits, labels))
