"""Every form of a network beside PyTorch in float32: difference, speed, size, and change of the score."""

import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..benchmarks.rounds import seconds_per_step
from ..files import read_json, sha256_of_file, write_json
from ..runs import read_model, versions
from ..statistics.power import MARGIN
from .evaluation import SCORES, Images, change, read_images
from .network import trained_network
from .openvino import CALIBRATION, convert
from .runners import Form, forms

BATCHES = (1, 16)
"""At which images per second are measured."""

ROUNDS, STEPS = 5, 3
"""Rounds in which all forms take turns, so that drift of the machine hits all; their median is told."""

PLACE = "formats"
"""The folder in a bundle's `eval` that keeps what was measured, and the OpenVINO files that it was measured with."""


def measure(bundle: Path, exported: Path, *, weights: Path, dataset_dir: str = "") -> dict[str, Any]:
    """Measure an exported bundle's forms on the test part, write `eval/formats/formats.json`, and return it.

    OpenVINO's files are made beside it; INT8 stays only if the change of its score lies inside the margin.

    Args:
        bundle: In the repository.
        exported: Its portable form, with the formats to measure.
        weights: What was exported.
        dataset_dir: Prepared data (default: those of `train.json`).

    Raises:
        UserError: No such data.
        ExportError: OpenVINO is not installed.
    """
    card, place = read_model(weights.parent), bundle / "eval" / PLACE
    images = read_images(bundle, weights.parent, dataset_dir, calibration=CALIBRATION)
    convert(exported / "models" / "model.onnx", place, images.calibration)
    threshold = float(card.get("thresholds", {}).get("dice", 0.5)) if card["task"] == "segmentation" else 0.5
    with torch.no_grad():
        found = forms(trained_network(bundle, weights), exported / "models", openvino_in=place)
        rows = _compared(found, images, task=card["task"], threshold=threshold)
        rates = _rates(found, images.images[0].shape)
    for row, form in zip(rows, found, strict=True):
        row["images_per_second"] = {str(batch): rates[form.name, batch] for batch in BATCHES}
        row["kept"] = form.name != "OpenVINO INT8" or within_margin(row["change"])
    kept = [path.name for form, row in zip(found, rows, strict=True) if row["kept"] for path in form.files]
    for path in place.glob("openvino_*"):
        if path.name not in kept:
            path.unlink()
    measured = {
        "model_sha256": sha256_of_file(weights),
        "task": card["task"],
        "score": SCORES.get(card["task"], "share of right answers"),
        "image_size": card["image_size"],
        "margin": MARGIN,
        "calibration_images": len(images.calibration),
        "files": {path.name: sha256_of_file(path) for path in sorted(place.glob("openvino_*"))},
        "rows": rows,
        **versions(),
    }
    write_json(place / "formats.json", measured)
    return measured


def measured_of(bundle: Path, weights: Path) -> dict[str, Any]:
    """Return what was measured of these very weights; empty if nothing was."""
    measured: dict[str, Any] = read_json(bundle / "eval" / PLACE / "formats.json", default={})
    return measured if measured and measured["model_sha256"] == sha256_of_file(weights) else {}


def within_margin(change: dict[str, Any]) -> bool:
    """Return whether the interval of a change of the score lies inside the margin of equivalence."""
    bounds = [change["value"] if math.isnan(bound) else bound for bound in (change["low"], change["high"])]
    return all(-MARGIN < bound < MARGIN for bound in bounds)


def _compared(found: Sequence[Form], images: Images, *, task: str, threshold: float) -> list[dict[str, Any]]:
    reference = _logits(found[0], images)
    rows = []
    for form in found:
        logits = reference if form is found[0] else _logits(form, images)
        difference = change(task, images, logits, reference, threshold=threshold)
        rows.append(
            {
                "name": form.name,
                "max_difference": float(np.abs(logits - reference).max()),
                "bytes": sum(path.stat().st_size for path in form.files),
                "change": difference.as_dict(),
            }
        )
    return rows


def _logits(form: Form, images: Images) -> NDArray[Any]:
    return np.concatenate([np.asarray(form.run(image)) for image in images.images])


def _rates(found: Sequence[Form], shape: Sequence[int]) -> dict[tuple[str, int], float]:
    """Return images per second, by form and batch."""
    seconds: dict[tuple[str, int], list[float]] = {}
    for batch in BATCHES:
        image = torch.rand(batch, *shape[1:], generator=torch.Generator().manual_seed(0))
        for _ in range(ROUNDS):
            for form in found:
                step = lambda form=form, image=image: form.run(image)  # noqa: E731  bound now
                seconds.setdefault((form.name, batch), []).append(seconds_per_step(step, steps=STEPS))
    return {(name, batch): batch / statistics.median(times) for (name, batch), times in seconds.items()}
