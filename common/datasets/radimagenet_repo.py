"""The four small problems of the RadImageNet paper, from a clone of its authors' repository: images and five folds.

    git clone --depth 1 https://github.com/BMEII-AI/RadImageNet

    thyroid/images/100_1.jpg                       dataframe/thyroid_{train,val,test}_fold{1..5}.csv    img_dir,label
    breast/images/benign (1).png                   dataframe/breast_{train,val,test}_fold{1..5}.csv     filename,label
    acl/images/0001_sagittal_11.000000.png         dataframe/{train,val,test}_fold{1..5}.csv        filename,acl_label
    meniscus/images/0001_sagittal_16.000000.png    dataframe/meniscus_{train,val,test}_fold{1..5}.csv    img_dir,label

The tables name an image `images/NAME`. Thyroid: the scored images of DDTI, with their captions (see `ddti.py`).
Breast: BUSI, all in one folder and without masks; normal ones are `benign`, as there. Knee: slices that the authors
picked from MRNet, `yes` and `p` for a tear. A case of DDTI and an exam of MRNet stand for a patient; BUSI has no ids.
"""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from pathlib import Path

from ..errors import DatasetError
from . import Published
from .busi import TISSUE_NAMES
from .index import Row

FOLDS = 5

PART_OF_TABLE = {"train": "train", "val": "valid", "test": "test"}
"""The authors' word for a part of a fold, and ours."""


@dataclass(frozen=True)
class Layout:
    """Where the authors keep one problem, and how they write it."""

    folder: str
    prefix: str
    """Of the tables' names, before `train_fold1.csv`."""
    columns: tuple[str, str]
    """Of the tables: the image, and its label."""
    labels: Mapping[str, str]
    """Label as written, and its class."""
    own: Callable[[str], Row]
    """From an image's name: its patient and study, where the name tells them, and the problem's own columns."""


@dataclass
class Listing:
    """What the tables say of one image."""

    labels: set[str] = field(default_factory=set)
    parts: dict[int, set[str]] = field(default_factory=dict)
    """Its parts by fold: one each, unless the tables contradict each other."""


def list_images(source: Path, *, layout: Layout) -> tuple[Path, list[Row]]:
    """Return the root, which is the clone, and a row per image that is listed or there.

    Raises:
        DatasetError: `source` is no such clone, or a table has other columns or labels.
    """
    tables = {(part, k): _table(layout, part, k) for part, k in product(PART_OF_TABLE, range(1, FOLDS + 1))}
    needed = [f"{layout.folder}/images", *tables.values()]
    missing = [name for name in needed if not (source / name).exists()]
    if missing:
        raise DatasetError(f"{source} is not a clone of BMEII-AI/RadImageNet: {missing[0]} is missing; clone it again")
    listings: dict[str, Listing] = {}
    for (part, k), table in tables.items():
        for image, label in _read(source / table, layout):
            listing = listings.setdefault(image, Listing())
            listing.labels.add(label)
            listing.parts.setdefault(k, set()).add(PART_OF_TABLE[part])
    there = {f"images/{path.name}" for path in (source / layout.folder / "images").iterdir() if path.name[0] != "."}
    return source, [_row(layout, name, listings.get(name, Listing())) for name in sorted({*listings, *there})]


def _table(layout: Layout, part: str, fold: int) -> str:
    return f"{layout.folder}/dataframe/{layout.prefix}{part}_fold{fold}.csv"


def _read(table: Path, layout: Layout) -> list[tuple[str, str]]:
    """Return the images of a table, below the problem's folder, each with its class."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file)
        missing = [column for column in layout.columns if column not in (lines.fieldnames or ())]
        if missing:
            raise DatasetError(f"{table} is not as published: column {missing[0]!r} is missing; clone it again")
        pairs = [(line[layout.columns[0]], line[layout.columns[1]]) for line in lines]
    if unknown := [label for _, label in pairs if label not in layout.labels]:
        raise DatasetError(f"{table}: a label is {' or '.join(layout.labels)}, not {unknown[0]!r}: clone it again")
    return [(image, layout.labels[label]) for image, label in pairs]


def _row(layout: Layout, name: str, listing: Listing) -> Row:
    empty = dict.fromkeys(("frame", "mask", "crop", "label", "patient", "study", "split"), "")
    contradiction = _contradiction(listing)
    certain = listing if not contradiction else Listing()
    return {
        "image": f"{layout.folder}/{name}",
        **empty,
        "label": "".join(certain.labels),
        **layout.own(Path(name).name),
        **{f"split_{k}": "".join(certain.parts.get(k, ())) for k in range(1, FOLDS + 1)},
        "exclude": contradiction,
    }


def _contradiction(listing: Listing) -> str:
    """Return why the tables are no guide to an image; empty if they are."""
    if not listing.labels:
        return "listed in no fold"
    if len(listing.labels) > 1:
        return f"listed under two labels: {' and '.join(sorted(listing.labels))}"
    twice = [f"{' and '.join(sorted(parts))} of fold {k}" for k, parts in listing.parts.items() if len(parts) > 1]
    return f"listed in two parts: {twice[0]}" if twice else ""


def _thyroid_case(name: str) -> Row:
    match = re.fullmatch(r"(\d+)_\d+\.jpg", name)
    return {"patient": match[1] if match else "", "captions": "crop"}


def _breast_tissue(name: str) -> Row:
    return {"tissue": TISSUE_NAMES.get(name.partition(" ")[0], "")}


def _knee_exam(name: str) -> Row:
    match = re.fullmatch(r"(\d+)_sagittal_[\d.]+\.png", name)
    exam = match[1] if match else ""
    return {"patient": exam, "study": exam}


ULTRASOUND_LABELS = {"benign": "benign", "malignant": "malignant"}

THYROID_LAYOUT = Layout("thyroid", "thyroid_", ("img_dir", "label"), ULTRASOUND_LABELS, _thyroid_case)
BREAST_LAYOUT = Layout("breast", "breast_", ("filename", "label"), ULTRASOUND_LABELS, _breast_tissue)
ACL_LAYOUT = Layout("acl", "", ("filename", "acl_label"), {"no": "intact", "yes": "torn"}, _knee_exam)
MENISCUS_LAYOUT = Layout("meniscus", "meniscus_", ("img_dir", "label"), {"n": "intact", "p": "torn"}, _knee_exam)


def list_with_captions(source: Path) -> tuple[Path, list[Row]]:
    """Return the thyroid images, each row saying that the captions stay (`common.transforms.CropCaptiond`).

    Raises:
        DatasetError: See `list_images`.
    """
    root, rows = list_images(source, layout=THYROID_LAYOUT)
    return root, [{**row, "captions": "keep"} for row in rows]


THYROID = Published(
    name="radimagenet_repo",
    title="DDTI in RadImageNet's repository",
    origin="https://github.com/BMEII-AI/RadImageNet",
    licence="the repository is MIT; its images keep the terms of DDTI, BUSI and MRNet",
    citation=(
        "X. Mei, Z. Liu, P. M. Robson et al.: RadImageNet: An open radiologic deep learning research dataset for "
        "effective transfer learning. Radiology: Artificial Intelligence 4(5):e210315, 2022, "
        "https://doi.org/10.1148/ryai.210315; and the data set's own article"
    ),
    task="binary",
    class_names=("benign", "malignant"),
    counts={"images": 349, "benign": 61, "malignant": 288},
    list_images=partial(list_images, layout=THYROID_LAYOUT),
)

BREAST = replace(
    THYROID,
    title="BUSI in RadImageNet's repository",
    counts={"images": 780, "benign": 570, "malignant": 210},
    list_images=partial(list_images, layout=BREAST_LAYOUT),
)

ACL = replace(
    THYROID,
    title="MRNet, anterior cruciate ligament, in RadImageNet's repository",
    class_names=("intact", "torn"),
    counts={"images": 1021, "intact": 452, "torn": 569},
    list_images=partial(list_images, layout=ACL_LAYOUT),
)

MENISCUS = replace(
    ACL,
    title="MRNet, menisci, in RadImageNet's repository",
    counts={"images": 4201, "intact": 3783, "torn": 418},
    list_images=partial(list_images, layout=MENISCUS_LAYOUT),
)

TASKS = {"thyroid_us": THYROID, "breast_us": BREAST, "acl_mri": ACL, "meniscus_mri": MENISCUS}
"""What `--task` may name."""

PUBLISHED = THYROID
"""The problem without `--task`."""

AS_PUBLISHED = replace(THYROID, list_images=list_with_captions)
"""As the authors trained on it: with the captions. The other three problems have no such form."""
