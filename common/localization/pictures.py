"""Pictures of the best, middle and worst maps: image, lesion in outline, map."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..files import write_bytes
from ..report.plots_style import SYNTHETIC
from ..report.saliency import side_by_side
from .images import masked_images
from .localise import Localised
from .model import Model
from .overlap import STEPS, THRESHOLDS
from .scores import thresholds

KINDS = ("best", "median", "worst")
"""Of the Dice of the test images at the threshold."""

LESION, REGION = "#E69F00", "#56B4E9"
"""Colours of the outlines: orange and sky blue of Okabe and Ito, light enough for dark tissue."""

NAMES = {"grad_cam": "Grad-CAM", "grad_cam_pp": "Grad-CAM++"}
"""Methods as their authors call them."""


def write_pictures(folder: Path, model: Model, parts: Mapping[str, Localised], *, count: int, method: str) -> None:
    """Write `best_1.png`, `median_1.png`, `worst_1.png` ... into `folder`, emptied first.

    Args:
        folder: Where to.
        model: The model, whose transforms read the images again.
        parts: Of `localise`.
        count: How many in all, in equal shares.
        method: A key of `NAMES`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    test, place = parts["test"], thresholds(parts["valid"])["map"]
    dice = test.arms["map"].dice[:, place]
    rows = chosen(dice, count // len(KINDS))
    read = masked_images([test.items[row] for row in rows.values()], model.transforms, size=model.card["image_size"])
    mark = f"{SYNTHETIC}: " if model.card["dataset"]["synthetic"] else ""
    for (name, row), shown in zip(rows.items(), read, strict=True):
        item, steps = test.items[row], test.steps[row]
        frame = f" frame {item['frame']}" if item["frame"] else ""
        lines = [
            f"{mark}{name.replace('_', ' ')}: Dice {dice[row]:.3f}, {item['label']}",
            f"{item['name']}{frame}",
            f"orange: lesion; blue: map from {THRESHOLDS[place]:.3f} of its maximum",
        ]
        picture = side_by_side(
            np.asarray(shown["image"][0], dtype=np.float32),
            (steps / STEPS).astype(np.float32),
            size=tuple(shown["size"].tolist()),
            caption=lines,
            regions={REGION: steps >= place, LESION: test.masks[row]},
            method=NAMES[method],
        )
        write_bytes(folder / f"{name}.png", picture)


def chosen(values: Sequence[float] | np.ndarray, each: int) -> dict[str, int]:
    """Return by `kind_number` the places of so many highest, middle and lowest values, the most extreme first."""
    order = np.argsort(values, kind="stable")
    each = min(each, max(1, len(order) // len(KINDS)))
    first = (len(order) - each) // 2
    found = {"best": order[::-1][:each], "median": order[first : first + each], "worst": order[:each]}
    return {f"{kind}_{number}": int(row) for kind in KINDS for number, row in enumerate(found[kind], start=1)}
