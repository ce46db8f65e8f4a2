"""How often intervals, tests and verdicts are right, on scores with a planted truth: docs/statistics.md."""

from dataclasses import dataclass
from typing import Any

from ..simulations.page import as_page
from ..simulations.simulation import simulate


@dataclass(frozen=True)
class Page:
    """A page of Markdown, printed like the table of a measurement."""

    text: str

    def as_table(self) -> str:
        """Return the page."""
        return self.text

    def as_json(self) -> dict[str, Any]:
        """Return the page, ready for JSON."""
        return {"markdown": self.text}


def measure(*, draws: int, pairs: int) -> Page:
    """Return the page of so many draws of each cell and so many pairs of each setting, always the same.

    Args:
        draws: Of each cell.
        pairs: Of each setting.
    """
    command = f"python scripts/benchmark.py coverage --draws {draws} --pairs {pairs} > docs/statistics.md"
    return Page(as_page(simulate(draws=draws, pairs=pairs), command))
