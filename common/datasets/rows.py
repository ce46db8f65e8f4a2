"""Rows that lie in a file: of each no more stays in memory than where it is."""

import os
import tempfile
from array import array
from collections.abc import Iterator, Mapping, MutableMapping, Sequence

from ..errors import StorageError

BETWEEN = "\0"
"""What stands between two values: no index holds it, since no reader of CSV would take it."""


class Table:
    """Rows of the same columns in a file without a name, which goes with the process.

    Args:
        columns: Their names.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.places = {column: place for place, column in enumerate(columns)}
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- as long as there are rows
        self._end = 0
        self._starts, self._sizes = array("Q"), array("I")
        self._last: tuple[int, list[str]] = (-1, [])

    def __del__(self) -> None:
        self._file.close()

    def append(self, row: Mapping[str, str]) -> "StoredRow":
        """Return `row` as one that lies here."""
        self._starts.append(0)
        self._sizes.append(0)
        number = len(self._starts) - 1
        self.write(number, list(row.values()))
        return StoredRow(self, number)

    def read(self, number: int) -> list[str]:
        """Return the values of a row, without the last ones where columns came later; rows are read in any thread."""
        last, values = self._last
        if last != number:
            text = os.pread(self._file.fileno(), self._sizes[number], self._starts[number])
            values = text.decode().split(BETWEEN)
            self._last = number, values
        return values

    def write(self, number: int, values: list[str]) -> None:
        """Replace the values of a row.

        Raises:
            StorageError: The disk is full.
        """
        text = BETWEEN.join(values).encode()
        try:
            written = os.pwrite(self._file.fileno(), text, self._end)
        except OSError:
            written = 0
        if written < len(text):
            raise StorageError(f"no space left in {tempfile.gettempdir()} to keep rows: set TMPDIR to another folder")
        self._starts[number], self._sizes[number] = self._end, len(text)
        self._end += len(text)
        self._last = number, values


class StoredRow(MutableMapping[str, str]):
    """A row of a table, read when it is asked for; a column that one row gains all of them have, empty.

    Args:
        table: Where it lies.
        number: Which of its rows it is, from 0.
    """

    __slots__ = ("_number", "_table")

    def __init__(self, table: Table, number: int) -> None:
        self._table, self._number = table, number

    def __getitem__(self, column: str) -> str:
        place, values = self._table.places[column], self._table.read(self._number)
        return values[place] if place < len(values) else ""

    def __setitem__(self, column: str, value: str) -> None:
        place = self._table.places.setdefault(column, len(self._table.places))
        values = list(self._table.read(self._number))
        values.extend([""] * (place + 1 - len(values)))
        values[place] = value
        self._table.write(self._number, values)

    def __delitem__(self, column: str) -> None:
        raise TypeError(f"a row shares its columns with others: {column!r} stays, set it to an empty text")

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.places)

    def __len__(self) -> int:
        return len(self._table.places)

    def __reduce__(self) -> tuple[type, tuple[dict[str, str]]]:
        return dict, (dict(self),)
