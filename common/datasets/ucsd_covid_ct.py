"""UCSD COVID-CT: 746 figures of chest CT from articles and teaching collections, with and without COVID-19.

    Images-processed/CT_COVID/*.png|jpg     Images-processed/CT_NonCOVID/*.png|jpg       (unpacked from the two zips)
    Data-split/COVID/{train,val,test}CT_COVID.txt    Data-split/NonCOVID/{train,val,test}CT_NonCOVID.txt
    COVID-CT-MetaInfo.xlsx     NonCOVID-CT-MetaInfo.csv

Patients come from the two tables, where they are there; both number from 1, so a patient is class and number. A list
may name a file by another ending than the disk does, and files that are not there; an image in no list is in no part
of the authors' split.

The two classes come from different sources, as sizes, sharpness and arrows drawn into the figures tell: a network may
learn the source instead of the disease, so no score on this set says much about patients.
"""

from collections.abc import Iterator
from pathlib import Path

from ..errors import DatasetError
from . import Published
from .index import COLUMNS, Row
from .tables import read_table

IMAGES, LISTS = "Images-processed", "Data-split"

LABEL_OF_NAME = {"NonCOVID": "non-COVID", "COVID": "COVID"}
"""What the publisher calls the classes in the names of folders and lists, and what we do."""

PART_OF_LIST = {"train": "train", "val": "valid", "test": "test"}

ENDINGS = (".png", ".jpg", ".jpeg")
"""Endings of the images. The rest of a name has dots too: `2020.02.13.20022673-p12-68%1`."""

NAME_COLUMNS = ("file name", "image name")
PATIENT_COLUMNS = ("patient id",)
"""Columns of the two tables, in lower case: each has its own."""


def list_images(source: Path) -> tuple[Path, list[Row]]:
    """Return the root and a row per image on disk, and per line of a list that has none.

    Raises:
        DatasetError: `source` does not have the published layout, or an image is listed in two parts.
    """
    layout = [
        *(f"{IMAGES}/CT_{name}" for name in LABEL_OF_NAME),
        *(f"{LISTS}/{name}/{part}CT_{name}.txt" for name in LABEL_OF_NAME for part in PART_OF_LIST),
    ]
    missing = [name for name in layout if not (source / name).exists()]
    if missing:
        raise DatasetError(
            f"{source} is not UCSD COVID-CT as published: {missing[0]} is missing; give the clone of the repository, "
            f"and unpack both zips in {IMAGES}"
        )
    return source, [row for name in LABEL_OF_NAME for row in _class(source, name)]


def _class(source: Path, name: str) -> Iterator[Row]:
    part_of = _parts(source, name)
    patient_of = _patients(source, name)
    files = {_stem(path.name): path.name for path in sorted((source / IMAGES / f"CT_{name}").glob("[!.]*"))}
    for stem in sorted(files.keys() | part_of.keys()):
        listed, part = part_of.get(stem, ("", ""))
        patient = patient_of.get(stem, "")
        yield {
            **dict.fromkeys(COLUMNS, ""),
            "image": f"{IMAGES}/CT_{name}/{files.get(stem, listed)}",
            "label": LABEL_OF_NAME[name],
            "patient": f"{name} {patient}" if patient else "",
            "split": part,
            "exclude": "",
        }


def _stem(name: str) -> str:
    """Return a name without its ending, if it has one: lists and tables disagree with the disk about it."""
    ending = next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]


def _parts(source: Path, name: str) -> dict[str, tuple[str, str]]:
    """Return for each listed image, by stem, the name in its list and the part.

    Raises:
        DatasetError: It is listed in two parts.
    """
    found: dict[str, tuple[str, str]] = {}
    for listed_part, part in PART_OF_LIST.items():
        path = source / LISTS / name / f"{listed_part}CT_{name}.txt"
        for line in filter(None, map(str.strip, path.read_text(encoding="utf-8-sig", errors="replace").splitlines())):
            if found.setdefault(_stem(line), (line, part))[1] != part:
                raise DatasetError(f"{path}: {line} is in one part, not in {found[_stem(line)][1]} too: clone it again")
    return found


def _patients(source: Path, name: str) -> Row:
    """Return the patient of each image, by stem, as the publisher's table has it; empty without the table."""
    tables = [path for ending in ("xlsx", "csv") if (path := source / f"{name}-CT-MetaInfo.{ending}").exists()]
    lines = [line for path in tables for line in read_table(path, (), title="UCSD COVID-CT")]
    return {_stem(_value(line, NAME_COLUMNS)): _value(line, PATIENT_COLUMNS) for line in lines}


def _value(line: Row, columns: tuple[str, ...]) -> str:
    return next((text.strip() for name, text in line.items() if name.strip().lower() in columns), "")


PUBLISHED = Published(
    name="ucsd_covid_ct",
    title="UCSD COVID-CT",
    origin="https://github.com/UCSD-AI4H/COVID-CT",
    licence="copyright of the figures stays with the authors and publishers of the articles: for research, no sharing",
    citation=(
        "X. Yang, X. He, J. Zhao, Y. Zhang, S. Zhang, P. Xie: COVID-CT-Dataset: A CT scan dataset about COVID-19. "
        "arXiv:2003.13865, 2020"
    ),
    task="binary",
    class_names=("non-COVID", "COVID"),
    counts={"images": 746, "non-COVID": 397, "COVID": 349},
    list_images=list_images,
)
