"""`localization.html`: the scores of a map beside its baselines, the curve and the pictures, on one page."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from ..files import write_text
from ..html import SYNTHETIC, document, table
from ..report.page import STYLE
from ..report.page.figures import figure
from ..report.page.parts import facts, note, section
from ..report.page.scores import interval, number
from ..statistics import Interval
from .baselines import ARMS
from .pictures import KINDS, NAMES
from .scores import MEASURES

HEADS = {"dice": "Dice", "iou": "IoU", "pointing": "pointing game", "energy": "energy inside"}
"""Measures as people call them."""

METHOD = (
    "{method} of the {layer} maps ({image_size} pixels), of the evidence for the image's own class, stretched to the "
    "network's input and divided by its maximum. Masks are resized to the same size, to the nearest pixel: stretching "
    "both alike changes no overlap. A region is where a map reaches its threshold; each row has its own, the best for "
    "mean Dice on the validation part. Pointing game: whether the map's strongest pixel lies inside the lesion (of the "
    "whole image, the chance to hit it). Energy inside: the share of the map's sum that does."
)
"""How it was measured."""

BASELINES = (
    "Centre prior: a Gaussian about the middle of the image. Whole image: every pixel is called lesion. Random "
    "weights: the same architecture, untrained (seed {seed}). Another patient's mask: the network's map of one image, "
    "the mask of an image drawn from other patients. What does not beat these has not found the lesion."
)
"""What stands beside it."""

PAGE_STYLE = ".pictures { grid-template-columns: 1fr; }"
"""Three panels need the width."""


def sentence(told: Mapping[str, Any]) -> str:
    """Return the result in one line: the map's Dice, its best baseline's, and their paired difference.

    Args:
        told: `metrics.json`.
    """
    test = told["test"]
    best = max((arm for arm in ARMS if arm != "map"), key=lambda arm: test[arm]["dice"]["value"])
    own, other, lead = test["map"]["dice"], test[best]["dice"], told["difference"][best]["dice"]
    synthetic = "SYNTHETIC images (phantoms): " if told["dataset"]["synthetic"] else ""
    patients = f" of {told['patients']} patients" if told["patients"] else ""
    return (
        f"{synthetic}{NAMES[told['method']]}, test Dice with the lesion {Interval(**own).bounds()}; best baseline "
        f"({ARMS[best]}) {Interval(**other).bounds()}; difference {Interval(**lead).bounds()}; n = {own['n']} "
        f"images{patients} ({told['level']})"
    )


def write_page(folder: Path, told: Mapping[str, Any], *, basis: str) -> None:
    """Write `localization.html` beside `curve.png` and `pictures/`, which it holds.

    Args:
        folder: Where they are.
        told: `metrics.json`.
        basis: What the scores stand on: data, network, weights.
    """
    pictures = [path for kind in KINDS for path in sorted((folder / "pictures").glob(f"{kind}_*.png"))]
    n = told["test"]["map"]["dice"]["n"]
    layer = f"stride-{told['layer']}" if str(told["layer"]).isdecimal() else str(told["layer"])
    size = " x ".join(map(str, told["image_size"]))
    words = METHOD.format(method=NAMES[told["method"]], layer=layer, image_size=size)
    curve = figure(folder / "curve.png", "Mean Dice of the test part at each threshold; dots: chosen on validation")
    content = document(
        f"Localisation: {told['dataset']['name']}",
        SYNTHETIC if told["dataset"]["synthetic"] else "",
        note(f"{sentence(told)}.", "result"),
        note(f"{basis}.", "faint"),
        note("Research only: not a medical device.", "faint"),
        "<main>",
        section("The map and its baselines", _scores(told["test"], told["thresholds"], n)),
        section("How far the map is ahead", _scores(told["difference"], None, n)),
        section("Over thresholds", f'<div class="grid">{curve}</div>'),
        section("Best, median and worst", _pictures(pictures)) if pictures else "",
        section("Method", note(words) + note(BASELINES.format(seed=told["seed_of_random_weights"]))),
        section("Counted", _counted(told)),
        "</main>",
        style=STYLE + PAGE_STYLE,
    )
    write_text(folder / "localization.html", content)


def _scores(found: Mapping[str, Any], thresholds: Mapping[str, float] | None, n: int) -> str:
    head = ["", *(HEADS[measure] for measure in MEASURES), *(["threshold"] if thresholds else [])]
    rows = [
        [
            escape(ARMS[arm] if thresholds else f"ahead of: {ARMS[arm]}"),
            *(f'<span class="number">{number(its[m]["value"])} {interval(its[m])}</span>' for m in MEASURES),
            *([f"{thresholds[arm]:.3f}"] if thresholds else []),
        ]
        for arm, its in found.items()
    ]
    kind = "Means" if thresholds else "Mean differences, paired by image,"
    return table(head, rows) + note(f"{kind} of n = {n} test images with a lesion; 95 % intervals.", "faint")


def _pictures(paths: list[Path]) -> str:
    figures = (figure(path, path.stem.replace("_", " ").capitalize()) for path in paths)
    return f'<div class="grid pictures">{"".join(figures)}</div>'


def _counted(told: Mapping[str, Any]) -> str:
    names = {
        "with_lesion": "with a lesion",
        "without_lesion": "empty masks, left out",
        "empty_map": "maps without evidence",
    }
    return facts(
        {f"{part}: {names[key]}": str(count) for part, its in told["images"].items() for key, count in its.items()}
    )
