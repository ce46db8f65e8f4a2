"""The figures of an evaluation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..io.decode import decode_image
from ..metrics import Predictions
from . import plots
from .scores import Scores


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

    Args:
        folder: Where to.
        test: Predictions of the test part.
        scores: Of `binary_scores`.
        card: `model.json`: what the figures say they show.
        history: A dict per epoch of training; without any, no learning curves.
        paths: Where the image of each prediction is read.
    """
    said: dict[str, Any] = {
        "subtitle": f"{provenance(card)}; {scores['level']}",
        "synthetic": card["dataset"]["synthetic"],
    }
    plots.plot_roc(folder / "roc.png", test, scores, **said)
    plots.plot_precision_recall(folder / "precision_recall.png", test, scores, **said)
    plots.plot_reliability(folder / "reliability.png", test, scores, **said)
    if history:
        plots.plot_learning_curves(folder / "learning_curves.png", history, **said)
    wrong = plots.most_confident_errors(test, scores["thresholds"]["youden"])
    errors = [(decode_image(paths[row], _frame(test.frame[row])), _caption(test, row)) for row in wrong]
    legend = f"{said['subtitle']}; p: of {test.class_names[-1]}"
    plots.plot_errors(folder / "errors.png", errors, **{**said, "subtitle": legend})


def provenance(card: dict[str, Any]) -> str:
    """Return what a score stands on: data, fold, patients that its parts share, network, weights."""
    shared = "".join(f", {count} patients in {pair}" for pair, count in card["dataset"]["shared_patients"].items())
    data = f"{card['dataset']['name']}, fold {card['fold']}{shared}"
    return f"{data}; {card['backbone']} from {card['weights_source']}"


def _frame(frame: str) -> int | None:
    return int(frame) if frame else None


def _caption(test: Predictions, row: int) -> str:
    return f"{Path(test.image[row]).name}\n{test.class_names[test.label[row]]}, p = {test.positive[row]:.2f}"
