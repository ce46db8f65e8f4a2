"""Another comparison's verdicts beside this one's: how much of a gap is preprocessing, and how much is counting."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ..errors import PlanError
from ..files import read_json
from ..html import table
from ..report.page.parts import note

VERDICT = "verdict.json"


def read_beside(folder: Path) -> dict[str, Any]:
    """Return what another comparison has left in its folder.

    Raises:
        PlanError: Nothing of a comparison is there.
    """
    told = read_json(folder / VERDICT, default={})
    if "verdicts" not in told:
        raise PlanError(f"--beside is the folder of a finished comparison; {folder} has no {VERDICT}: give its --out")
    return dict(told)


def beside_section(here: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    """Return the verdicts that both have, those of each pair one below the other; empty where they share none.

    Args:
        here: What this comparison's `verdict.json` says.
        there: Of the other; empty for none.
    """
    others = {_name(its): its for its in there.get("verdicts", [])}
    shared = [(its, others[_name(its)]) for its in here["verdicts"] if _name(its) in others]
    if not shared:
        return ""
    head = ("comparison", "mode", "difference, points of AUC [95 %]", "relative", "p, Holm",
            "as the paper counts, points", "p over scenarios (pseudo-replicated)", "images")  # fmt: skip
    rows = [_row(its, told) for pair in shared for its, told in zip(pair, (here, there), strict=True)]
    words = note(
        "The same initialisations in two comparisons. In mode fair each weight gets its own input; as published, all "
        "get that of RadImageNet's Keras weights. What differs between the differences of both modes is preprocessing; "
        "what differs between a mode's p and that over scenarios is counting. Both comparisons share their patients, "
        "so their differences are not independent."
    )
    return words + table(head, rows)


def relative(areas: Sequence[float]) -> str:
    """Return by how much the first area exceeds the second, as a share of it; empty where the second is 0."""
    first, second = areas
    return f"{100 * (first / second - 1):+.1f} %" if second else ""


def _name(its: Mapping[str, Any]) -> str:
    return f"{its['bundle']}: {its['first']} against {its['second']}"


def _row(its: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[str | int, ...]:
    value, low, high = (f"{100 * its[key]:+.1f}" for key in ("difference", "low", "high"))
    counted = its["over_scenarios"]
    return (
        escape(_name(its)),
        escape(str(told["mode"]).replace("_", " ")),
        f"{value} [{low}, {high}]",
        relative(its["areas"]),
        f"{its['p_holm']:.2g}" if its["reason"] is None else "",
        f"{counted['points']:+.1f}" if counted else "",
        f"{counted['p']:.2g}" if counted else "",
        its["images"],
    )
