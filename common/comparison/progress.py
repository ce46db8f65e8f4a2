"""How far a comparison is, a line for each run that ends."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from .engine import Outcome


def told(outcomes: Iterable[Outcome], *, finished: int, total: int) -> Iterator[Outcome]:
    """Yield outcomes as they come, and print each: how many of all, what it was, how long the rest will take.

    Args:
        outcomes: Of the runs that were still to do.
        finished: Runs that were finished before.
        total: Of all runs.
    """
    began = time.monotonic()
    for count, (job, card) in enumerate(outcomes, start=1):
        left = (time.monotonic() - began) / count * (total - finished - count)
        rest = f"; about {duration(left)} left" if finished + count < total else ""
        print(f"[{finished + count}/{total}] {job.name}: {_said(card)}{rest}", flush=True)  # noqa: T201  progress
        yield job, card


def _said(card: dict[str, Any]) -> str:
    return f"FAILED: {card['error']}" if "error" in card else f"{duration(card['seconds'])} on {card['host']}"


def duration(seconds: float) -> str:
    """Return a time as people say it: 41 s, 12 min, 3.5 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
