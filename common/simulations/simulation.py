"""The whole simulation: its cells and settings, and all that came out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from tqdm import tqdm

from .coverage import Cell, Rates, rates
from .pairs import Outcome, Setting, outcome

T = TypeVar("T")

CELLS = tuple(
    Cell(positives=positives, area=area, icc=icc)
    for positives in (10, 20, 50, 200)
    for area in (0.6, 0.8, 0.95, 0.99)
    for icc in (0.0, 0.5, 0.9)
)

_MIDDLE: dict[str, Any] = {"positives": 50, "area": 0.8, "icc": 0.5}

VARIATIONS = {
    "as above": Cell(**_MIDDLE),
    "equal numbers": Cell(**_MIDDLE, negatives=1),
    "ten negative patients for each positive": Cell(**_MIDDLE, negatives=10),
    "scores rounded to 1.5 standard deviations": Cell(**_MIDDLE, step=1.5),
    "one image a patient": Cell(**_MIDDLE, sizes=(1,)),
    "two to ten images a patient": Cell(**_MIDDLE, sizes=(2, 10)),
    "scores of both models correlate by 0.9": Cell(**_MIDDLE, correlation=0.9),
}

EXCHANGEABLE = tuple(
    Setting(positives=positives, seeds=seeds, wobble=wobble)
    for positives in (20, 60, 200)
    for seeds in (3, 5)
    for wobble in (0.0, 0.1, 0.3)
)

PLANTED_SETTINGS = (
    Setting(positives=200, seeds=5, wobble=0.02, planted=0.02),
    Setting(positives=200, seeds=5, wobble=0.02, planted=0.05),
    Setting(positives=1000, seeds=5, wobble=0.02),
    Setting(positives=1000, seeds=5, wobble=0.02, planted=0.02),
)


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What came out of all draws."""

    draws: int
    pairs: int
    cells: dict[Cell, Rates]
    variations: dict[str, Rates]
    exchangeable: dict[Setting, Outcome]
    planted: dict[Setting, Outcome]


def simulate(*, draws: int, pairs: int) -> Simulation:
    """Return what comes out of so many draws of each cell and so many pairs of each setting, always the same.

    Args:
        draws: Of each cell.
        pairs: Of each setting.
    """
    cells = {cell: rates(cell, draws=draws, seed=seed) for seed, cell in _counted("coverage", CELLS)}
    variations = {
        name: rates(VARIATIONS[name], draws=draws, seed=1000 + seed)
        for seed, name in _counted("variations", VARIATIONS)
    }
    settings = {
        setting: outcome(setting, pairs=pairs, seed=2000 + seed)
        for seed, setting in _counted("verdicts", (*EXCHANGEABLE, *PLANTED_SETTINGS))
    }
    return Simulation(
        draws=draws,
        pairs=pairs,
        cells=cells,
        variations=variations,
        exchangeable={setting: settings[setting] for setting in EXCHANGEABLE},
        planted={setting: settings[setting] for setting in PLANTED_SETTINGS},
    )


def _counted(name: str, items: Iterable[T]) -> Iterator[tuple[int, T]]:
    yield from enumerate(tqdm(list(items), desc=name, disable=None))
