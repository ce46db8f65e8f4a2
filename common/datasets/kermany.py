"""Kermany: chest radiographs of children of one to five in Guangzhou: normal, bacterial and viral pneumonia.

    chest_xray/{train,test}/{NORMAL,PNEUMONIA}/*.jpeg        and in Kaggle's copy chest_xray/val, 16 images

Patients stand in the names: `person23_bacteria_79`, `IM-0115-0001`, `NORMAL2-IM-0383-0001`; in the third version of
the download `BACTERIA-1008087-0001`. Bacterial, viral and the two series of normals each count from 1, so
`person23_bacteria` and `person23_virus` are two children: on a third of the original their images resemble each other
as strangers' do (correlation of ImageNet features 0.00, median of 122 pairs in one part; strangers 0.03), those of
one number and one agent do not (0.39, 699 pairs). So the patient is agent and number, and then nobody crosses from
train to test; counting by number alone, 88 would, all of them under another agent. A name that tells no patient is
excluded: its child might stand in another part.

The authors state 5,856 patients, which is the number of images; the names tell fewer. Some images occur twice, pixel
for pixel: seven pairs in that third, within one part each, one of them as two children (`NORMAL2-IM-0095` and `-0096`).
The validation part of Kaggle's copy is too small for thresholds: folds of ours take a tenth.
"""

import re
from pathlib import Path

from ..errors import DatasetError
from . import Published
from .index import COLUMNS, Row

FOLDER = "chest_xray"

PART_OF_FOLDER = {"train": "train", "val": "valid", "test": "test"}

LABEL_OF_FOLDER = {"NORMAL": "no pneumonia", "PNEUMONIA": "pneumonia"}

NAMES = (
    re.compile(r"(?P<patient>person\d+_(?P<agent>bacteria|virus))_.+"),
    re.compile(r"(?P<patient>(NORMAL2-)?IM-\d+)-.+"),
    re.compile(r"(?P<patient>NORMAL-\d+|(?P<agent>BACTERIA|VIRUS)-\d+)-.+"),
)
"""What a file's stem says of patient and agent, in the versions of the download."""


def list_images(source: Path) -> tuple[Path, list[Row]]:
    """Return the root, which holds `chest_xray`, and a row per image.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    root = source.resolve().parent if source.resolve().name == FOLDER else source
    missing = [
        f"{FOLDER}/{part}/{name}"
        for part in ("train", "test")
        for name in LABEL_OF_FOLDER
        if not (root / FOLDER / part / name).is_dir()
    ]
    if missing:
        raise DatasetError(f"{source} is not Kermany's as published: {missing[0]} is missing; give what holds {FOLDER}")
    return root, [
        _row(path.relative_to(root), part)
        for part in PART_OF_FOLDER
        for name in LABEL_OF_FOLDER
        for path in sorted((root / FOLDER / part / name).glob("[!.]*"))
    ]


def _row(path: Path, part: str) -> Row:
    known = next((match for names in NAMES if (match := names.fullmatch(path.stem))), None)
    return {
        **dict.fromkeys(COLUMNS, ""),
        "image": path.as_posix(),
        "label": LABEL_OF_FOLDER[path.parent.name],
        "patient": known["patient"] if known else "",
        "split": PART_OF_FOLDER[part],
        "exclude": "" if known else "its name tells no patient",
        "agent": (known.groupdict().get("agent") or "").lower() if known else "",
    }


PUBLISHED = Published(
    name="kermany",
    title="Kermany chest radiographs",
    origin="https://doi.org/10.17632/rscbjbr9sj",
    licence="CC BY 4.0",
    citation=(
        "D. S. Kermany, M. Goldbaum, W. Cai et al.: Identifying medical diagnoses and treatable diseases by "
        "image-based deep learning. Cell 172(5):1122-1131, 2018, https://doi.org/10.1016/j.cell.2018.02.010"
    ),
    task="binary",
    class_names=("no pneumonia", "pneumonia"),
    counts={"images": 5232 + 624, "no pneumonia": 1349 + 234, "pneumonia": 3883 + 390},
    list_images=list_images,
)
