"""Heads on stored features beside the bundle itself, which forwards every image in every epoch: `frozen`."""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from monai.bundle import ConfigWorkflow
from tqdm import tqdm

from ..bundles import bundle_root
from ..comparison.evidence import patients as whose
from ..features.extract import extract
from ..features.runs import evaluate, train
from ..metrics import Predictions, read_predictions
from ..statistics import Interval
from ..statistics.delong import auc_interval
from .table import Goal, Measurement

PASS, STORED, FORWARDED = (
    "one pass: features of all images",
    "that pass, and every head on it",
    "forwarding every epoch",
)

FASTER, PASSES = 20, 1.5
"""The least that stored features gain, and the most that all of it costs, in passes over the data."""

FOLDS = range(5)


@dataclass(frozen=True)
class _Trainings:
    """The same trainings in two ways: same random weights, same clean images in the same order, as many epochs."""

    folder: Path
    config: str
    knobs: dict[str, Any]

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def extract(self) -> None:
        extract(self.config, _words(self.knobs), store=self.store, views=0)

    def on_features(self, fold: int) -> None:
        train(self.config, _words({**self.knobs, "fold": fold, **self._places("stored", fold)}), store=self.store)
        self.tested("stored", fold)

    def forwarding(self, fold: int) -> None:
        changed = {**self.knobs, "fold": fold, **self._places("forwarded", fold), "train::random_transforms": []}
        workflow = ConfigWorkflow(self.config, **changed)
        workflow.initialize()
        workflow.run()

    def tested(self, way: str, fold: int) -> Predictions:
        """Return what a trained head says of the test part."""
        where, files = self._places(way, fold), [self.config, self.config.replace("train.json", "evaluate.json")]
        evaluate(repr(files), _words({"dataset_dir": self.knobs["dataset_dir"], **where}), store=self.store)
        return read_predictions(Path(where["output_dir"]) / "predictions.csv").select("test")

    def _places(self, way: str, fold: int) -> dict[str, str]:
        folder = self.folder / way / str(fold)
        return {"ckpt_dir": str(folder / "models"), "output_dir": str(folder / "eval")}


def measure(folder: Path, *, patients: int, size: int, epochs: int) -> Measurement:
    """Return the seconds of five folds of `breast_us`, its backbone frozen, on phantoms; with tests if on features.

    Args:
        folder: Where everything is written.
        patients: Phantom patients, 1 or 2 images each.
        size: Rows and columns of an image.
        epochs: Of every training.
    """
    from ..datasets.prepare import prepare
    from ..phantoms import busbra

    load = os.getloadavg()[0]
    busbra.write(folder / "phantoms", patients=patients, seed=0, difficulty=0.2)
    knobs = {
        **{"dataset_dir": str(prepare(busbra.NAME, folder / "phantoms", folder / "data").folder)},
        **{"image_size": [size, size], "trainable": "head", "pretrained": "random", "learning_rate": 0.001},
        **{"max_epochs": epochs, "patience": epochs},
    }
    trainings = _Trainings(folder, str(Path(bundle_root("breast_us")) / "configs" / "train.json"), knobs)
    one_pass = _seconds(trainings.extract)
    heads, slow = (
        [_seconds(partial(way, fold)) for fold in tqdm(FOLDS, name, unit="fold", disable=None)]
        for name, way in (("stored", trainings.on_features), ("forwarding", trainings.forwarding))
    )
    seconds = {PASS: one_pass, STORED: one_pass + sum(heads), FORWARDED: sum(slow)}
    areas = [_area([trainings.tested(way, fold) for fold in FOLDS]) for way in ("stored", "forwarded")]
    used = ", ".join(f"{name} {its[1]:.1f}" for name, its in seconds.items())
    return Measurement(
        title=f"frozen: {len(FOLDS)} folds x {epochs} epochs, {patients} patients, {size} x {size}, clean images alone",
        unit="s",
        reference=PASS,
        rounds={name: [float(its[0])] for name, its in seconds.items()},
        goals=(
            Goal(name="forwarding every epoch / stored", of=FORWARDED, to=STORED, at_least=FASTER),
            Goal(name="passes over the data", of=STORED, to=PASS, at_most=PASSES),
        ),
        load=load,
        notes=(f"processor seconds: {used}", "test AUC within folds: stored {}, forwarded {}".format(*areas)),
    )


def _words(values: dict[str, Any]) -> dict[str, str]:
    return {key: its if isinstance(its, str) else json.dumps(its) for key, its in values.items()}


def _seconds(step: Callable[[], object]) -> Any:
    """Return the seconds by the clock, and those of processors, that a step takes, `(2,)`."""
    began, used = time.perf_counter(), sum(os.times()[:4])
    step()
    return np.array([time.perf_counter() - began, sum(os.times()[:4]) - used])


def _area(folds: Sequence[Predictions]) -> Interval:
    columns = zip(*((its.label, its.positive, whose(its), its.fold) for its in folds), strict=True)
    label, score, patient, fold = (np.concatenate(column) for column in columns)
    return auc_interval(label, score, patients=patient, folds=fold)
