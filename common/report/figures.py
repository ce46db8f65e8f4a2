"""The figures of an evaluation."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..io.decode import decode_image
from ..metrics import Predictions
from . import plots, plots_classes
from .mistakes import mistakes
from .scores import Scores

FIGURES: dict[str, dict[str, Callable[..., None]]] = {
    "binary": {
        "roc": plots.plot_roc,
        "precision_recall": plots.plot_precision_recall,
        "reliability": plots.plot_reliability,
    },
    "multiclass": {
        "roc": plots_classes.plot_rocs,
        "precision_recall": plots_classes.plot_precision_recalls,
        "confusion": plots_classes.plot_confusion,
        "reliability": plots.plot_reliability,
    },
    "multilabel": {
        "roc": plots_classes.plot_rocs,
        "precision_recall": plots_classes.plot_precision_recalls,
        "reliability": plots_classes.plot_reliabilities,
    },
}
"""By task and name of the file, what is drawn of the test part."""

OF_WHICH = {"binary": "of {}", "multiclass": "of the class called", "multilabel": "of the finding"}
"""By task, whose probability stands under the most confident errors."""


def write_figures(
    folder: Path,
    test: Predictions,
    scores: Scores,
    *,
    card: dict[str, Any],
    history: list[dict[str, float]],
    paths: Sequence[str],
) -> None:
    """Write ROC, precision-recall, reliability, learning curves and the most confident errors as PNG.

    Of several classes also `confusion.png`.

    Args:
        folder: Where to.
        test: Predictions of the test part.
        scores: Of `scores_of`.
        card: `model.json`: the task, and what the figures say they show.
        history: A dict per epoch of training; without any, no learning curves.
        paths: Where the image of each prediction is read.
    """
    said: dict[str, Any] = {
        "subtitle": f"{provenance(card)}; {scores['level']}",
        "synthetic": card["dataset"]["synthetic"],
    }
    for name, plot in FIGURES[card["task"]].items():
        plot(folder / f"{name}.png", test, scores, **said)
    if history:
        metric = "AUC" if card["task"] == "binary" else "mean AUC"
        plots.plot_learning_curves(folder / "learning_curves.png", history, metric=metric, **said)
    wrong = mistakes(test, scores)
    errors = [
        (decode_image(paths[row], _frame(test.frame[row])), f"{Path(test.image[row]).name}\n{text}")
        for row, text, _ in wrong
    ]
    legend = f"{said['subtitle']}; p: {OF_WHICH[card['task']].format(test.class_names[-1])}"
    plots.plot_errors(folder / "errors.png", errors, **{**said, "subtitle": legend})


def provenance(card: dict[str, Any]) -> str:
    """Return what a score stands on: data, fold, patients that its parts share, network, weights."""
    shared = "".join(f", {count} patients in {pair}" for pair, count in card["dataset"]["shared_patients"].items())
    data = f"{card['dataset']['name']}, fold {card['fold']}{shared}"
    return f"{data}; {card['backbone']} from {card['weights_source']}"


def _frame(frame: str) -> int | None:
    return int(frame) if frame else None
