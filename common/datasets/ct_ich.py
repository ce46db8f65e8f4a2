"""CT-ICH: head CT of patients with brain injury, Al Hilla, Iraq; every slice labelled by two radiologists.

Four layouts are in use. In all of them slices count from 1 and one patient has one scan.

    labels.csv, brain/<patient><slice>.jpg                          image, patient, slice, hemorrhage, ..., fracture
    TABLE, Patients_CT/<patient>/{brain,bone}/<slice>.jpg           PhysioNet 1.0 to 1.2, brain window L 40, W 120
    TABLE, ct_scans/<patient>.nii                                   PhysioNet 1.3, Hounsfield units

TABLE is `hemorrhage_diagnosis_raw_ct.csv` or `hemorrhage_diagnosis.csv`: PatientNumber, SliceNumber, Intraventricular,
..., No_Hemorrhage, Fracture_Yes_No. Patients 59 to 65 have no volumes. The masks of haemorrhages (JPEG, whose ringing
would count as lesion, or whole volumes) are not used. JPEG carries no Hounsfield units: its window is `none`, that of
the volumes `brain`.
"""

import csv
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ..errors import DatasetError
from . import Published
from .hemorrhage import ANY, CLASS_NAMES, EACH, SUBTYPES, label_columns
from .index import Row

SHARED = "labels.csv"
TABLES = ("hemorrhage_diagnosis_raw_ct.csv", "hemorrhage_diagnosis.csv")

CONTRADICTORY = "contradictory labels"
"""Reason to exclude a slice whose subtypes and verdict ("any", "none") disagree: which of them is wrong is unknown."""

UNLISTED = "not listed in the table of diagnoses"


def list_images(source: Path, *, task: str) -> tuple[Path, list[Row]]:
    """Return the root and a row per line of the table, and per slice on disk that it does not list.

    Args:
        source: The folder that holds one of the layouts.
        task: `any` or `subtypes`.

    Raises:
        DatasetError: None of the layouts is there, or a column is missing.
    """
    table = next((source / name for name in (SHARED, *TABLES) if (source / name).is_file()), None)
    folders = {"Patients_CT": _pictures, "ct_scans": _volumes}
    if table and table.name == SHARED:
        folders = {"brain": _shared}
    present = [name for name in folders if (source / name).is_dir()]
    if table is None or not present:
        missing = f"a table ({', '.join((SHARED, *TABLES))})" if table is None else f"a folder ({', '.join(folders)})"
        raise DatasetError(f"{source} is not CT-ICH as published: {missing} is missing; give the folder that has it")
    lines = [_Line(line) for line in _read(table)]
    places = folders[present[0]](source)
    rows = [_row(task, line, *places.pop((line.patient, line.slice), _expected(present[0], line))) for line in lines]
    strays = [_stray(task, *place) for place in sorted(places.values())]
    return source, rows + strays


class _Line:
    """A line of a table, in either spelling; all numbers as text without leading zeros."""

    def __init__(self, line: Mapping[str, str]) -> None:
        self.patient = _number(line["patient"])
        self.slice = _number(line["slice"])
        self.subtypes = {name for name in SUBTYPES if line[name] == "1"}
        self.none = line["none"] == "1"
        self.fracture = line["fracture"]


_NAMES = {"patientnumber": "patient", "slicenumber": "slice", "no_hemorrhage": "none", "fracture_yes_no": "fracture"}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names = {name: _NAMES.get(name.strip().lower(), name.strip().lower()) for name in reader.fieldnames or ()}
        lines = [{names[name]: (value or "").strip() for name, value in line.items() if name} for line in reader]
    verdict = "hemorrhage" if path.name == SHARED else "none"
    for column in ("patient", "slice", *SUBTYPES, verdict):
        if column not in names.values():
            raise DatasetError(f"{path} is not CT-ICH's as published: column {column!r} is missing")
    none = {"0": "1", "1": "0"}
    return [{"fracture": "", "none": none.get(line.get("hemorrhage", ""), ""), **line} for line in lines]


def _number(text: str) -> str:
    return text.removesuffix(".0").lstrip("0")


def _shared(source: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Return (path, frame) by (patient, slice). `brain/4912.jpg` is patient 49's slice 12: the table knows which."""
    found = {path.name: f"brain/{path.name}" for path in (source / "brain").iterdir() if path.name[0] != "."}
    lines = [(_number(line["patient"]), _number(line["slice"]), line["image"]) for line in _read(source / SHARED)]
    places = {(patient, number): (image, "") for patient, number, image in lines if found.pop(Path(image).name, "")}
    return places | {(image, ""): (image, "") for image in found.values()}


def _pictures(source: Path) -> dict[tuple[str, str], tuple[str, str]]:
    files = (path for path in (source / "Patients_CT").glob("*/brain/*") if "_HGE_Seg" not in path.name)
    return {
        (_number(path.parts[-3]), _number(path.stem)): (path.relative_to(source).as_posix(), "")
        for path in files
        if not path.name.startswith(".")
    }


def _volumes(source: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Return a place for each slice; none for a volume whose header cannot be read."""
    places = {}
    for path in sorted((source / "ct_scans").glob("*.nii*")):
        frames, upwards = _header(path)
        for number in range(1, frames + 1):
            # Our frames run from feet to head, the table's slices as they are stored.
            frame = str(number - 1 if upwards else frames - number)
            places[_number(path.name.partition(".")[0]), str(number)] = f"ct_scans/{path.name}", frame
    return places


def _header(path: Path) -> tuple[int, bool]:
    """Return the number of slices of a volume, and whether they are stored from feet to head."""
    import nibabel
    from nibabel.filebasedimages import ImageFileError

    try:
        volume = nibabel.load(path)
        return int(volume.shape[2]), bool(volume.affine[2, 2] >= 0)
    except (ImageFileError, OSError, ValueError, IndexError):
        return 0, True


def _expected(folder: str, line: _Line) -> tuple[str, str]:
    """Return path and frame of a slice that is missing."""
    patient = line.patient.zfill(3)
    return {
        "brain": (f"brain/{line.patient}{line.slice}.jpg", ""),
        "Patients_CT": (f"Patients_CT/{patient}/brain/{line.slice}.jpg", ""),
        "ct_scans": (f"ct_scans/{patient}.nii", str(int(line.slice) - 1)),
    }[folder]


def _row(task: str, line: _Line, image: str, frame: str) -> Row:
    return {
        "image": image,
        "frame": frame,
        "mask": "",
        "crop": "",
        **label_columns(task, line.subtypes),
        "patient": line.patient,
        "study": line.patient,
        "split": "",
        "exclude": CONTRADICTORY if line.none == bool(line.subtypes) else "",
        "slice": line.slice,
        "fracture": line.fracture,
    }


def _stray(task: str, image: str, frame: str) -> Row:
    columns = {
        **label_columns(task, set()),
        "label": "",
        **({f"label:{n}": "" for n in SUBTYPES} if task == EACH else {}),
    }
    rest = dict.fromkeys(("mask", "crop", "patient", "study", "split", "slice", "fracture"), "")
    return {"image": image, "frame": frame, **columns, **rest, "exclude": UNLISTED}


def _published(task: str, *, kind: str, class_names: tuple[str, ...], counts: Mapping[str, int]) -> Published:
    return Published(
        name="ct_ich",
        title="CT-ICH",
        origin="https://doi.org/10.13026/4nae-zg36",
        licence="CC BY 4.0 to version 1.3.0; 1.3.1 asks for PhysioNet's agreement on restricted data",
        citation=(
            "M. D. Hssayeni, M. S. Croock, A. D. Salman, H. F. Al-khafaji, Z. A. Yahya, B. Ghoraani: Intracranial "
            "hemorrhage segmentation using a deep convolutional model. Data 5(1):14, 2020"
        ),
        task=kind,
        class_names=class_names,
        counts=counts,
        list_images=partial(list_images, task=task),
    )


COUNTS = {"images": 2814, "patients": 75}
"""Of version 1.3, the one that can be downloaded; the article has 82 scans."""

PUBLISHED = _published(ANY, kind="binary", class_names=CLASS_NAMES, counts=COUNTS)

TASKS = {ANY: PUBLISHED, EACH: _published(EACH, kind="multilabel", class_names=SUBTYPES, counts=COUNTS)}
