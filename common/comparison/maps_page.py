"""Localisation on the page: maps of both initialisations against lesion masks, beside the paper's numbers."""

from collections.abc import Sequence
from html import escape

from ..html import table
from ..report.page.parts import note
from ..statistics import Interval
from .maps import PUBLISHED, Maps

METHOD = (
    "Grad-CAM of the evidence for the image's own class, of the last maps before pooling in every network, of each "
    "training in all scenarios; the threshold of each is the best on its validation part (scripts/localize.py). Dice, "
    "of each image the mean over scenarios, is compared image by image, over folds and seeds; its variance is that of "
    "patients and of seeds, p by Student's t and adjusted for all comparisons of maps (Holm). Random weights: the same "
    "network untrained (Adebayo et al., Sanity checks for saliency maps, NeurIPS 2018); where neither initialisation "
    "beats it, the maps say nothing of training. The paper's gains are relative, of mean Dice, of maps whose threshold "
    "it does not tell."
)


def maps_section(every: Sequence[Maps]) -> str:
    """Return the verdicts on maps and what they stand on; empty without any."""
    if not every:
        return ""
    head = ("comparison", "verdict", "difference, points of Dice [95 %]", "relative [95 %]", "paper, relative", "p",
            "p, Holm", "Dice of each", "each ahead of random weights [95 %]", "images (patients)")  # fmt: skip
    told = "".join(note(its.sentence) for its in every)
    return told + table(head, [_row(its) for its in every]) + note(METHOD, "methods")


def _row(its: Maps) -> tuple[str, ...]:
    published = f"{PUBLISHED[its.bundle]:+.1f} %" if its.bundle in PUBLISHED else ""
    return (
        escape(f"{its.bundle}: {its.first} against {its.second}"),
        f"<strong>{its.decision}</strong>" + (f"<br>{escape(its.reason)}" if its.reason else ""),
        _points(its.difference),
        f"{its.relative.value:+.1f} % [{its.relative.low:+.1f}, {its.relative.high:+.1f}]",
        published,
        f"{its.p:.2g}",
        "" if its.reason else f"{its.p_holm:.2g}",
        f"{its.dice[0]:.3f}, {its.dice[1]:.3f}",
        "<br>".join(map(_points, its.over_random)),
        f"{its.images:,} ({its.patients:,})",
    )


def _points(its: Interval) -> str:
    return f"{100 * its.value:+.1f} [{100 * its.low:+.1f}, {100 * its.high:+.1f}]"
