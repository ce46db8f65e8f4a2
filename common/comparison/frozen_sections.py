"""Sections of the page about frozen networks: how their features were computed, and what probes make of them."""

from collections.abc import Sequence
from html import escape

from ..html import table
from ..report.page.parts import note
from .compare import Comparison
from .frozen import ProbeScore
from .progress import duration


def frozen_section(found: Comparison) -> str:
    """Return which features were stored, and what the heads on them cost; nothing where no network was frozen."""
    rows: list[tuple[str | int, ...]] = []
    for its in found.setup.stored:
        heads = [one for one in found.trained if one.job.store == its.job.folder]
        seconds, of_heads = found.seconds[its.job.key], sum(one.card["seconds"] for one in heads)
        passes = f"{1 + of_heads / seconds:.1f}" if its.trial.backbone != "features" else ""
        names = (its.trial.bundle, its.trial.initialisation, its.trial.backbone, its.seed)
        rows.append((*map(escape, names), duration(seconds), len(heads), duration(of_heads), passes))
    if not rows:
        return ""
    views = found.setup.plan.views
    of_what = f"and {views} augmented views of it, of which each epoch takes one" if views else "alone, never augmented"
    told = note(
        f"A frozen network sees each image once. Its features, of the clean image {of_what}, are stored, and every "
        "head is trained on them. Passes are the time of all, in units of that one pass"
        + (f" over {1 + views} views." if views else ".")
    )
    head = ("problem", "initialisation", "network", "its seed", "one pass", "heads", "all of these", "passes")
    return told + table(head, rows)


def probes_section(found: Comparison) -> str:
    """Return the test AUC of linear probe and nearest neighbours on every network's features."""
    over = [its for its in found.probes if its.fold == "" or len(its.stored.probes) == 1]
    if not over:
        return ""
    told = note(
        "On the same features, from the training and validation parts, nothing chosen: L2 logistic regression (C = "
        "0.001, classes balanced) and the 20 nearest neighbours by cosine, both of standardised features. They decide "
        "nothing. Over all folds, each image compared within its fold only:"
    )
    single = _table([its for its in found.probes if its.fold])
    return f"{told}{_table(over)}<details><summary>Each fold</summary>{single}</details>"


def _table(scores: Sequence[ProbeScore]) -> str:
    head = ("problem", "initialisation", "network", "its seed", "probe", "fold", "test AUC [95 %]", "images")
    rows: list[tuple[str | int, ...]] = []
    for its in scores:
        trial = its.stored.trial
        names = (trial.bundle, trial.initialisation, trial.backbone, its.stored.seed, its.probe, its.fold or "all")
        rows.append((*map(escape, names), its.score.bounds(), its.score.n))
    return table(head, rows)
