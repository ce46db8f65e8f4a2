"""The scores of a run, as `eval/metrics.json` holds them: a module per kind of task."""

from ...metrics import Predictions
from .binary import binary_scores
from .classes import multiclass_scores, multilabel_scores
from .pieces import CLUSTERED, IMAGE_LEVEL, Scores, level_of

__all__ = [
    "CLUSTERED",
    "IMAGE_LEVEL",
    "Scores",
    "binary_scores",
    "level_of",
    "multiclass_scores",
    "multilabel_scores",
    "scores_of",
]


def scores_of(validation: Predictions, test: Predictions, *, task: str, ordered: bool = False) -> Scores:
    """Return the scores of a `binary`, `multiclass` or `multilabel` task.

    Args:
        validation: Where thresholds and temperature come from.
        test: What the scores are measured on.
        task: The task.
        ordered: Whether the classes of a multiclass task are a scale.
    """
    if task == "binary":
        return binary_scores(validation, test)
    if task == "multiclass":
        return multiclass_scores(validation, test, ordered=ordered)
    return multilabel_scores(validation, test)
