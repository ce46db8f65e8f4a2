"""Phantoms in the published layout of DDTI (Pedraza et al., Proc. SPIE 9287:92870W, 2015), faults included."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ..files import write_text
from .draw import from_block, stream
from .examinations import draw_examination
from .folder import PhantomFolder, phantom_folder
from .lesions import Lesion, another_view, draw_lesion
from .thyroid import CAPTIONS_FROM, draw_console, thyroid_frame

NAME = "ddti"

LABELS = ("",) * 2 + ("benign",) + ("malignant",) * 5
"""Cases of each class; "" has no TI-RADS. In the original 131, 61 and 288 of 480 images."""

VIEWS = (1, 1, 1, 1, 2)
"""Images of a case: the original has 480 of 390."""

SUSPICIONS = (-2.5, 1.0, 2.2, 3.4)
"""Suspicion from which the phantoms' reader says TI-RADS 3 of a benign nodule; 4b, 4c and 5 of a malignant one."""

CAPTIONED = ("tells", "tells", "silent")
"""Frames whose caption tells the TI-RADS. In the original the caption strip alone reaches an AUC of 0.66."""

WIDTH = 560
"""Columns of a frame."""

CONTOUR = 24
"""Points of a free-hand contour."""

IDENTICAL, NEAR, UNPARSABLE = "identical files", "near duplicate", "contour that does not parse"
"""Faults of the original that are planted."""

OUTSIDE, FEW, FRAMELESS = "contour outside its image", "contour of two points", "contour of a frame that is not there"
"""Faults that annotations made by hand have, each beside the nodule's own contour, which stays good."""

FAULTS: dict[str, Callable[[int], bool]] = {
    IDENTICAL: lambda case: case % 20 == 10,
    NEAR: lambda case: case % 20 == 0,
    UNPARSABLE: lambda case: case % 12 == 3,
    OUTSIDE: lambda case: case % 24 == 5,
    FEW: lambda case: case % 24 == 7,
    FRAMELESS: lambda case: case % 24 == 13,
}
"""Which cases are an earlier one filed again, as it is or slightly altered, and which have a damaged contour."""


class Case(NamedTuple):
    """What is drawn of one case.

    Args:
        label: `benign`, `malignant`, or empty where nobody scored it.
        tirads: As the original writes it: 2, 3, 4a, 4b, 4c, 5, or empty.
        nodule: The planted truth.
    """

    label: str
    tirads: str
    nodule: Lesion


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `<case>_<n>.jpg` and `<case>.xml`, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        for number in tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None):
            kind = next((kind for kind in (IDENTICAL, NEAR) if FAULTS[kind](number)), "")
            if kind:
                _file_again(folder, number, kind)
            else:
                _add_case(folder, number)
    return len(folder.images)


def draw_case(number: int, *, seed: int, difficulty: float) -> Case:
    """Return what case `number`, counted from 1, has, and how its reader scored it."""
    label = from_block(LABELS, number - 1, seed=seed, key=f"{NAME} label")
    generator = stream(seed, NAME, number)
    malignant = label == "malignant" if label else bool(generator.random() < 0.5)
    nodule = draw_lesion(generator, malignant=malignant, difficulty=difficulty)
    level = int(np.searchsorted(SUSPICIONS[:1] if label == "benign" else SUSPICIONS[1:], nodule.suspicion))
    levels = {"": ("",) * 4, "benign": ("2", "3"), "malignant": ("4a", "4b", "4c", "5")}
    return Case(label, levels[label][level], nodule)


def draw_frames(
    number: int, case: Case, *, seed: int
) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_], dict[str, Any]]]:
    """Yield the frames of a case, uint8 (360, 560, 3), each with its nodule's mask and the truth that was planted."""
    examination = draw_examination(number, seed=seed, key=NAME)
    console = draw_console(number, seed=seed, key=NAME)
    captions = ["TIROIDES"]
    if case.tirads and from_block(CAPTIONED, number - 1, seed=seed, key=f"{NAME} captions") == "tells":
        captions.append(f"TIRADS {case.tirads.upper()} ({case.tirads.upper()})")
    for view in range(from_block(VIEWS, number - 1, seed=seed, key=f"{NAME} views")):
        generator = stream(seed, NAME, number, view)
        nodule = another_view(generator, case.nodule)
        frame, (mask,), truth = thyroid_frame(generator, examination, console, [nodule], captions=captions)
        yield frame, mask, {**truth, "captions": captions, "label": case.label, "tirads": case.tirads}


def _add_case(folder: PhantomFolder, number: int) -> None:
    case = draw_case(number, seed=folder.record["seed"], difficulty=folder.record["difficulty"])
    marks = []
    for view, (frame, mask, truth) in enumerate(draw_frames(number, case, seed=folder.record["seed"]), start=1):
        path = f"{number}_{view}.jpg"
        folder.save(path, frame, mode="RGB")
        folder.plant(path, {"patient": number, **truth})
        marks.append(_contour(mask))
    for kind in (UNPARSABLE, OUTSIDE, FEW, FRAMELESS):
        if FAULTS[kind](number):
            marks = _damaged(marks, kind)
            folder.plant_fault(kind, f"{number}.xml", of=f"{number}_1.jpg")
    write_text(folder.root / f"{number}.xml", _report(number, case, marks))


def _contour(mask: npt.NDArray[np.bool_]) -> str:
    """Return the margin of a mask as the original writes a free-hand contour: JSON in the text of `<svg>`."""
    rows, columns = np.nonzero(mask)
    y, x = rows.mean(), columns.mean()
    turn = (np.arctan2(rows - y, columns - x) / (2 * np.pi) + 0.5) * CONTOUR
    away = np.hypot(rows - y, columns - x)
    sectors = (np.flatnonzero(turn.astype(int) % CONTOUR == sector) for sector in range(CONTOUR))
    margin = [sector[np.argmax(away[sector])] for sector in sectors if len(sector)]
    points = [{"x": int(columns[place]), "y": int(rows[place])} for place in margin]
    return json.dumps([{"points": points, "annotation": {}, "regionType": "freehand"}])


def _damaged(marks: Sequence[str], kind: str) -> list[str]:
    """Return the contours of a case with a fault of this kind: in the first of them, beside it, or behind the last."""
    first, *others = marks
    if kind == UNPARSABLE:
        return [first[: len(first) // 2], *others]
    if kind == FRAMELESS:
        return [*marks, first]
    (region,) = json.loads(first)
    outside = [{**point, "x": point["x"] + WIDTH} for point in region["points"]]
    faulty = {**region, "points": outside if kind == OUTSIDE else region["points"][:2]}
    return [json.dumps([region, faulty]), *others]


def _report(number: int, case: Case, marks: Sequence[str]) -> str:
    root = ElementTree.Element("case")
    echo = "anechogenicity" if case.nodule.cyst else "hypoechogenicity"
    findings = {"composition": "cystic" if case.nodule.cyst else "solid", "echogenicity": echo}
    for tag, text in {"number": str(number), "age": "", "sex": "", **findings, "tirads": case.tirads}.items():
        ElementTree.SubElement(root, tag).text = text
    for image, svg in enumerate(marks, start=1):
        mark = ElementTree.SubElement(root, "mark")
        ElementTree.SubElement(mark, "image").text = str(image)
        ElementTree.SubElement(mark, "svg").text = svg
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _file_again(folder: PhantomFolder, number: int, kind: str) -> None:
    """File an earlier scored case under another number: its first image, as it is or slightly altered, and its XML."""
    copies = {fault["image"] for fault in folder.faults}
    sources = [
        path
        for path, truth in folder.images.items()
        if truth["label"] and path.endswith("_1.jpg") and path not in copies
    ]
    generator = stream(folder.record["seed"], NAME, kind, number)
    source = sources[int(generator.integers(len(sources)))]
    path, truth = f"{number}_1.jpg", folder.images[source]
    if kind == IDENTICAL:
        folder.copy(kind, path, of=source, patient=number)
    else:
        folder.save(path, _slightly_altered(folder.root / source), mode="RGB")
        folder.plant(path, {**truth, "patient": number})
        folder.plant_fault(kind, path, of=source)
    report = ElementTree.parse(folder.root / f"{truth['patient']}.xml").getroot()
    for numbered in report.iter("number"):
        numbered.text = str(number)
    for mark in report.findall("mark")[1:]:
        report.remove(mark)
    write_text(folder.root / f"{number}.xml", ElementTree.tostring(report, encoding="unicode") + "\n")


def _slightly_altered(path: Path) -> npt.NDArray[np.uint8]:
    """Return a written frame brightened above its captions and once more through JPEG."""
    from PIL import Image

    frame = np.asarray(Image.open(path)).astype(np.float32)
    frame[:CAPTIONS_FROM] = frame[:CAPTIONS_FROM] * 1.05 + 2
    encoded = io.BytesIO()
    Image.fromarray(np.clip(frame, 0, 255).astype(np.uint8)).save(encoded, format="JPEG", quality=85)
    return np.asarray(Image.open(encoded))
