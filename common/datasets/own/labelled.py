"""From images with labels to a data set with a task: its classes, their order, and whom they leave out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ...errors import DatasetError
from ..index import FINDING, Row
from ..left_out import LeftOut
from . import Listed
from .classes import Rules, check_stated, class_names, rare, spelt_once
from .patients import notes_on_patients

_SHOWN = 5
"""Patients that a refusal names."""


def labelled(
    root: Path, rows: Sequence[Row], rules: Rules, *, left_out: Sequence[LeftOut], notes: Sequence[str]
) -> Listed:
    """Return rows that have either a `label` each, or columns `label:FINDING`, as what is to be prepared.

    Raises:
        DatasetError: Labels in several spellings, of too few classes or patients, or one patient with several.
    """
    listed = _with_findings if any(name.startswith(FINDING) for row in rows[:1] for name in row) else _with_classes
    kept, task, names, dropped, said = listed(rows, rules)
    return Listed(
        root=root,
        rows=kept,
        task=task,
        class_names=names,
        ordered=rules.ordered,
        left_out=[*left_out, *dropped],
        notes=[*notes, *said, *notes_on_patients(kept)],
    )


_Result = tuple[list[Row], str, tuple[str, ...], list[LeftOut], list[str]]
"""Rows that stay, task, class names, what is left out, and notes."""


def _with_classes(rows: Sequence[Row], rules: Rules) -> _Result:
    rows = [
        {**row, "label": label}
        for row, label in zip(rows, spelt_once([row["label"] for row in rows], rules), strict=True)
    ]
    check_stated({row["label"] for row in rows}, rules)
    others = {row["label"] for row in rows} - set(rules.classes) if rules.classes else set()
    dropped = _dropped(rows, others, "a class that --classes does not name")
    rows = [row for row in rows if row["label"] not in others]
    _refuse_one_patient(rows)
    few = set(rare(_patients((row["label"], row) for row in rows), rules))
    dropped += _dropped(rows, few, "a class of too few patients")
    rows = [row for row in rows if row["label"] not in few]
    rules = replace(rules, classes=tuple(name for name in rules.classes if name not in few))
    names = class_names({row["label"] for row in rows}, rules)
    if not rules.per_image:
        _refuse_contradictions(rows)
    notes = []
    if len(names) == 2 and not (rules.positive or rules.classes):
        notes = [f"positive class: {names[1]!r}, the last by alphabet; for the other: --positive {names[0]!r}"]
    return rows, "binary" if len(names) == 2 else "multiclass", names, dropped, notes


def _with_findings(rows: Sequence[Row], rules: Rules) -> _Result:
    if rules.classes or rules.ordered or rules.positive:
        raise DatasetError("--classes, --ordered and --positive are for one label; findings are named by their columns")
    columns = [name for name in rows[0] if name.startswith(FINDING)]
    known = [row for row in rows if any(row[column] for column in columns)]
    dropped = [
        LeftOut("file", row["image"], "no finding is known") for row in rows if not any(row[name] for name in columns)
    ]
    present = _patients((name, row) for row in known for name in columns if row[name] == "1")
    absent = _patients((name, row) for row in known for name in columns if row[name] == "0")
    least = {name: min(present.get(name, set()), absent.get(name, set()), key=len) for name in columns}
    few = rare({name.removeprefix(FINDING): its for name, its in least.items()}, rules)
    names = tuple(name.removeprefix(FINDING) for name in columns if name.removeprefix(FINDING) not in few)
    if not names:
        raise DatasetError("no finding has enough patients with and without it: add images, or lower --minimum")
    kept: list[Row] = [{name: row[name] for name in row if name.removeprefix(FINDING) not in few} for row in known]
    notes = [f"left out: the findings {', '.join(few)}, with too few patients"] if few else []
    return kept, "multilabel", names, dropped, notes


def _dropped(rows: Sequence[Row], labels: set[str], reason: str) -> list[LeftOut]:
    return [LeftOut("file", row["image"], f"{reason}: {row['label']}") for row in rows if row["label"] in labels]


def _patients(pairs: Iterable[tuple[str, Row]]) -> dict[str, set[str]]:
    """Return the patients of each name; an image of an unknown one is its own."""
    result: dict[str, set[str]] = defaultdict(set)
    for name, row in pairs:
        result[name].add(row["patient"] or row["study"] or f"{row['image']}\n{row['frame']}")
    return result


def _refuse_one_patient(rows: Sequence[Row]) -> None:
    patients, studies = {row["patient"] for row in rows}, {row["study"] for row in rows}
    if len(patients) == 1 and "" not in patients and len({row["label"] for row in rows}) > 1 < len(studies):
        raise DatasetError(
            f"all {len(rows):,} images have one PatientID, in {len(studies):,} studies (anonymised?), and cannot "
            "be split: give the column of patients, --patient COL, or --patient none to go without"
        )


def _refuse_contradictions(rows: Sequence[Row]) -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        labels[row["patient"]].add(row["label"])
    several = sorted(patient for patient, its in labels.items() if patient and len(its) > 1)
    if several:
        named = "; ".join(f"{patient}: {', '.join(sorted(labels[patient]))}" for patient in several[:_SHOWN])
        more = " ..." if len(several) > _SHOWN else ""
        raise DatasetError(
            f"a patient has one class; {len(several):,} have several ({named}{more}): correct the table, or say that "
            "labels are of single images (slices, sides, lesions) with --labels-per-image"
        )
