"""The figures of a pretraining: its learning curves, and how a class fares by the images that it has."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.ticker import LogFormatter

from .. import plots
from ..plots_style import COLOURS, page
from .scores import Measured

SCORE = "val_balanced_accuracy"
"""What chooses the epoch."""


def write_figures(
    folder: Path,
    measured: Measured,
    history: Sequence[Mapping[str, float]],
    *,
    trained_on: Sequence[int],
    groups: Sequence[str],
    subtitle: str,
    synthetic: bool,
) -> None:
    """Write `learning_curves.png` and `recall.png`.

    Args:
        folder: Where to.
        measured: What the test part gives.
        history: A dict per epoch of training; without any, no learning curves.
        trained_on: How many training images each class has.
        groups: What each class is coloured by.
        subtitle: What the figures show.
        synthetic: Whether it comes from phantoms.
    """
    if history:
        plots.plot_learning_curves(
            folder / "learning_curves.png",
            history,
            key=SCORE,
            metric="balanced accuracy",
            subtitle=subtitle,
            synthetic=synthetic,
        )
    images = measured.confusion.sum(axis=1)
    recalls = measured.confusion.diagonal() / np.maximum(images, 1)
    title = "Recall of each class by its training images"
    with page(folder / "recall.png", title=title, subtitle=subtitle, size=(8.0, 4.6), synthetic=synthetic) as figure:
        axes = figure.subplots()
        for name, colour in zip(dict.fromkeys(groups), COLOURS, strict=False):
            shown = np.array([its == name for its in groups]) & (images > 0)
            axes.scatter(np.array(trained_on)[shown], recalls[shown], s=22, color=colour, label=name)
        axes.set(xscale="log", xlabel="images to train on", ylabel="recall on the test part", ylim=(-0.03, 1.03))
        axes.xaxis.set_major_formatter(LogFormatter())
        axes.xaxis.set_minor_formatter(LogFormatter(minor_thresholds=(1, 0.4)))
        axes.legend()
