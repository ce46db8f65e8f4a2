"""What the pretraining's `evaluate.json` writes: scores overall, by class and by kind of class, and a page of them."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...files import read_json, write_json
from ...metrics import fit_temperature
from ...pretraining import class_table
from ...pretraining.names import image_names
from ...runs import read_model, versions
from ...statistics import Interval, proportion_interval
from ..page import write_report
from ..scores import IMAGE_LEVEL
from .figures import write_figures
from .scores import Measured, grouped, measure, scores_of
from .tables import write_classes, write_groups, write_images

if TYPE_CHECKING:
    from ...handlers import CollectPredictions

_logger = logging.getLogger(__name__)


def write_pretraining(
    valid: "CollectPredictions", test: "CollectPredictions", *, ckpt_dir: str, output_dir: str, dataset_dir: str
) -> None:
    """Score the test part and write everything into `output_dir`; the temperature, of validation, into `model.json`.

    Args:
        valid: Predictions of the validation part.
        test: Predictions of the test part.
        ckpt_dir: Where `model.json` is.
        output_dir: Gets `metrics.json`, `classes.csv`, `groups.csv`, `predictions.csv`, figures and `report.html`.
        dataset_dir: The store.
    """
    card, folder, names = read_model(ckpt_dir), Path(output_dir), test.items.class_names
    synthetic = card["dataset"]["synthetic"]
    measured = measure(_labels(test), test.probabilities)
    kinds = kinds_of(names)
    metrics = {
        **{key: card[key] for key in ("run_key", "task", "weights_source", "dataset", "fold")},
        "level": IMAGE_LEVEL,
        "class_names": names,
        "temperature": fit_temperature(_labels(valid), valid.probabilities),
        "validation": {"images": len(valid.items), "top1": _top1(valid).as_dict()},
        "test": {"images": len(test.items), "patients": None, **scores_of(measured, range(len(names)))},
        **grouped(measured, kinds),
    }
    write_json(folder / "metrics.json", metrics)
    write_json(Path(ckpt_dir) / "model.json", {**card, "temperature": metrics["temperature"]})
    counts = test.items.card.counts
    write_classes(folder / "classes.csv", measured, class_names=names, kinds=kinds, counts=counts, synthetic=synthetic)
    write_groups(folder / "groups.csv", grouped(measured, kinds), synthetic=synthetic)
    images = image_names(test.items, range(len(test.items)))
    write_images(
        folder / "predictions.csv", images, measured.label, test.probabilities, class_names=names, synthetic=synthetic
    )
    record = read_json(folder / "run.json", default={**card, **versions()})
    write_json(folder / "run.json", {**record, "images": {**record["images"], "test": len(test.items)}})
    _write_page(
        folder,
        measured,
        metrics,
        record.get("history", []),
        trained_on=counts["train"],
        card=card,
        ckpt_dir=ckpt_dir,
        data=dataset_dir,
    )


def _write_page(
    folder: Path,
    measured: Measured,
    metrics: dict[str, Any],
    history: list[dict[str, float]],
    *,
    trained_on: dict[str, int],
    card: dict[str, Any],
    ckpt_dir: str,
    data: str,
) -> None:
    basis = f"{card['dataset']['name']}, official split; {card['backbone']} from {card['weights_source']}"
    result = sentence(metrics, synthetic=card["dataset"]["synthetic"])
    names = metrics["class_names"]
    write_figures(
        folder,
        measured,
        history,
        trained_on=[trained_on[name] for name in names],
        groups=kinds_of(names)["modality"],
        subtitle=f"{basis}; {IMAGE_LEVEL}",
        synthetic=card["dataset"]["synthetic"],
    )
    write_report(folder, result=result, basis=basis, ckpt_dir=ckpt_dir, dataset_dir=data)
    _logger.info("%s; %s; report: %s", result, basis, folder / "report.html")


def kinds_of(class_names: list[str]) -> dict[str, list[str]]:
    """Return modality, anatomy and organ system of each class, `other` for one that is none of RadImageNet's."""
    known = {its.label: its for its in class_table()}
    columns = ("modality", "anatomy", "system")
    return {column: [getattr(known.get(name), column, "other") for name in class_names] for column in columns}


def sentence(metrics: dict[str, Any], *, synthetic: bool) -> str:
    """Return the result in one line, with its interval, its n, and what it stands on."""
    test = metrics["test"]
    mark = "SYNTHETIC images (phantoms): " if synthetic else ""
    names = {"top1": "top-1", "top5": "top-5", "balanced_accuracy": "balanced accuracy"}
    told = ", ".join(f"{word} {Interval(**test[name]).bounds()}" for name, word in names.items())
    return f"{mark}test {told}, n = {test['images']} images of {len(metrics['class_names'])} classes ({IMAGE_LEVEL})"


def _labels(collected: "CollectPredictions") -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.asarray(collected.items.labels, dtype=np.int64)


def _top1(collected: "CollectPredictions") -> Interval:
    return proportion_interval(collected.probabilities.argmax(axis=1) == _labels(collected))
