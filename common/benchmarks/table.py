"""What was measured, as a table to read and as JSON to keep."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from ..runs import versions


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What the ratio of two rows should be; without a bound the ratio is for information."""

    name: str
    of: str
    to: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """The values of every round, by row, all rows measured in turns.

    Args:
        title: What was measured, with the settings.
        unit: Of a value: `images/s` or `s`.
        reference: The row that the others are divided by.
        rounds: A value per round of each row.
        goals: The ratios that matter.
        load: Average number of busy processes on the machine in the minute before.
        notes: What follows from the values, a line each.
    """

    title: str
    unit: str
    reference: str
    rounds: dict[str, list[float]]
    goals: tuple[Goal, ...]
    load: float
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the machine, each row with its rounds, and the ratios with their goals."""
        return {
            "title": self.title,
            "unit": self.unit,
            "cpu": cpu_name(),
            "load_before": round(self.load, 2),
            **versions(),
            "rows": [{"name": name, **_spread(values), "rounds": values} for name, values in self.rounds.items()],
            "ratios": [self._ratio(goal) for goal in self.goals],
            "notes": list(self.notes),
        }

    def as_table(self) -> str:
        """Return the rows with median, range and ratio to the reference, then the ratios with their goals."""
        facts = self.as_json()
        lines = [
            self.title,
            f"{facts['cpu']}; {facts['machine']}; load before {self.load:.1f}",
            ", ".join(f"{name} {version}" for name, version in facts["versions"].items()),
            "",
            f"{'':48}{self.unit:>10}  {'(min - max)':^17}  ratio",
        ]
        for name, values in self.rounds.items():
            ratio = _spread(_paired(values, self.rounds[self.reference]))["median"]
            lines.append(f"{name:48}{_line(_spread(values), 10)}  {ratio:5.2f}")
        lines.append("")
        lines += [f"{ratio['name']:48}{_line(ratio, 10)}  {_verdict(ratio)}".rstrip() for ratio in facts["ratios"]]
        return "\n".join([*lines, *self.notes])

    def _ratio(self, goal: Goal) -> dict[str, Any]:
        ratio = _spread(_paired(self.rounds[goal.of], self.rounds[goal.to]))
        low, high = goal.at_least, goal.at_most
        met = (low is None or ratio["median"] >= low) and (high is None or ratio["median"] <= high)
        return {**vars(goal), **ratio, "met": met}


def _paired(values: Sequence[float], reference: Sequence[float]) -> list[float]:
    """Return the ratio within each round: a machine that slows down between rounds does not change it."""
    return [value / other for value, other in zip(values, reference, strict=True)]


def _spread(values: Sequence[float]) -> dict[str, Any]:
    return {"median": median(values), "low": min(values), "high": max(values), "n": len(values)}


def _line(spread: dict[str, Any], width: int) -> str:
    between = f"({spread['low']:.2f} - {spread['high']:.2f})"
    return f"{spread['median']:{width}.2f}  {between:^17}"


def _verdict(ratio: dict[str, Any]) -> str:
    bounds = [(">=", ratio["at_least"]), ("<=", ratio["at_most"])]
    goal = " and ".join(f"{sign} {bound:.2f}" for sign, bound in bounds if bound is not None)
    return f"goal {goal}: {'met' if ratio['met'] else 'MISSED'}" if goal else ""


def cpu_name() -> str:
    """Return the processor's name and how many of it this process sees."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} x {names[0] if names else platform.processor() or platform.machine()}"
