"""BUSI: breast ultrasound images of Baheya hospital, Cairo: benign and malignant lesions, and normal breasts.

    Dataset_BUSI_with_GT/{benign,malignant,normal}/benign (1).png
                                                   benign (1)_mask.png    benign (1)_mask_1.png ...

One mask per lesion; a normal image has an all-zero one. Every file counts, whatever its ending: what is no image is
excluded with the reason, and so is a mask without an image.

The task is malignant against the rest, so normal images are labelled `benign`; the column `tissue` keeps what the
publisher says. There are no patient ids: scores are image-level, and optimistic. Many pictures occur twice, some of
them under two labels.
"""

from pathlib import Path

from ..errors import DatasetError
from . import Published
from .index import Row

FOLDER = "Dataset_BUSI_with_GT"

LABEL_OF_TISSUE = {"benign": "benign", "malignant": "malignant", "normal": "benign"}
"""Folder as published, and its class in the task "malignant against the rest"."""

TISSUE_NAMES = {"benign": "benign lesion", "malignant": "malignant lesion", "normal": "normal"}


def list_images(source: Path) -> tuple[Path, list[Row]]:
    """Return the root, which holds `Dataset_BUSI_with_GT`, and a row per image.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    root = source.resolve().parent if source.resolve().name == FOLDER else source
    missing = [name for name in LABEL_OF_TISSUE if not (root / FOLDER / name).is_dir()]
    if missing:
        raise DatasetError(
            f"{source} is not BUSI as published: {FOLDER}/{missing[0]} is missing; give what holds {FOLDER}"
        )
    return root, [row for tissue in LABEL_OF_TISSUE for row in _rows(root, tissue)]


def _rows(root: Path, tissue: str) -> list[Row]:
    files = sorted(path.name for path in (root / FOLDER / tissue).iterdir() if not path.name.startswith("."))
    masks = [name for name in files if "_mask" in name]
    rows = [_row(tissue, name, masks) for name in files if name not in masks]
    used = {Path(mask).name for row in rows for mask in row["mask"].split(";")}
    orphans = [{**_row(tissue, mask, []), "exclude": "mask without an image"} for mask in masks if mask not in used]
    return rows + orphans


def _row(tissue: str, name: str, masks: list[str]) -> Row:
    stem = Path(name).stem
    own = [mask for mask in masks if Path(mask).stem == f"{stem}_mask" or mask.startswith(f"{stem}_mask_")]
    return {
        "image": f"{FOLDER}/{tissue}/{name}",
        "frame": "",
        "mask": ";".join(f"{FOLDER}/{tissue}/{mask}" for mask in own),
        "crop": "",
        "label": LABEL_OF_TISSUE[tissue],
        "patient": "",
        "study": "",
        "split": "",
        "exclude": "",
        "tissue": TISSUE_NAMES[tissue],
    }


PUBLISHED = Published(
    name="busi",
    title="BUSI",
    origin="https://scholar.cu.edu.eg/?q=afahmy/pages/dataset",
    licence="the article is CC BY 4.0, the download states none: keep to the terms of where you get it",
    citation=(
        "W. Al-Dhabyani, M. Gomaa, H. Khaled, A. Fahmy: Dataset of breast ultrasound images. "
        "Data in Brief 28:104863, 2020, https://doi.org/10.1016/j.dib.2019.104863"
    ),
    task="binary",
    class_names=("benign", "malignant"),
    counts={"images": 780, "benign": 437 + 133, "malignant": 210},
    list_images=list_images,
)
