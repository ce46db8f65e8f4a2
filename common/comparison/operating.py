"""ROC and reliability of each initialisation: how it tells apart, and whether its probabilities come true."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..metrics import apply_temperature, reliability_curve
from ..metrics.calibration import calibration_gaps
from ..report.page.parts import note
from ..report.plots import SQUARE, unit_square
from ..report.plots_style import COLOURS, GREY, page
from ..runs import read_model
from ..statistics import Interval, bootstrap_means
from ..statistics.roc import mean_roc
from .choice import Trained
from .compare import Comparison
from .efficiency import area
from .evidence import alone, patients, tested
from .forest import Picture

METHOD = (
    "ROC curves are means over folds and seeds at each false-positive rate, so the area below is the AUC that the "
    "verdict compares; bands are pointwise, by resampling patients, and do not hold how trainings differ. Reliability "
    "is of the probabilities of all folds and seeds, after the temperature that each training's validation part chose; "
    "ECE is the expected calibration error, its interval from resampling patients."
)


class Arm(NamedTuple):
    """An initialisation on one problem, with the trainings that stand for it."""

    name: str
    trained: Sequence[Trained]


def plot_operating(found: Comparison, folder: Path) -> list[Picture]:
    """Draw a ROC and a reliability plot of each problem into `folder`, and return them in that order."""
    result = []
    for bundle, its in found.setup.problems.items():
        arms = list(_arms(found, bundle))
        words = f"{its.title}, n = {its.images} images of {its.patients} patients"
        roc, reliability = folder / f"roc_{bundle}.png", folder / f"reliability_{bundle}.png"
        _plot_roc(roc, arms, title=f"{bundle}: ROC", subtitle=words, synthetic=its.synthetic)
        _plot_reliability(reliability, arms, title=f"{bundle}: reliability", subtitle=words, synthetic=its.synthetic)
        result += [
            Picture(roc, f"{bundle}: sensitivity against false positives of each initialisation, 95 % bands"),
            Picture(reliability, f"{bundle}: what came true against what each initialisation predicted"),
        ]
    return result


def operating_section(drawn: str) -> str:
    """Return the figures, side by side, and how they are made."""
    return f'<div class="grid">{drawn}</div>{note(METHOD, "methods")}'


def _arms(found: Comparison, bundle: str) -> Iterator[Arm]:
    for name in found.setup.plan.initialisations:
        own = [its for its in found.chosen if (its.trial.bundle, its.trial.initialisation) == (bundle, name)]
        yield Arm(name, own)


def _plot_roc(path: Path, arms: Sequence[Arm], *, title: str, subtitle: str, synthetic: bool) -> None:
    with page(path, title=title, subtitle=subtitle, size=SQUARE, synthetic=synthetic) as drawn:
        axes = unit_square(drawn.subplots(), x="1 - specificity", y="sensitivity")
        axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.2)
        for arm, colour in zip(arms, COLOURS, strict=False):
            pairs = alone(arm.trained)
            its = mean_roc(pairs)
            axes.fill_between(its.false_positive, its.low, its.high, color=colour, alpha=0.15, lw=0)
            label = f"{arm.name}: AUC {area(pairs).bounds()}"
            axes.plot(its.false_positive, its.sensitivity, color=colour, label=label)
        axes.legend(loc="lower right")


def _plot_reliability(path: Path, arms: Sequence[Arm], *, title: str, subtitle: str, synthetic: bool) -> None:
    with page(path, title=title, subtitle=subtitle, size=SQUARE, synthetic=synthetic) as drawn:
        axes = unit_square(drawn.subplots(), x="predicted probability", y="observed share of positives")
        axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.2)
        for arm, colour in zip(arms, COLOURS, strict=False):
            label, probability, whose = _calibrated(arm.trained)
            its = reliability_curve(label, probability)
            filled = its.count > 0
            name = f"{arm.name}: ECE {_error(label, probability, whose).bounds()}"
            axes.plot(its.predicted[filled], its.observed[filled], "o-", ms=5, color=colour, label=name)
        axes.legend(loc="best")


def _calibrated(ones: Sequence[Trained]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.str_]]:
    """Return labels, calibrated probabilities and patients of all test parts of all trainings."""
    parts = []
    for one in ones:
        its, temperature = tested(one), read_model(Path(one.job.folder) / "models")["temperature"]
        parts.append((its.label, apply_temperature(its.probabilities, temperature)[:, -1], patients(its)))
    label, probability, whose = (np.concatenate(column) for column in zip(*parts, strict=True))
    return label, probability, whose


def _error(label: NDArray[np.int64], probability: NDArray[np.float64], whose: NDArray[np.str_]) -> Interval:
    its = bootstrap_means(calibration_gaps(label, probability)[:, None], whose)[0]
    return replace(its, low=max(its.low, 0.0))  # gaps that keep their sign may fall below, an error not
