"""Whether the label can be told from what should not know it: then a network may learn that instead.

For each suspect and each class or finding (of two classes the last), images are scored by a model of the other folds,
and compared within their fold only; patients are the units of the interval. The intervals hold jointly at 95 %
(Bonferroni, over suspects and classes): the more is asked, the wider they are. A row shows the class known best.

An interval takes the five models as given. They share most of their training images, so where there is nothing to find
the AUC varies about 1.4 times as much as the interval says; the margin of `WARNS_FROM` above 0.5 makes up for that: of
1,100 suspects made of noise, of 30 to 120 patients, 6 crossed it, and of 100 sets of 60 phantom patients none had any.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...files import sha256
from ...statistics.delong import auc_interval
from ..index import Row, is_kept, key
from ..prepared import PreparedDataset
from .answers import Answer, Shortcuts
from .classes import known_patients, shows
from .findings import NOTE, Finding
from .guessing import guesses
from .suspects import BORDER, INK, SIZE, Suspect, suspects
from .traces import Trace

LEVEL = 0.95
"""Confidence of all intervals together."""

FEWEST = 10
"""Patients (or images of unknown ones) with a class, and without it, below which nothing is asked."""

MOST = 2000
"""Images that are asked at most: enough for an interval of 0.52 to 0.58 around an AUC of 0.55, of a balanced set."""

PICTURED = (SIZE, BORDER, INK)
"""Suspects that pictures can show."""

SHOWN = 3
"""Images of each kind that a finding shows."""


def sample(rows: Sequence[Row]) -> list[Row]:
    """Return the rows to ask: all that are kept, or, of more than `MOST`, those whose keys have the least hashes."""
    kept = [row for row in rows if is_kept(row)]
    chosen = sorted(kept, key=lambda row: sha256(repr(key(row)).encode()))[:MOST]
    return sorted(chosen, key=key)


def find_shortcuts(data: PreparedDataset, rows: Sequence[Row], traces: Sequence[Trace]) -> Shortcuts:
    """Return what the suspects know.

    Args:
        data: The data set.
        rows: The rows to ask.
        traces: The trace of each row's image.
    """
    patients = [_unit(row) for row in rows]
    asked = data.class_names[-1:] if data.task == "binary" else data.class_names
    targets = {name: _target(rows, name) for name in asked}
    targets = {name: target for name, target in targets.items() if _enough(rows, patients, target)}
    tables = suspects(rows, traces) if targets else []
    count = len(targets) * sum(table.features.shape[1] > 0 for table in tables)
    level = 1 - (1 - LEVEL) / max(count, 1)
    answers = [_answer(table, targets, rows=rows, patients=patients, level=level) for table in tables]
    return Shortcuts(_about(data, rows, [name for name in asked if name not in targets]), answers)


def _about(data: PreparedDataset, rows: Sequence[Row], left_out: Sequence[str]) -> str:
    known = known_patients(rows)
    whom = f"of {known:,} patients" if known else "(patients unknown: image-level, optimistic)"
    few = f"; not asked, with fewer than {FEWEST} patients on a side: {', '.join(left_out)}" if left_out else ""
    return f"{len(rows):,} of {len(data.rows):,} images {whom}; intervals jointly {LEVEL:.0%}{few}"


def _unit(row: Row) -> str:
    """Return what the folds keep together, as far as it is known."""
    return row["patient"] or row["study"] or (f"duplicates {row['group']}" if row["group"] else "")


def _target(rows: Sequence[Row], name: str) -> NDArray[np.int64]:
    """Return 1 for an image that shows `name`, 0 for one that does not, -1 where that is not known, `(N,)`."""
    return np.array([{True: 1, False: 0, None: -1}[shows(row, name)] for row in rows])


def _enough(rows: Sequence[Row], patients: Sequence[str], target: NDArray[np.int64]) -> bool:
    """Return whether both sides have enough patients, and stand together in two folds at least."""
    sides = [np.flatnonzero(target == value).tolist() for value in (0, 1)]
    folds = set.intersection(*({rows[position]["fold"] for position in side} for side in sides))
    return len(folds) > 1 and all(len({patients[n] or n for n in side}) >= FEWEST for side in sides)


def _answer(
    table: Suspect, targets: dict[str, NDArray[np.int64]], *, rows: Sequence[Row], patients: Sequence[str], level: float
) -> Answer:
    if table.features.shape[1] == 0:
        return Answer(table.name, table.meaning, silent=table.silent)
    folds = np.array([row["fold"] for row in rows])
    answers = []
    for name, target in targets.items():
        scores = guesses(table.features, target, folds)
        auc = auc_interval(target, scores, patients=patients, folds=folds, level=level)
        images = _pictures(rows, target, scores) if table.name in PICTURED else ()
        answers.append((auc.low, Answer(table.name, table.meaning, name, auc, images)))
    return max(answers, key=lambda one: one[0])[1]


def _pictures(rows: Sequence[Row], target: NDArray[np.int64], scores: NDArray[np.float64]) -> tuple[str, ...]:
    """Return the images that look most like the class by this suspect alone, and those most unlike it."""
    order = np.argsort(-scores, kind="stable")
    like, unlike = order[target[order] == 1][:SHOWN], order[target[order] == 0][-SHOWN:]
    return tuple(rows[position]["image"] for position in (*like, *unlike))


def warnings(shortcuts: Shortcuts) -> list[Finding]:
    """Return a note for each possible shortcut."""
    return [
        Finding("possible shortcuts", NOTE, f"{its.suspect} ({its.meaning}) alone: {its.told}", its.images)
        for its in shortcuts.answers
        if its.warns
    ]
