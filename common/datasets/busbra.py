"""BUS-BRA: breast ultrasound of 1,064 women in Rio de Janeiro, every lesion biopsied, every image with its mask.

    bus_data.csv        ID, Case (the patient), Histology, Pathology, BIRADS, Device, Width, Height, Side, BBOX
    5-fold-cv.csv       ID, Pathology, kFold, valid_1 ... valid_5
    Images/bus_0001-l.png    Masks/mask_0001-l.png

The patients of the authors' folds are disjoint. Within a fold's remainder the authors drew the validation images one
by one: three of four of its patients also train (210 of 278 in the first), so scores on it are optimistic. The counts
stand in `dataset.json` under `shared_patients`.
"""

import csv
from pathlib import Path

from ..errors import DatasetError
from . import Published
from .index import Row

TABLE = "bus_data.csv"
FOLD_TABLE = "5-fold-cv.csv"
LAYOUT = (TABLE, FOLD_TABLE, "Images", "Masks")

SPLITS = 5

PART_OF_VALUE = {"1": "train", "0": "valid", "NaN": "test"}
"""Meaning of `valid_k` in `5-fold-cv.csv`: NaN where `kFold` is k, the fold that is tested."""


def list_images(source: Path) -> tuple[Path, list[Row]]:
    """Return the root and a row per line of `bus_data.csv`, and per picture in `Images` that it does not list.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    missing = [name for name in LAYOUT if not (source / name).exists()]
    if missing:
        raise DatasetError(
            f"{source} is not BUS-BRA as published: {missing[0]} is missing; give the folder that has it"
        )
    splits = {
        line["ID"]: line for line in _read(source / FOLD_TABLE, ("ID", *(f"valid_{k}" for k in range(1, SPLITS + 1))))
    }
    rows = [_row(line, splits.get(line["ID"], {})) for line in _read(source / TABLE, ("ID", "Case", "Pathology"))]
    listed = {row["image"] for row in rows}
    strays = [
        f"Images/{path.name}" for path in (source / "Images").glob("*.png") if f"Images/{path.name}" not in listed
    ]
    return source, rows + [_stray(rows, image) for image in strays]


def _read(path: Path, columns: tuple[str, ...]) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file)
        missing = [column for column in columns if column not in (lines.fieldnames or ())]
        if missing:
            raise DatasetError(f"{path} is not BUS-BRA's as published: column {missing[0]!r} is missing")
        return list(lines)


def _row(line: Row, split: Row) -> Row:
    number = line["ID"].removeprefix("bus_")
    return {
        "image": f"Images/{line['ID']}.png",
        "frame": "",
        "mask": f"Masks/mask_{number}.png",
        "crop": "",
        "label": line["Pathology"],
        "patient": line["Case"],
        "study": "",
        "split": "",
        **{f"split_{k}": _part(split, k) for k in range(1, SPLITS + 1)},
        "exclude": "",
        "device": line.get("Device", ""),
        "histology": line.get("Histology", ""),
        "birads": line.get("BIRADS", ""),
        "side": line.get("Side", ""),
    }


def _part(split: Row, k: int) -> str:
    """Return the part of an image in split `k`; empty if `5-fold-cv.csv` does not list it."""
    value = split.get(f"valid_{k}", "")
    if value and value not in PART_OF_VALUE:
        raise DatasetError(f"{FOLD_TABLE}: valid_{k} of {split['ID']} is 1, 0 or NaN, not {value!r}: download it again")
    return PART_OF_VALUE.get(value, "")


def _stray(rows: list[Row], image: str) -> Row:
    columns = rows[0] if rows else _row({"ID": "", "Case": "", "Pathology": ""}, {})
    return {**dict.fromkeys(columns, ""), "image": image, "exclude": f"not listed in {TABLE}"}


PUBLISHED = Published(
    name="busbra",
    title="BUS-BRA",
    origin="https://doi.org/10.5281/zenodo.8231412",
    licence="MIT-like, see LICENSE.txt of the download: keep the notice, cite the article",
    citation=(
        "W. Gómez-Flores, M. J. Gregorio-Calas, W. Coelho de Albuquerque Pereira: BUS-BRA: A breast ultrasound dataset "
        "for assessing computer-aided diagnosis systems. Medical Physics 51(4):3110-3123, 2024"
    ),
    task="binary",
    class_names=("benign", "malignant"),
    counts={"images": 1875, "patients": 1064, "benign": 1268, "malignant": 607},
    list_images=list_images,
)
