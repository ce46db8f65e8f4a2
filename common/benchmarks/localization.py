"""Localisation, from files to pictures, beside bare loops of the passes that it is made of: `localize`."""

import os
import time
from pathlib import Path
from typing import Any

import torch
from monai.bundle import ConfigWorkflow
from tqdm import tqdm

from ..bundles import bundle_root
from ..localization import Model, localise, measured_items, open_model, write_localisation
from .phantoms import prepared_phantoms
from .rivals import backward_loop, inference_loop
from .rounds import seconds_per_step
from .table import Goal, Measurement

LOCALISE = "localize: files, baselines, scores, pictures"
BARE = "bare loop: forward and backward"
FORWARD = "bare loop: forward alone"

AT_MOST = 2.5
"""What localisation may take of the time of its images' forward and backward passes."""


def measure(folder: Path, *, images: int, batch: int, size: int, steps: int, rounds: int) -> Measurement:
    """Return the images per second of `scripts/localize.py` and of bare loops on a batch in memory.

    The classifier is `breast_us`'s ResNet50, untrained, which costs what a trained one does; phantoms of the published
    sizes are repeated. Everything counts but the start of Python and the reading of the model.

    Args:
        folder: An empty folder to work in.
        images: Of a round of localisation.
        batch: Images of a step.
        size: Rows and columns of an image.
        steps: Steps of a round of the bare loops.
        rounds: How many rounds.
    """
    load, data = os.getloadavg()[0], str(prepared_phantoms(folder))
    model = _model(folder, dataset_dir=data, batch_size=batch, image_size=[size, size])
    items = _repeated(measured_items(model), images)
    batched, precision = torch.rand(batch, 1, size, size, device=model.device), model.card["precision"]
    rivals = {
        BARE: backward_loop(model.network, batched, precision),
        FORWARD: inference_loop(model.network, batched, precision),
    }
    rows: dict[str, list[float]] = {name: [] for name in (LOCALISE, *rivals)}
    for _ in tqdm(range(rounds), desc="localize", unit="round", disable=None):
        began = time.perf_counter()
        parts = localise(model, items)
        write_localisation(folder / "out", model, parts, method="grad_cam", layer="last", images=12)
        rows[LOCALISE].append(images / (time.perf_counter() - began))
        for name, step in rivals.items():
            rows[name].append(batch / seconds_per_step(step, steps=steps))
    return Measurement(
        title=f"localize: ResNet50, {images} images, batch {batch}, {size} x {size}, {precision}, {rounds} rounds",
        unit="images/s",
        reference=BARE,
        rounds=rows,
        goals=(
            Goal(name="time of localize / forward and backward", of=BARE, to=LOCALISE, at_most=AT_MOST),
            Goal(name="time of localize / forward alone", of=FORWARD, to=LOCALISE),
        ),
        load=load,
    )


def _model(folder: Path, **knobs: Any) -> Model:
    """Return the model that a run leaves before its first step."""
    places = {"ckpt_dir": str(folder / "models"), "output_dir": str(folder / "eval")}
    parser = ConfigWorkflow(str(Path(bundle_root("breast_us")) / "configs/train.json"), **places, **knobs).parser
    run, network = parser.get_parsed_content("run_record"), parser.get_parsed_content("network")
    run.open(*(parser.get_parsed_content(f"{part}::dataset::data") for part in ("train", "validate")), network)
    run.save_model(network)
    del knobs["image_size"]  # the model knows it
    return open_model("breast_us", **places, **knobs)


def _repeated(items: dict[str, list[dict[str, Any]]], count: int) -> dict[str, list[dict[str, Any]]]:
    """Return `count` items in all, a third of them to validate, as a fold of ours has them (10 % and 20 %)."""
    counts = {"valid": count // 3, "test": count - count // 3}
    return {part: (own * counts[part])[: counts[part]] for part, own in items.items()}
