"""The index: a row per image, its columns, and its text form (`index.csv`)."""

import csv
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence

from ..errors import DatasetError
from .rows import Table

Row = MutableMapping[str, str]
"""One image; every column is text, and an empty text means "none"."""

COLUMNS = ("image", "frame", "mask", "crop", "label", "patient", "study", "split")
"""What every index begins with, then the publisher's further splits (`split_1` ...), then `PREPARED_COLUMNS`.

`image`: path below the root, `/` between folders. `frame`: slice or frame, empty if single. `mask`: paths joined by
`;`, one per lesion; empty if not annotated. `crop`: top, left, bottom, right in pixels. `label`: a class name.
`patient`: empty if unknown. `split`: the publisher's part, `train`, `valid` or `test`. In a multi-label set `label` is
empty, and each finding has a column of its own after `PREPARED_COLUMNS` (`FINDING`).
"""

PREPARED_COLUMNS = ("fold", "exclude", "group", "pixels")
"""What the preparation adds, before the data set's own columns.

`fold`: 0-4, in which the image is tested; empty if excluded. `exclude`: empty, or why the image is in no part.
`group`: number shared by near duplicates; empty if alone. `pixels`: digest of the decoded pixels (`duplicates.py`).
"""

FINDING = "label:"
"""What the column of a finding begins with, in a multi-label set: `1` present, `0` absent, empty not known."""


def key(row: Row) -> tuple[str, str]:
    """Return what identifies an image everywhere: (`image`, `frame`)."""
    return row["image"], row["frame"]


def findings(row: Row) -> dict[str, str]:
    """Return each finding with `1`, `0` or, not known, an empty text; nothing for an image with one label."""
    if row["label"]:
        return {}
    return {column[len(FINDING) :]: value for column, value in row.items() if column.startswith(FINDING)}


def masks(row: Row) -> list[str]:
    """Return the paths of an image's lesion masks, below the root."""
    return [path for path in row["mask"].split(";") if path]


def is_kept(row: Row) -> bool:
    """Return whether an image takes part in training and testing."""
    return not row["exclude"]


def contradicting(rows: Sequence[Row]) -> bool:
    """Return whether rows have different labels, or one has a finding that another lacks; unknown is no difference."""
    values = {(name, value) for row in rows for name, value in (findings(row) or {"": row["label"]}).items() if value}
    return len(values) > len({name for name, _ in values})


def stored(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Return rows, with `PREPARED_COLUMNS`, that lie in a file: a million take some 100 MB of memory."""
    tables: dict[tuple[str, ...], Table] = {}
    result: list[Row] = []
    for row in rows:
        own = {**row, **{column: row.get(column, "") for column in PREPARED_COLUMNS}}
        columns = tuple(own)
        if columns not in tables:
            tables[columns] = Table(columns)
        result.append(tables[columns].append(own))
    return result


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows as an index has them: by key, each with every column, empty where it had none."""
    result = sorted(rows, key=key)
    columns = _ordered_columns(result)
    return [row if len(row) == len(columns) else {**dict.fromkeys(columns, ""), **row} for row in result]


def to_csv(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of `index.csv` of rows `in_order`; columns in the fixed order: equal rows give equal bytes."""
    columns = _ordered_columns(rows)
    writer = csv.writer(_Line(), lineterminator="\n")
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([row[column] for column in columns])


class _Line:
    """What a writer of CSV takes for its file, so that it returns each line."""

    def write(self, line: str) -> str:
        return line


def _ordered_columns(rows: Iterable[Row]) -> list[str]:
    present = dict.fromkeys(column for row in rows for column in row)
    splits = sorted((column for column in present if column.startswith("split_")), key=lambda name: (len(name), name))
    first = [*COLUMNS, *splits, *PREPARED_COLUMNS]
    return first + [column for column in present if column not in first]


def from_csv(lines: Iterable[str]) -> list[Row]:
    """Return the rows of the lines of an `index.csv`, which lie in a file of their own.

    Raises:
        DatasetError: A fixed column is missing.
    """
    reader = csv.DictReader(lines)
    missing = [column for column in (*COLUMNS, *PREPARED_COLUMNS) if column not in (reader.fieldnames or ())]
    if missing:
        raise DatasetError(f"an index has a column {missing[0]!r}, this one {reader.fieldnames}: prepare it again")
    return stored(reader)
