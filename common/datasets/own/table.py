"""Images of any kind, and a table of their labels; or DICOM files, with or without one."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from ...errors import DatasetError
from ..index import Row, contradicting
from ..left_out import LeftOut
from . import Listed
from .classes import Rules
from .details import Columns, Details
from .images import Images
from .join import Join, join
from .labelled import labelled
from .labels import read_labels
from .sheet import Sheet

_PATIENTS = ("patient", "patientid", "patientno", "patientnumber", "pid", "mrn", "case", "caseid", "subject")
"""What columns of patients are called, in small letters alone."""

FEWEST, FEW_LINES = 20, (0.2, 0.95)
"""Distinct values, and their share of the lines, from which a column may be one of patients: of one to five lines each
on average. Classes are fewer, and names of files have a line each."""

_LOST = 2 / 3
"""Share of the lines that name no image, from which a refusal says so first: what follows from it misleads."""


def list_unlabelled(images: Images) -> Listed:
    """Return images without labels, which a trained network can score, and nothing can be trained on."""
    return Listed(
        root=images.root,
        rows=[its.row for its in images.found],
        task="unlabelled",
        class_names=(),
        ordered=False,
        left_out=images.left_out,
        notes=["no labels: for inference only"],
    )


def list_table(sheet: Sheet, images: Images, columns: Columns, rules: Rules) -> Listed:
    """Return the images that the table has a label for; lines and images without one another are listed.

    Raises:
        DatasetError: A column that is missing, a name that fits two files, a word that is no part or finding, or as
            `read_labels` and `labelled` do.
    """
    labels, said = read_labels(sheet, columns, rules)
    joined = join(sheet, images.found, columns.image)
    left_out = [*images.left_out, *_useless_lines(sheet, labels, set(joined.images))]
    lines_of: dict[int, list[int]] = defaultdict(list)
    for line, positions in joined.images.items():
        if any(labels[line].values()):
            for position in positions:
                lines_of[position].append(line)
    _refuse_forgotten_patients(sheet, columns, images)
    details = Details(sheet, [its.row["image"] for its in images.found], columns)
    rows, repeated = list[Row](), 0
    for position, its in enumerate(images.found):
        lines = lines_of.get(position, [])
        answers = [labels[line] for line in lines]
        if contradicting(answers):
            numbers = " and ".join(str(sheet.lines[line].number) for line in lines)
            left_out.append(LeftOut("file", its.row["image"], f"contradicting labels: lines {numbers}"))
        elif lines:
            own = details.of([sheet.lines[line] for line in lines])
            rows.append({**its.row, **own, **_merged(answers)})
            repeated += len(lines) - 1
        elif its.row["image"] not in details.masks:
            left_out.append(LeftOut("file", its.row["image"], "no line with a label in the table"))
    left_out = list(dict.fromkeys([*left_out, *details.left_out]))  # once for all frames of a file
    size = f"{len(joined.images):,} of {len(sheet.lines):,} lines, {len(rows):,} images"
    notes = [*sheet.notes, *said, f"joined by {joined.how}: {size}"]
    notes += [f"lines that repeat the label of another for the same image: {repeated:,}"] if repeated else []
    try:
        return labelled(images.root, rows, rules, left_out=left_out, notes=notes)
    except DatasetError as error:
        if len(sheet.lines) - len(joined.images) < _LOST * len(sheet.lines):
            raise
        raise DatasetError(_lost(sheet, joined, error)) from error


def _lost(sheet: Sheet, joined: Join, error: DatasetError) -> str:
    lost = [line for position, line in enumerate(sheet.lines) if position not in joined.images]
    return (
        f"lines name images; {len(lost):,} of {len(sheet.lines):,} in {sheet.path} name none by {joined.how}, such as "
        f"{lost[0].cells[joined.column]!r} in line {lost[0].number}: give the folder of these images, or --image COL "
        f"({error})"
    )


def _refuse_forgotten_patients(sheet: Sheet, columns: Columns, images: Images) -> None:
    """Refuse to go without patients where the table has them: images of one would train and test."""
    if columns.patient or any(its.row["patient"] for its in images.found):
        return
    used = {name.strip().casefold() for its in vars(columns).values() for name in its.split(",")}
    for column in sheet.columns:
        ways = f"give --patient {column!r}, or --patient none to go without"
        if re.sub(r"[^a-z]", "", column.casefold()) in _PATIENTS:
            raise DatasetError(
                f"images of one patient must not be parted, and {sheet.path} has a column {column!r}: {ways}"
            )
        values = [line.cells[column] for line in sheet.lines]
        if column.casefold() not in used and _repeats_like_patients(values):
            raise DatasetError(
                f"images of one patient must not be parted, and the column {column!r} of {sheet.path} may name "
                f"patients, {len(set(values)):,} in {len(values):,} lines: {ways}"
            )


def _repeats_like_patients(values: Sequence[str]) -> bool:
    """Return whether every line has a value, most are of a few lines each, and they are no measurements."""
    several = Counter(values)
    share = len(several) / max(len(values), 1)
    return (
        len(several) >= FEWEST and FEW_LINES[0] <= share <= FEW_LINES[1] and not any(map(_is_blank_or_measured, values))
    )


def _is_blank_or_measured(value: str) -> bool:
    return not value or re.fullmatch(r"-?\d+[.,]\d+", value) is not None


def _useless_lines(sheet: Sheet, labels: Sequence[Row], joined: set[int]) -> list[LeftOut]:
    reasons = {
        position: "names no image" if position not in joined else "no label"
        for position in range(len(sheet.lines))
        if position not in joined or not any(labels[position].values())
    }
    return [LeftOut("line", str(sheet.lines[position].number), reason) for position, reason in reasons.items()]


def _merged(answers: Sequence[Row]) -> Row:
    """Return what any of several lines that do not contradict each other states."""
    return {name: next((row[name] for row in answers if row[name]), "") for name in answers[0]}
