"""A folder per class, with images at any depth: `DIR/benign/a.png`, `DIR/malignant/case 1/b.dcm`.

Where the folders on top are `train`, `test` and the like, they are the split, and those inside are the classes.
`a_mask.png` and `a_mask_1.png` beside `a.png` are its masks, as in BUSI.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ...errors import DatasetError
from ..index import Row
from ..left_out import LeftOut
from . import Listed
from .classes import Rules
from .images import find_images
from .labelled import labelled
from .parts import PART_OF_WORD

_MASK = re.compile(r"(.+)_mask(?:_\d+)?", re.IGNORECASE)


def list_folder(source: Path, rules: Rules, *, patients: bool = True, clips: int = 0) -> Listed:
    """Return the images of a folder of class folders.

    Args:
        source: The folder.
        rules: What the user says about classes.
        patients: Whether patients are those of DICOM headers, where there are any.
        clips: Frames of a clip; see `find_images`.

    Raises:
        DatasetError: No such folder, no images, or no two usable classes.
    """
    images = find_images(source, clips=clips)
    top = {Path(its.row["image"]).parts[0] for its in images.found if len(Path(its.row["image"]).parts) > 1}
    if not top:
        raise DatasetError(f"{source} has images, and no folder per class: move them into two or more, or give a table")
    depth = 1 if all(name.strip().casefold() in PART_OF_WORD for name in top) else 0
    rows, left_out = list[Row](), list(images.left_out)
    masks = _masks([its.row["image"] for its in images.found])
    of_images = {mask for several in masks.values() for mask in several}
    for its in images.found:
        if its.row["image"] in of_images:
            continue
        folders = Path(its.row["image"]).parts[:-1]
        if len(folders) <= depth:
            left_out.append(LeftOut("file", its.row["image"], "in no class folder"))
            continue
        split = PART_OF_WORD[folders[0].strip().casefold()] if depth else ""
        patient = its.row["patient"] if patients else ""
        mask = ";".join(masks.get(its.row["image"], []))
        rows.append({**its.row, "mask": mask, "patient": patient, "label": folders[depth], "split": split})
    notes = [f"the folders {', '.join(sorted(top))} are the split `official`"] if depth else []
    notes += [f"masks beside their images (NAME_mask): {len(of_images):,}"] if of_images else []
    return labelled(source, rows, rules, left_out=left_out, notes=notes)


def _masks(paths: Sequence[str]) -> dict[str, list[str]]:
    """Return the masks of each image that has any."""
    images = {str(PurePosixPath(path).with_suffix("")): path for path in paths}
    masks: dict[str, list[str]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        match = _MASK.fullmatch(str(PurePosixPath(path).with_suffix("")))
        if match and match[1] in images:
            masks[images[match[1]]].append(path)
    return masks
