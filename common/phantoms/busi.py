"""Phantoms in the published layout of BUSI (Al-Dhabyani et al., Data in Brief 28:104863, 2020), faults included."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from .draw import from_block, stream
from .examinations import draw_examination
from .folder import PhantomFolder, phantom_folder
from .lesions import another_view, draw_lesion, side_by_side
from .ultrasound import breast_image

Pixels = npt.NDArray[Any]

NAME = "busi"

ROOT = "Dataset_BUSI_with_GT"
"""The folder inside the original's archive."""

LABELS = ("benign",) * 14 + ("malignant",) * 7 + ("normal",) * 4
"""Patients of each class, in the proportions of the original's 437, 210 and 133 images."""

VIEWS = (1, 1, 2, 3)
"""Images of a patient. The original names no patients; the sidecar does."""

LESIONS = (1,) * 15 + (2,)
"""Lesions of a patient with any: the original has 17 images with several masks."""

EXACT, CONFLICT, NEAR = "exact duplicate", "conflicting duplicate", "near duplicate"
"""Faults of the original that are planted: audits found hundreds of duplicates in it, four of them across classes."""

FAULTS: dict[str, Callable[[int], bool]] = {
    EXACT: lambda patient: patient % 20 == 10,
    CONFLICT: lambda patient: patient == 15,
    NEAR: lambda patient: patient % 20 == 0,
}
"""After which patients a copy of an earlier image is filed; among the first 15 some are benign, whatever the seed."""

RESIZED, FORGOTTEN, FOREIGN = "mask of another size", "empty mask of a lesion", "mask of another image"
"""Faults of masks: saved at half the size, saved before anything was drawn, or the one of the patient before."""

MASK_FAULTS = {RESIZED: 8, FORGOTTEN: 9, FOREIGN: 11}
"""Planted once each, in the first image of the first patient, from this one on, who has a lesion."""

RGBA_PATIENTS = (6, 66)
"""Patients whose first image has its mask stored as RGBA; the original has two such masks."""


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `Dataset_BUSI_with_GT/{benign,malignant,normal}`, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        for patient in tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None):
            _add_patient(folder, patient)
            for kind, when in FAULTS.items():
                if when(patient):
                    _add_fault(folder, kind, patient)
    return len(folder.images)


def _add_patient(folder: PhantomFolder, patient: int) -> None:
    seed, difficulty = folder.record["seed"], folder.record["difficulty"]
    label = from_block(LABELS, patient - 1, seed=seed, key=f"{NAME} label")
    amount = 0 if label == "normal" else from_block(LESIONS, patient - 1, seed=seed, key=f"{NAME} lesions")
    generator = stream(seed, NAME, patient)
    lesions = [draw_lesion(generator, malignant=label == "malignant", difficulty=difficulty) for _ in range(amount)]
    examination = draw_examination(patient, seed=seed, key=NAME)
    for view in range(from_block(VIEWS, patient - 1, seed=seed, key=f"{NAME} views")):
        generator = stream(seed, NAME, patient, view)
        seen = side_by_side([another_view(generator, lesion) for lesion in lesions])
        image, masks, truth = breast_image(generator, examination, seen)
        mode = "RGBA" if patient in RGBA_PATIENTS and view == 0 else "L"
        path = _file(folder, label, image, masks, {"patient": patient, **truth}, mask_mode=mode)
        if view == 0 and lesions:
            _spoil_mask(folder, patient, path)


def _file(
    folder: PhantomFolder,
    label: str,
    image: Pixels,
    masks: Pixels,
    truth: dict[str, Any],
    *,
    mask_mode: str = "L",
    compression: int = 3,
) -> str:
    """Write an image under the next number of its class, with a mask for each lesion (an empty one for a normal).

    Returns:
        The image's path below the root.
    """
    number = 1 + sum(entry["label"] == label for entry in folder.images.values())
    stem = f"{ROOT}/{label}/{label} ({number})"
    folder.save(f"{stem}.png", image, mode="RGB", compression=compression)
    for index, mask in enumerate(masks if len(masks) else np.zeros((1, *image.shape), dtype=bool)):
        name = f"{stem}_mask_{index}.png" if index else f"{stem}_mask.png"
        folder.save(name, mask, mode=mask_mode, compression=compression)
    folder.plant(f"{stem}.png", {**truth, "label": label})
    return f"{stem}.png"


def _spoil_mask(folder: PhantomFolder, patient: int, path: str) -> None:
    """Replace the first mask of a written image by a faulty one, if a fault is due."""
    planted = {fault["kind"] for fault in folder.faults}
    kind = next((kind for kind, first in MASK_FAULTS.items() if patient >= first and kind not in planted), "")
    if not kind:
        return
    before = list(folder.images)[-2:][0]
    mask = _first_mask(folder.root / (before if kind == FOREIGN else path))
    spoilt = {RESIZED: mask[::2, ::2], FORGOTTEN: np.zeros_like(mask), FOREIGN: mask}
    folder.save(f"{Path(path).with_suffix('')}_mask.png", spoilt[kind])
    folder.plant_fault(kind, path, of=before if kind == FOREIGN else "")


def _first_mask(image: Path) -> Pixels:
    """Return the first mask of a written image, bool (H, W)."""
    from PIL import Image

    return np.asarray(Image.open(image.with_name(f"{image.stem}_mask.png")).convert("L")) > 0


def _add_fault(folder: PhantomFolder, kind: str, patient: int) -> None:
    """File a copy of an earlier image, chosen at random: resaved, slightly altered, or under the other class."""
    copies = {fault["image"] for fault in folder.faults}
    sources = [
        path
        for path, entry in folder.images.items()
        if path not in copies and entry["label"] == ("benign" if kind == CONFLICT else entry["label"])
    ]
    generator = stream(folder.record["seed"], NAME, kind, patient)
    source = sources[int(generator.integers(len(sources)))]
    image, masks = _read(folder.root / source)
    if kind == NEAR:
        image, masks = _slightly_altered(generator, image, masks)
    truth = folder.images[source]
    label = "malignant" if kind == CONFLICT else truth["label"]
    folder.plant_fault(kind, _file(folder, label, image, masks, truth, compression=1), of=source)


def _read(path: Path) -> tuple[Pixels, Pixels]:
    """Return a written image, uint8 (H, W), and its masks, bool (masks, H, W)."""
    from PIL import Image

    masks = sorted(path.parent.glob(f"{path.stem}_mask*.png"))
    image = np.asarray(Image.open(path).convert("L"))
    return image, np.stack([np.asarray(Image.open(mask).convert("L")) > 0 for mask in masks])


def _slightly_altered(generator: np.random.Generator, image: Pixels, masks: Pixels) -> tuple[Pixels, Pixels]:
    """Return the image cropped by a few pixels, brightened and once through JPEG, and its masks cropped alike."""
    from PIL import Image

    top, left = (int(cut) for cut in generator.integers(2, 6, size=2))
    brighter = np.clip(image[top:, left:] * 1.05 + 2, 0, 255).astype(np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(brighter).save(encoded, format="JPEG", quality=90)
    return np.asarray(Image.open(encoded)), masks[:, top:, left:]
