"""COVID-19 slices in the layout of the paper's private set: images, and tables that say which is positive.

    covid19_train.csv  covid19_val.csv  covid19_test.csv      filename, label          (in the folder, or in dataframe)
    images/WCH_P23-00_0168.png ...                            ten slices of a patient

One table with a further column `split` will do as well, and so will one without: then there is no split of the
publisher's. Labels are positive and negative.

The images belong to hospitals and are not public; the layout is for whoever has slices of their own. The patient is
the column `pid` or `patient`, else what stands before the slice's two digits in a name like the paper's
(`WCH_P23-00_0168.png` is of `WCH_P23`), else unknown.
"""

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from ..errors import DatasetError
from . import Published
from .index import COLUMNS, Row
from .tables import read_table

TITLE = "the paper's COVID-19 set"

PART_OF_WORD = {"train": "train", "val": "valid", "valid": "valid", "test": "test", "": ""}
"""Endings of the tables' names, and values of the column `split`."""

LABEL_OF_WORD = {"positive": "COVID", "negative": "non-COVID"}

PATIENT_COLUMNS = ("pid", "patient")

PATIENT = re.compile(r"(.+?)-\d\d_.+")
"""Names of the paper's slices: patient, place among the patient's ten, then the name in the scan."""


def list_images(source: Path) -> tuple[Path, list[Row]]:
    """Return the root and a row per line of the tables, and per image beside theirs that they do not list.

    Raises:
        DatasetError: `source` does not have this layout, or the tables contradict each other.
    """
    rows: dict[str, Row] = {}
    for table in _tables(source):
        for line in read_table(table, ("filename", "label"), title=TITLE):
            row = _row(table, line)
            if rows.setdefault(row["image"], row) != row:
                raise DatasetError(
                    f"{table}: {row['image']} has one label, patient and part, and stands twice: keep one"
                )
    return source, [*rows.values(), *_strays(source, rows)]


def _tables(source: Path) -> list[Path]:
    """Return the tables of all parts, or the only one.

    Raises:
        DatasetError: There is none, a part has none, or several that are no parts.
    """
    found = sorted(source.glob("*.csv")) or sorted((source / "dataframe").glob("*.csv"))
    parts = {_word(path): path for path in found if _word(path)}
    if len(parts) == len(found) and {"train", "test"} <= parts.keys():
        return found
    if len(found) == 1 and not parts:
        return found
    names = ", ".join(path.name for path in found) or "none"
    raise DatasetError(
        f"{source} has the layout of {TITLE} if its tables are NAME_train.csv, NAME_val.csv and NAME_test.csv, or one "
        f"with a column 'split'; it has {names}"
    )


def _word(table: Path) -> str:
    """Return the part that a table's name ends in; empty if in none."""
    word = table.stem.rpartition("_")[2]
    return word if word in PART_OF_WORD else ""


def _row(table: Path, line: Row) -> Row:
    image = PurePosixPath(line["filename"])
    if image.is_absolute() or ".." in image.parts or not image.name:
        raise DatasetError(f"{table}: a filename is a path below the folder, not {line['filename']!r}: correct it")
    label, part = line["label"].strip().lower(), (_word(table) or line.get("split", "")).strip().lower()
    if label not in LABEL_OF_WORD:
        raise DatasetError(f"{table}: the label of {image} is positive or negative, not {line['label']!r}: correct it")
    if part not in PART_OF_WORD:
        raise DatasetError(f"{table}: the split of {image} is train, val or test, not {line['split']!r}: correct it")
    named = PATIENT.fullmatch(image.name)
    known = [line[column].strip() for column in PATIENT_COLUMNS if line.get(column)]
    return {
        **dict.fromkeys(COLUMNS, ""),
        "image": image.as_posix(),
        "label": LABEL_OF_WORD[label],
        "patient": known[0] if known else named[1] if named else "",
        "split": PART_OF_WORD[part],
        "exclude": "",
    }


def _strays(source: Path, listed: Iterable[str]) -> list[Row]:
    """Return the rows of images that lie beside listed ones."""
    known = set(listed)
    folders = sorted({PurePosixPath(image).parent for image in known})
    paths = [path for folder in folders for path in sorted((source / folder).glob("[!.]*")) if path.is_file()]
    images = [path.relative_to(source).as_posix() for path in paths if path.suffix not in (".csv", ".json")]
    return [
        {**dict.fromkeys(COLUMNS, ""), "image": image, "exclude": "in no table"}
        for image in images
        if image not in known
    ]


PUBLISHED = Published(
    name="covid_ct",
    title="COVID-19 CT",
    origin="https://doi.org/10.1038/s41591-020-0931-3",
    licence="private: the hospitals' own, not public",
    citation=(
        "X. Mei, H.-C. Lee, K. Diao et al.: Artificial intelligence-enabled rapid diagnosis of patients with COVID-19. "
        "Nature Medicine 26:1224-1228, 2020, https://doi.org/10.1038/s41591-020-0931-3"
    ),
    task="binary",
    class_names=("non-COVID", "COVID"),
    counts={"images": 9050},
    list_images=list_images,
)
