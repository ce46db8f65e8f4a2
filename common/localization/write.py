"""What `scripts/localize.py` leaves: scores, a row per image, the curve, pictures and a page."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..files import write_json, write_text
from ..metrics.predictions import SYNTHETIC
from ..report.figures import provenance
from ..statistics import Interval
from .localise import Localised
from .model import Model
from .overlap import THRESHOLDS
from .page import write_page
from .pictures import write_pictures
from .plots import plot_curve
from .scores import curves, measures, scores_of, thresholds

CARD = ("run_key", "task", "class_names", "backbone", "weights_source", "dataset", "fold", "image_size")
"""Keys of `model.json` that `metrics.json` repeats: what the scores are of."""


def write_localisation(
    folder: Path, model: Model, parts: Mapping[str, Localised], *, method: str, layer: str, images: int
) -> dict[str, Any]:
    """Write `metrics.json`, `images.csv`, `curve.csv`, `curve.png`, `pictures/` and `localization.html`.

    Args:
        folder: Where to.
        model: The model.
        parts: Of `localise`, with baselines.
        method: A key of `METHODS`.
        layer: As it was asked for.
        images: How many pictures.

    Returns:
        The content of `metrics.json`.
    """
    card, curve = model.card, curves(parts["test"])
    told = {
        **{key: card[key] for key in CARD},
        "method": method,
        "layer": layer,
        "seed_of_random_weights": model.seed,
        **scores_of(parts),
    }
    synthetic = card["dataset"]["synthetic"]
    write_json(folder / "metrics.json", told)
    write_text(folder / "images.csv", _images(parts, synthetic=synthetic))
    write_text(folder / "curve.csv", _curve(curve, synthetic=synthetic))
    subtitle = f"{provenance(card)}; {told['level']}"
    plot_curve(folder / "curve.png", curve, told["thresholds"], subtitle=subtitle, synthetic=synthetic)
    write_pictures(folder / "pictures", model, parts, count=images, method=method)
    write_page(folder, told, basis=provenance(card))
    return told


def _images(parts: Mapping[str, Localised], *, synthetic: bool) -> str:
    """Return a row per image that shows a lesion: whose it is, how large, and each measure of each arm."""
    chosen = thresholds(parts["valid"])
    rows = []
    for name, part in parts.items():
        found = measures(part, chosen)
        share = part.masks.mean(axis=(1, 2))
        for place, item in enumerate(part.items):
            rows.append(
                {
                    **{"image": item["name"], "frame": item["frame"], "patient": item["patient"], "part": name},
                    **{"label": item["label"], "lesion_share": f"{share[place]:.5f}"},
                    **{
                        f"{measure}:{arm}": f"{values[place]:.5f}"
                        for arm, its in found.items()
                        for measure, values in its.items()
                    },
                }
            )
    return _table(rows, synthetic=synthetic)


def _curve(curve: Mapping[str, Mapping[str, list[Interval]]], *, synthetic: bool) -> str:
    """Return a row per arm and threshold: mean Dice and IoU of the test part with their intervals."""
    rows = []
    for arm, its in curve.items():
        for place, threshold in enumerate(THRESHOLDS):
            row: dict[str, Any] = {"arm": arm, "threshold": f"{threshold:.3f}", "n": its["dice"][place].n}
            for measure in ("dice", "iou"):
                score = its[measure][place].as_dict()
                row |= {f"{measure}_{key}": f"{score[key]:.5f}" for key in ("value", "low", "high")}
            rows.append(row)
    return _table(rows, synthetic=synthetic)


def _table(rows: list[dict[str, Any]], *, synthetic: bool) -> str:
    """Return rows as CSV; those from phantoms say so in their last column, as in `predictions.csv`."""
    mark = {SYNTHETIC: "yes"} if synthetic else {}
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [*rows[0], *mark], lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, **mark} for row in rows)
    return buffer.getvalue()
