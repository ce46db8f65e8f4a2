"""What a table says of an image beside its label: patient, study, part of a split, masks, crop."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...errors import DatasetError, ImageError
from ...io.decode.crop import box_of
from ..index import Row
from ..left_out import LeftOut
from ..names import Names
from .findings import is_stated
from .parts import PART_OF_WORD
from .sheet import Line, Sheet

NONE = "none"
"""In place of a column of patients: not even those of DICOM headers."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which column of a table is what; empty where the user names none."""

    image: str = ""
    label: str = ""
    """One column; or several between commas, which are findings."""
    multilabel: str = ""
    """Findings, also where there is only one."""
    patient: str = ""
    """`none` to go without those of DICOM headers."""
    study: str = ""
    split: str = ""
    mask: str = ""
    crop: str = ""


class Details:
    """The columns `patient` to `crop` of a table; `left_out` collects masks that are no file.

    Args:
        sheet: The table.
        files: Paths below the folder of images, among which masks are found.
        columns: Which column is what.

    Raises:
        DatasetError: A column is missing, or that of the patients states none.
    """

    def __init__(self, sheet: Sheet, files: Iterable[str], columns: Columns) -> None:
        names = {what: getattr(columns, what) for what in ("patient", "study", "split", "mask", "crop")}
        self._initial: Row = {"patient": ""} if names["patient"] == NONE else {}
        self._columns = {
            what: sheet.column(name) for what, name in names.items() if name and (what, name) != ("patient", NONE)
        }
        if "patient" in self._columns:
            _refuse_empty(sheet, self._columns["patient"])
        self._read: dict[str, Callable[[Line, str], str]] = {
            "split": self._part,
            "mask": self._mask_paths,
            "crop": self._box,
        }
        self._files = Names(dict.fromkeys(files))
        self._path = sheet.path
        self.left_out: list[LeftOut] = []
        named = [line.cells[self._columns["mask"]] for line in sheet.lines] if "mask" in self._columns else []
        self.masks = {path for cell in named for name in _several(cell) for path in self._files.ending_with(name)}

    def of(self, lines: Sequence[Line]) -> Row:
        """Return what an image's lines state, column by column; the first line that states it counts.

        Raises:
            DatasetError: A part of a split or a crop that is none, or a mask that may be two files.
        """
        found = dict(self._initial)
        for what, column in self._columns.items():
            if line := next((line for line in lines if is_stated(line.cells[column])), None):
                value = line.cells[column]
                found[what] = self._read[what](line, value) if what in self._read else value
        return found

    def _part(self, line: Line, value: str) -> str:
        if value.casefold() not in PART_OF_WORD:
            raise self._error(line, "a part of a split is train, valid, test or empty", value)
        return PART_OF_WORD[value.casefold()]

    def _box(self, line: Line, value: str) -> str:
        try:
            return str(box_of(value) or "")
        except ImageError as error:
            raise DatasetError(f"line {line.number} of {self._path}: {error}") from error

    def _mask_paths(self, line: Line, value: str) -> str:
        paths = []
        for name in _several(value):
            found = self._files.ending_with(name)
            if len(found) > 1:
                raise self._error(line, f"a mask is one file, not {found[0]} and {found[1]}", name)
            if not found:
                self.left_out.append(
                    LeftOut("line", str(line.number), "names a mask that is no image below the folder")
                )
            paths += found
        return ";".join(paths)

    def _error(self, line: Line, rule: str, value: str) -> DatasetError:
        return DatasetError(f"{rule}; line {line.number} of {self._path} has {value!r}: correct it")


def _refuse_empty(sheet: Sheet, column: str) -> None:
    if not any(is_stated(line.cells[column]) for line in sheet.lines):
        raise DatasetError(
            f"--patient names a column that states patients; {column!r} of {sheet.path} is empty in all "
            f"{len(sheet.lines):,} lines: name another, or --patient none to go without"
        )


def _several(cell: str) -> list[str]:
    return [name.strip() for name in cell.split(";") if name.strip()]
