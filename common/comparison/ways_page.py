"""On the page: one network, the mean of several, flips: which wins, by how much, at what cost."""

from collections.abc import Sequence
from html import escape

from ..html import table
from ..report.page.parts import note
from ..statistics.power import ALPHA, FEWEST_PATIENTS
from .efficiency_page import signed
from .progress import duration
from .ways import Way

METHOD = (
    "Each way is judged on images that none of its networks has seen: a mean is of networks with the same test part, "
    "of several seeds, or of folds such as 0v0 to 0v4, which test fold 0 and validate on another eighth of the rest "
    "each. The networks of all test parts together have seen every image: no part of these data can judge their mean, "
    "so no score of it is given, only its cost. A difference is to one network, paired by "
    "image, its interval by patient, and by network from three on. Flips show each image and its mirror image, in "
    "bundles that mirror their training images. Trained again with the validation part: for as many epochs as were "
    "best, at a learning rate that does not fall, so that nothing is left to choose. On every image: once, as was "
    "chosen most often and for the median of those epochs; no image is left to judge it. The best of several on the "
    "test part looks better than it is: p, adjusted for all ways (Holm), decides. The same command with "
    "--keep NAME leaves a way as an ordinary model, which evaluate.json, inference.json and export.py --weights take."
)


def sentence(every: Sequence[Way]) -> str:
    """Return which of the ways of one bundle and initialisation wins, in words."""
    best = max(every, key=lambda its: its.score.value if its.score else -1)
    if best.ahead is None:
        return f"No way is ahead of one network, AUC {best.score}"
    if best.p != best.p:  # NaN is not itself
        return f"No winner is named, since fewer than {FEWEST_PATIENTS} patients are positive, or negative"
    won = best.p_holm < ALPHA and best.ahead.value > 0
    shown = "is ahead of one network" if won else "is not shown to be ahead of one network"
    return f"Best: {best.name}, AUC {best.score}; it {shown}: {signed(best.ahead)}, p = {best.p_holm:.2g} (Holm)"


def ways_section(every: Sequence[Way]) -> str:
    """Return a table of the ways, which wins, and what they are judged on; empty without any."""
    if not every:
        return ""
    groups: dict[tuple[str, str], list[Way]] = {}
    for its in every:
        groups.setdefault((its.bundle, its.initialisation), []).append(its)
    told = "".join(note(f"{' '.join(place)}. {sentence(its)}.") for place, its in groups.items())
    head = ("problem", "initialisation", "way", "AUC [95 %]", "ahead of one network [95 %]", "p, Holm",
            "networks", "passes an image", "time of training", "images")  # fmt: skip
    rows = [
        (
            escape(its.bundle),
            escape(its.initialisation),
            escape(its.name),
            its.score.bounds() if its.score else "has seen every image",
            signed(its.ahead) if its.ahead else "",
            f"{its.p_holm:.2g}" if its.p == its.p else "",
            its.networks,
            its.passes,
            duration(its.seconds),
            its.score.n if its.score else "",
        )
        for its in every
    ]
    return told + table(head, rows) + note(METHOD, "methods")
