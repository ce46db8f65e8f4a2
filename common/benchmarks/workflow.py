"""A bundle's real workflow beside bare loops: `train` and `infer`."""

import os
from pathlib import Path
from typing import NamedTuple

import torch
from monai.bundle import ConfigWorkflow

from ..bundles import bundle_root
from ..networks import Classifier
from .alone import fp32_alone
from .phantoms import prepared_phantoms
from .rivals import LOOPS, with_default_stem
from .rounds import Rounds, Step
from .table import Goal, Measurement

BUNDLE = "bundle: files, transforms, handlers"
BARE = "bare loop"
FP32 = "bare loop, fp32 (MONAI's default)"
STEM = "bare loop, MONAI's default ResNet50"

FASTER_THAN_FP32 = 2.5
"""What bfloat16 with channels-last should gain on a processor that multiplies it (3.2-3.5 was measured elsewhere)."""


class Workload(NamedTuple):
    """What a verb measures: a configuration, the ids of its engine and of its items, the bundle's goal."""

    config: str
    engine: str
    items: str
    at_least: float | None


WORKLOADS = {
    "train": Workload("train.json", "train::trainer", "train::dataset::data", at_least=0.9),
    "infer": Workload("inference.json", "evaluator", "dataset::data", at_least=None),
}
"""By verb."""


def measure(folder: Path, *, verb: str, batch: int, size: int, steps: int, rounds: int) -> Measurement:
    """Return the images per second of a bundle's workflow and of bare loops with copies of its network.

    The workflow is `breast_us` as it stands, all layers of its ResNet50 trained, on phantoms of the published sizes;
    only its items are repeated, so that one epoch holds all rounds.

    Args:
        folder: An empty folder to work in.
        verb: A key of `WORKLOADS`.
        batch: Images of a step.
        size: Rows and columns of an image.
        steps: Steps of a round.
        rounds: How many rounds.
    """
    load, workload = os.getloadavg()[0], WORKLOADS[verb]
    workflow = _workflow(workload.config, folder, batch=batch, size=size)
    turns = Rounds(rounds=rounds, steps=steps, num_workers=workflow.parser["num_workers"])
    _repeat_items(workflow, workload.items, turns.iterations * batch)
    workflow.initialize()
    network, inferer, device = (workflow.parser.get_parsed_content(name) for name in ("network", "inferer", "device"))
    rivals = _rivals(verb, network, torch.rand(batch, 1, size, size, device=device), inferer.precision)
    seconds = turns.run(BUNDLE, workflow.parser.get_parsed_content(workload.engine), rivals)
    return Measurement(
        title=f"{verb}: ResNet50, batch {batch}, {size} x {size}, {inferer.precision}, {rounds} rounds x {steps} steps",
        unit="images/s",
        reference=BARE,
        rounds={name: [batch / value for value in values] for name, values in seconds.items()},
        goals=_goals(workload.at_least),
        load=load,
    )


def _workflow(config: str, folder: Path, *, batch: int, size: int) -> ConfigWorkflow:
    return ConfigWorkflow(
        str(Path(bundle_root("breast_us")) / "configs" / config),
        dataset_dir=str(prepared_phantoms(folder)),
        ckpt_dir=str(folder / "models"),
        output_dir=str(folder / "eval"),
        batch_size=batch,
        image_size=[size, size],
    )


def _repeat_items(workflow: ConfigWorkflow, items: str, count: int) -> None:
    expression = workflow.parser[items].removeprefix("$")
    workflow.parser[items] = f"$({expression} * {count})[:{count}]"


def _rivals(verb: str, network: Classifier, images: torch.Tensor, precision: str) -> dict[str, Step]:
    loop = LOOPS[verb]
    return {
        BARE: loop(network, images, precision),
        FP32: fp32_alone(verb, batch=len(images), size=images.shape[-1]),
        STEM: loop(with_default_stem(network), images, precision),
    }


def _goals(at_least: float | None) -> tuple[Goal, ...]:
    return (
        Goal(name="bundle / bare loop", of=BUNDLE, to=BARE, at_least=at_least),
        Goal(name="bare loop / fp32: what precision gains", of=BARE, to=FP32, at_least=FASTER_THAN_FP32),
        Goal(name="bundle / fp32", of=BUNDLE, to=FP32),
        Goal(name="bare loop / MONAI's default ResNet50", of=BARE, to=STEM),
    )
