"""RSNA Pneumonia Detection Challenge 2018: 26,684 frontal chest radiographs of NIH ChestX-ray14 as DICOM.

    stage_2_train_images/PATIENT.dcm
    stage_2_train_labels.csv           patientId, x, y, width, height, Target: a row per box, or one without
    stage_2_detailed_class_info.csv    patientId, class: as many rows again

Three in four images without pneumonia are not normal ("No Lung Opacity / Not Normal"): the column `finding` keeps the
detailed class, `boxes` the opacities as "x,y,width,height;..." in pixels. Boxes are no masks, so `mask` is empty.

`patientId` names an image. ChestX-ray14 has several images of most patients, and the challenge does not say which
belong together: patients may cross parts unseen, and scores may be optimistic. The images of stage 2's own test have
no public labels.
"""

from pathlib import Path

from ..errors import DatasetError
from . import Published
from .index import COLUMNS, Row
from .tables import read_table

IMAGES = "stage_2_train_images"
LABELS = "stage_2_train_labels.csv"
FINDINGS = "stage_2_detailed_class_info.csv"
LAYOUT = (IMAGES, LABELS, FINDINGS)

BOX = ("x", "y", "width", "height")

LABEL_OF_TARGET = {"0": "no pneumonia", "1": "pneumonia"}

TITLE = "RSNA Pneumonia 2018"


def list_images(source: Path) -> tuple[Path, list[Row]]:
    """Return the root and a row per patient of the labels, and per DICOM file that they do not list.

    Raises:
        DatasetError: `source` does not have the published layout, or a table contradicts itself.
    """
    missing = [name for name in LAYOUT if not (source / name).exists()]
    if missing:
        raise DatasetError(
            f"{source} is not {TITLE} as published: {missing[0]} is missing; give the folder that has it"
        )
    findings = _one_each(read_table(source / FINDINGS, ("patientId", "class"), title=TITLE), "class", FINDINGS)
    lines = read_table(source / LABELS, ("patientId", *BOX, "Target"), title=TITLE)
    boxes: dict[str, list[str]] = {}
    for line in lines:
        if line["x"]:
            boxes.setdefault(line["patientId"], []).append(",".join(f"{float(line[side]):g}" for side in BOX))
    rows = [
        _row(name, label=_label(name, target), finding=findings.get(name, ""), boxes=boxes.get(name, []))
        for name, target in _one_each(lines, "Target", LABELS).items()
    ]
    listed = {row["image"] for row in rows}
    strays = sorted(path.stem for path in (source / IMAGES).glob("[!.]*.dcm") if f"{IMAGES}/{path.name}" not in listed)
    return source, rows + [
        {**_row(name, label="", finding="", boxes=[]), "exclude": f"not listed in {LABELS}"} for name in strays
    ]


def _one_each(lines: list[Row], column: str, table: str) -> Row:
    """Return a column's value of each patient, who may have several lines but one value.

    Raises:
        DatasetError: Two values.
    """
    values: Row = {}
    for line in lines:
        name, value = line["patientId"], line[column]
        if values.setdefault(name, value) != value:
            raise DatasetError(
                f"{table}: {column} of patient {name} is one value, not {values[name]!r} and {value!r}: "
                "download it again"
            )
    return values


def _label(name: str, target: str) -> str:
    if target not in LABEL_OF_TARGET:
        raise DatasetError(f"{LABELS}: Target of patient {name} is 0 or 1, not {target!r}: download it again")
    return LABEL_OF_TARGET[target]


def _row(name: str, *, label: str, finding: str, boxes: list[str]) -> Row:
    return {
        **dict.fromkeys(COLUMNS, ""),
        "image": f"{IMAGES}/{name}.dcm",
        "label": label,
        "patient": name if label else "",
        "exclude": "",
        "finding": finding,
        "boxes": ";".join(boxes),
    }


PUBLISHED = Published(
    name="rsna_pneumonia",
    title=TITLE,
    origin="https://www.kaggle.com/c/rsna-pneumonia-detection-challenge",
    licence="the challenge's rules: research and education, no redistribution; images of NIH ChestX-ray14",
    citation=(
        "G. Shih, C. C. Wu, S. S. Halabi et al.: Augmenting the National Institutes of Health chest radiograph dataset "
        "with expert annotations of possible pneumonia. Radiology: Artificial Intelligence 1(1):e180041, 2019, "
        "https://doi.org/10.1148/ryai.2019180041"
    ),
    task="binary",
    class_names=("no pneumonia", "pneumonia"),
    counts={"images": 26684, "patients": 26684, "no pneumonia": 8851 + 11821, "pneumonia": 6012},
    list_images=list_images,
)
