"""The page of a simulation: docs/statistics.md."""

import datetime
import platform
from collections.abc import Sequence
from importlib.metadata import version

from ..benchmarks.table import cpu_name
from ..statistics import Decision
from .coverage import PLANTED, Cell, Rates
from .pairs import BETWEEN, FOLDS, ICC, WITHIN, Outcome, Setting
from .simulation import Simulation

COVERAGE = (0.935, 0.965)
"""What the coverage of a 95 % interval should be within, in the cells of `promised`."""

ERROR = (0.04, 0.056)
"""What the error of a test at 5 % should be within, in the cells of `promised`."""

FALSE_VERDICTS = 0.069
"""The most exchangeable pairs that may be called better or worse: 5 %, and what chance adds to it in 1,000 pairs."""


def promised(cell: Cell) -> bool:
    """Return whether rates of a cell should be within `COVERAGE` and `ERROR`: enough patients, AUC not at its limit."""
    return cell.positives >= 50 and cell.area <= 0.95


def keeps(its: Rates) -> bool:
    """Return whether all rates of a cell are where they should be."""
    bounds = ((its.area, COVERAGE), (its.difference, COVERAGE), (its.error, ERROR))
    return all(low <= value <= high for value, (low, high) in bounds)


def as_page(simulation: Simulation, command: str) -> str:
    """Return the page, in Markdown.

    Args:
        simulation: What came out.
        command: That it came out of.
    """
    promises = {cell: its for cell, its in simulation.cells.items() if promised(cell)}
    missed = [_missed(cell, its) for cell, its in promises.items() if not keeps(its)]
    sections = [
        _HEAD.format(
            command=command,
            date=datetime.datetime.now(tz=datetime.timezone.utc).date(),
            cpu=cpu_name(),
            versions=", ".join(
                [f"Python {platform.python_version()}", *(f"{its} {version(its)}" for its in _PACKAGES)]
            ),
        ),
        _CELLS.format(
            draws=f"{simulation.draws:,}", planted=PLANTED, promised=len(promises), missed="; ".join(missed) or "none"
        ),
        _table(_CELL_HEAD, [_cell(cell, its) for cell, its in simulation.cells.items()]),
        _VARIATIONS,
        _table(("changed", *_CELL_HEAD[3:]), [(name, *_rates(its)) for name, its in simulation.variations.items()]),
        _EXCHANGEABLE.format(
            pairs=f"{simulation.pairs:,}",
            folds=FOLDS,
            between=BETWEEN,
            within=WITHIN,
            icc=ICC,
            limit=f"{FALSE_VERDICTS:.1%}",
            kept=sum(_false(its) <= FALSE_VERDICTS for its in simulation.exchangeable.values()),
            settings=len(simulation.exchangeable),
        ),
        _table(_SETTING_HEAD, [_setting(setting, its) for setting, its in simulation.exchangeable.items()]),
        _PLANTED,
        _table(_SETTING_HEAD, [_setting(setting, its) for setting, its in simulation.planted.items()]),
    ]
    return "\n\n".join(sections)


_PACKAGES = ("numpy", "scipy")

_HEAD = """\
# What the intervals, tests and verdicts are worth

Draws with a planted truth, from the code that reports and verdicts use (`common/statistics`). Written by

    {command}

on {date}; {cpu}; {versions}. The same seeds give the same numbers."""

_CELLS = """\
## Intervals and tests of the AUC

{draws} draws of each row. Scores are normal in each class; patients have one, two or three images, and of every
positive patient with three one is negative; there are two negative patients for each positive one. Positives are
counted in patients, since images of one patient tell less than as many patients. ICC is the correlation of scores
within patients. The difference is of {planted}, between models whose scores correlate by 0.5; the test is of two equal
models, and beside it stands DeLong's own, which takes every image for a patient.

With 50 positive patients or more and an AUC of 0.95 or less, coverage should be 93.5 to 96.5 % and the error of the
test 4 to 5.6 % (known to 0.2 %, one standard error). Of these {promised} rows, those that do not keep to all three:

    {missed}

The rest is as found. Near an AUC of 1 and with few patients the test errs less than 5 % (it misses differences rather
than invents them), and the interval of a difference is too narrow; below 20 positive patients there is no verdict."""

_CELL_HEAD = (
    "positive patients",
    "AUC",
    "ICC",
    "images",
    "patients",
    "coverage: AUC",
    "coverage: difference",
    "error of the test",
    "error, images as patients",
)

_VARIATIONS = """\
### Other data

One thing changed at a time, from 50 positive patients, an AUC of 0.8 and an ICC of 0.5."""

_EXCHANGEABLE = """\
## Verdicts on initialisations that do not differ

{pairs} pairs of each row: {folds} folds; scores of two initialisations on the same images correlate by {between}, of
two seeds of one by {within}, of two images of a patient by {icc}; mean AUC 0.85. Seeds differ by a standard deviation
of so much in how far they set the classes apart (0.1 moves the AUC by about 0.016). Better and worse are both wrong
here; of 1,000 pairs, at most 69 may be called so ({limit}): {kept} of {settings} rows keep to it."""

_PLANTED = """\
## Verdicts on initialisations that do differ

The first is better by the planted difference. At a difference of 0.02, the margin, "equivalent" is wrong, and may be
said of 5 % at most."""

_SETTING_HEAD = (
    "positive patients",
    "seeds",
    "seeds differ by",
    "planted",
    "better",
    "worse",
    "equivalent",
    "cannot tell",
    "coverage",
)


def _cell(cell: Cell, its: Rates) -> tuple[str, ...]:
    return (str(cell.positives), f"{cell.area:g}", f"{cell.icc:g}", *_rates(its))


def _missed(cell: Cell, its: Rates) -> str:
    rates = f"coverage {its.area:.2%} and {its.difference:.2%}, error {its.error:.2%}"
    return f"{cell.positives} positive patients, AUC {cell.area:g}, ICC {cell.icc:g}: {rates}"


def _rates(its: Rates) -> tuple[str, ...]:
    shares = (its.area, its.difference, its.error, its.error_plain)
    return (str(its.images), str(its.patients), *(f"{share:.1%}" for share in shares))


def _setting(setting: Setting, its: Outcome) -> tuple[str, ...]:
    told = (Decision.BETTER, Decision.WORSE, Decision.EQUIVALENT, Decision.CANNOT_TELL)
    return (
        str(setting.positives),
        str(setting.seeds),
        f"{setting.wobble:g}",
        f"{setting.planted:g}",
        *(f"{its.decisions[decision] / its.pairs:.1%}" for decision in told),
        f"{its.covered / its.pairs:.1%}",
    )


def _false(its: Outcome) -> float:
    return (its.decisions[Decision.BETTER] + its.decisions[Decision.WORSE]) / its.pairs


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [head, ["-" * (width - 1) + ":" for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )
