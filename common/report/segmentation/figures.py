"""The figures of a segmenter's evaluation: how Dice is distributed, and a few images to look at."""

import shutil
from collections.abc import Sequence
from math import pi
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...files import write_bytes
from ...io.decode import decode_image
from ...statistics import Interval
from ..plots_style import BLUE, ORANGE, SYNTHETIC, page
from ..saliency import name_of
from ..scores import Scores
from .measure import Image, references, union
from .overlays import overlay

if TYPE_CHECKING:
    from ...handlers import CollectMasks

SHOWN = 4
"""Overlays of a kind."""

GROUPS = ("worst", "median", "best", "false_alarm")
"""Kinds of overlays, in the order of the report: by Dice, and normal images in which something was predicted."""


def plot_dice(path: Path, images: Sequence[Image], scores: Scores, *, subtitle: str, synthetic: bool) -> None:
    """Draw how many lesions have which Dice, and the Dice of each against its size."""
    fits = [fit for image in images for fit in image.lesions]
    values, diameters = [fit.dice for fit in fits], [2 * (fit.reference_pixels / pi) ** 0.5 for fit in fits]
    title = "Dice of the lesions"
    with page(path, title=title, subtitle=subtitle, size=(8.0, 4.2), synthetic=synthetic) as figure:
        left, right = figure.subplots(1, 2)
        left.hist(values, bins=np.linspace(0, 1, 21).tolist(), color=BLUE, alpha=0.6)
        its = scores["test"]["per_lesion"]["dice"]
        left.axvline(its["value"], color=ORANGE, label=f"mean {Interval(**its).bounds()}")
        left.set(xlabel="Dice", ylabel="lesions", xlim=(-0.01, 1.01))
        left.legend(loc="upper left")
        right.plot(diameters, values, ".", color=BLUE, alpha=0.5)
        right.set(
            xlabel="diameter of a circle of the lesion's area, pixels",
            xlim=(0, None),
            ylabel="Dice",
            ylim=(-0.01, 1.01),
        )


def chosen(images: Sequence[Image]) -> list[tuple[str, Image]]:
    """Return the images to show, each once, with their group: the worst first."""
    ill = sorted((image for image in images if not image.normal), key=lambda image: image.fit.dice)
    alarmed = [image for image in images if image.normal and image.fit.predicted_pixels]
    middle = max(0, (len(ill) - SHOWN) // 2)
    groups = {
        "worst": ill[:SHOWN],
        "median": ill[middle : middle + SHOWN],
        "best": ill[::-1][:SHOWN],
        "false_alarm": sorted(alarmed, key=lambda image: -image.fit.predicted_pixels / image.pixels)[:SHOWN],
    }
    shown: dict[int, tuple[str, Image]] = {}
    for group in GROUPS:
        for image in groups[group]:
            shown.setdefault(image.row, (group, image))
    return list(shown.values())


def write_overlays(
    folder: Path, collected: "CollectMasks", images: Sequence[Image], *, threshold: float, card: dict[str, Any]
) -> None:
    """Write a PNG for each image of `chosen`, `GROUP_NUMBER.png`; the folder is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    shown = chosen(images)
    for group in GROUPS:
        for number, image in enumerate((its for name, its in shown if name == group), start=1):
            item = collected.items[image.row]
            predicted = collected.probability(image.row).double().numpy() >= threshold
            frame = int(item["frame"]) if item.get("frame") else None
            pixels = decode_image(item["image"], frame, window=card["window"])
            drawn = union(references(item, predicted.shape), predicted.shape)
            caption = [
                f"{group.replace('_', ' ')} {number} of {len(images)}: {_told(image)}",
                name_of(collected.items, image.row),
            ]
            caption += [SYNTHETIC] if card["dataset"]["synthetic"] else []
            write_bytes(
                folder / f"{group}_{number}.png", overlay(pixels, reference=drawn, predicted=predicted, caption=caption)
            )


def _told(image: Image) -> str:
    if image.normal:
        return f"no lesion, {100 * image.fit.predicted_pixels / image.pixels:.1f} % of the image predicted"
    return f"Dice {image.fit.dice:.3f}"
