"""DDTI: thyroid ultrasound from Bogotá, nodules scored by TI-RADS and outlined by hand.

    100_1.jpg    frame 1 of case 100, 560 x 360, RGB
    100.xml      <case> ... <tirads>4c</tirads> <mark><image>1</image><svg>[{"points": [...]}]</svg></mark> </case>

A case is a patient. TI-RADS 2 and 3 are benign, 4a to 5 malignant: the radiologist's suspicion, not a biopsy. 131
images have no score: they are excluded here, and were taken for benign by a study that did not look. Their nodules are
outlined all the same: `--task segmentation` keeps them, as a third class, `unscored`.

A mask is a contour, `100.xml#1.1` the first one on image 1: it is drawn when it is read (`common.io.decode.contours`),
so nothing is written. Contours that do not parse, or enclose nothing in their image, are in `left_out.csv`; the others
of the same image count.

Captions are burned in below row 298, among them "TIRADS 4C (4C)": `common.transforms.CropCaptiond` takes these rows off
in training and inference. As published (`--as-published`) they stay. The column `captions` says so: `crop` or `keep`.

Some cases are filed twice under two numbers, as the same file or slightly altered; they fall in one duplicate group.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ..errors import DatasetError
from ..io.decode.contours import Contour, contours_of
from . import Published
from .index import Row
from .left_out import LeftOut

LABEL_OF_TIRADS = {**dict.fromkeys(("2", "3"), "benign"), **dict.fromkeys(("4a", "4b", "4c", "5"), "malignant")}
"""TI-RADS as the XML writes it, and its class in Mei et al. (Radiology: AI 2022)."""

NAME = re.compile(r"(\d+)_(\d+)\.jpe?g", re.IGNORECASE)
"""Case and number of a frame."""

NO_SCORE = "no TI-RADS"
"""Reason for which an image that nobody scored is excluded."""

UNSCORED = "unscored"
"""Its class where the task is segmentation."""


class _Case(NamedTuple):
    file: str
    tirads: str
    """In small letters; empty where it is not scored."""
    frames: list[str]
    """Numbers of the images that its marks name."""
    contours: list[Contour]


def list_images(source: Path) -> tuple[Path, list[Row]]:
    """Return the root and a row per JPEG, and per frame that an XML names and that is not there.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    found = [path.name for path in source.iterdir() if not path.name.startswith(".")]
    images = [name for name in found if Path(name).suffix.lower() in (".jpg", ".jpeg")]
    cases = {Path(name).stem: _read_case(source / name) for name in found if name.lower().endswith(".xml")}
    if not images or not cases:
        missing = "<case>_<n>.jpg" if not images else "<case>.xml"
        raise DatasetError(f"{source} is not DDTI as published: it has no {missing}; give the folder that has both")
    named = {f"{number}_{frame}.jpg" for number, case in cases.items() if case for frame in case.frames}
    return source, [_row(name, cases) for name in sorted({*images, *named})]


def list_outlined(source: Path) -> tuple[Path, list[Row]]:
    """Return what `list_images` does, images without a score kept as a class of their own.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    root, rows = list_images(source)
    for row in rows:
        if row["exclude"] == NO_SCORE:
            row["label"], row["exclude"] = UNSCORED, ""
    return root, rows


def list_unusable_contours(root: Path) -> list[LeftOut]:
    """Return the contours that are no mask."""
    files = sorted(path for path in root.iterdir() if path.suffix.lower() == ".xml" and not path.name.startswith("."))
    cases = [case for path in files if (case := _read_case(path))]
    return [
        LeftOut("contour", f"{case.file}#{contour.name}", contour.fault)
        for case in cases
        for contour in case.contours
        if contour.fault
    ]


def _read_case(path: Path) -> _Case | None:
    """Return what a case's XML says; None if it cannot be read."""
    try:
        case, contours = ElementTree.parse(path).getroot(), contours_of(path)
    except (ElementTree.ParseError, OSError):
        return None
    frames = [mark.findtext("image", "").strip() for mark in case.iter("mark")]
    tirads = (case.findtext("tirads") or "").strip().lower()
    return _Case(path.name, tirads, [frame for frame in frames if frame], contours)


def _row(name: str, cases: dict[str, _Case | None]) -> Row:
    match = NAME.fullmatch(name)
    number, frame = (match[1], match[2]) if match else ("", "")
    case = cases.get(number)
    contours = case.contours if case else []
    drawn = [its.name for its in contours if not its.fault and its.name.partition(".")[0] == frame]
    tirads = case.tirads if case else ""
    return {
        "image": name,
        "frame": "",
        "mask": ";".join(f"{case.file}#{its}" for its in drawn) if case else "",
        "crop": "",
        "label": LABEL_OF_TIRADS.get(tirads, ""),
        "patient": number,
        "study": "",
        "split": "",
        "exclude": _why_excluded(number, number in cases, case),
        "tirads": tirads,
        "captions": "crop",
    }


def _why_excluded(number: str, described: bool, case: _Case | None) -> str:
    if not number:
        return "not named <case>_<n>.jpg"
    if not described:
        return "no XML"
    if case is None:
        return f"damaged XML: {number}.xml"
    if not case.tirads:
        return NO_SCORE
    return "" if case.tirads in LABEL_OF_TIRADS else f"unknown TI-RADS: {case.tirads}"


def list_with_captions(source: Path) -> tuple[Path, list[Row]]:
    """Return what `list_images` does, each row saying that the captions stay.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    root, rows = list_images(source)
    return root, [{**row, "captions": "keep"} for row in rows]


PUBLISHED = Published(
    name="ddti",
    title="DDTI",
    origin="https://doi.org/10.1117/12.2073532",
    licence="open access, no licence stated: keep to the terms of where you get it, cite the article",
    citation=(
        "L. Pedraza, C. Vargas, F. Narváez, O. Durán, E. Muñoz, E. Romero: An open access thyroid ultrasound image "
        "database. Proceedings of SPIE 9287:92870W, 2015, https://doi.org/10.1117/12.2073532"
    ),
    task="binary",
    class_names=("benign", "malignant"),
    counts={"images": 349, "patients": 390, "benign": 61, "malignant": 288},
    list_images=list_images,
    list_left_out=list_unusable_contours,
)
"""Counts of images are of those with a TI-RADS, of patients all cases: 480 images, 131 of them unscored, of 390."""

AS_PUBLISHED = replace(PUBLISHED, list_images=list_with_captions)
"""As Mei et al. and those who repeated their work read it: with the captions."""

SEGMENTATION = replace(
    PUBLISHED,
    task="multiclass",
    class_names=("benign", "malignant", UNSCORED),
    counts={"images": 480, "patients": 390, "benign": 61, "malignant": 288, UNSCORED: 131},
    list_images=list_outlined,
)

TASKS = {"segmentation": SEGMENTATION}
