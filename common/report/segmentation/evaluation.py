"""What a segmenter's `evaluate.json` writes: tables, scores, figures, and the threshold that goes with the model."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...files import read_json, write_json
from ...runs import read_model, versions
from ...statistics import Interval
from ..figures import provenance
from ..page import write_report
from ..plots import plot_learning_curves
from ..scores import Scores
from ..tables import write_columns
from .figures import plot_dice, write_overlays
from .measure import chosen_threshold, measured
from .scores import segmentation_scores
from .tables import image_rows, lesion_rows

if TYPE_CHECKING:
    from ...handlers import CollectMasks

_logger = logging.getLogger(__name__)


def write_evaluation(
    valid: "CollectMasks", test: "CollectMasks", *, ckpt_dir: str, output_dir: str, dataset_dir: str
) -> None:
    """Measure both parts at the size of their files and write everything into `output_dir`.

    The threshold, chosen on the validation part, is added to `model.json`.

    Args:
        valid: What was said of the validation part.
        test: What was said of the test part.
        ckpt_dir: Where `model.json` is.
        output_dir: Gets `images.csv`, `lesions.csv`, `metrics.json`, `run.json`, `overlays/`, the figures and the
            report.
        dataset_dir: The prepared data set, whose audit the report quotes.
    """
    card, folder = read_model(ckpt_dir), Path(output_dir)
    synthetic = card["dataset"]["synthetic"]
    threshold = chosen_threshold(valid)
    parts = {"valid": (valid, measured(valid, threshold)), "test": (test, measured(test, threshold))}
    images = parts["test"][1]
    scores = segmentation_scores(
        parts["valid"][1], images, validation_items=valid.items, test_items=test.items, threshold=threshold
    )
    record = read_json(folder / "run.json", default={**card, **versions()})
    for name, rows_of in (("images", image_rows), ("lesions", lesion_rows)):
        tables = [rows_of(collected, its, card, part=part) for part, (collected, its) in parts.items()]
        columns = {key: [cell for table in tables for cell in table[key]] for key in tables[0]}
        write_columns(folder / f"{name}.csv", columns, synthetic=synthetic)
    facts = {key: card[key] for key in ("run_key", "task", "weights_source", "dataset", "fold")}
    write_json(folder / "metrics.json", {**facts, **scores, "out_of_range": card.get("out_of_range")})
    write_json(Path(ckpt_dir) / "model.json", {**card, "thresholds": scores["thresholds"]})
    write_json(folder / "run.json", {**record, "images": {**record["images"], "test": len(images)}})
    said: dict[str, Any] = {"subtitle": f"{provenance(card)}; {scores['level']}", "synthetic": synthetic}
    plot_dice(folder / "dice.png", images, scores, **said)
    if history := record.get("history"):
        path, loss = folder / "learning_curves.png", "Dice + cross-entropy"
        plot_learning_curves(path, history, metric="mean Dice", key="val_mean_dice", loss=loss, **said)
    write_overlays(folder / "overlays", test, images, threshold=threshold, card=card)
    result = sentence(scores, synthetic=synthetic)
    write_report(folder, result=result, basis=provenance(card), ckpt_dir=ckpt_dir, dataset_dir=dataset_dir)
    _logger.info("%s; %s; report: %s", result, provenance(card), folder / "report.html")


def sentence(scores: Scores, *, synthetic: bool) -> str:
    """Return the result in one line, with its interval and its n."""
    test = scores["test"]
    mark = "SYNTHETIC images (phantoms): " if synthetic else ""
    patients = f" of {test['patients']} patients" if test["patients"] else ""
    found = test["per_lesion"]["found"]
    normals = ""
    if "normals" in test:
        wrong = test["normals"]["false_positives"]
        normals = f"; something predicted in {Interval(**wrong)} normal images"
    return (
        f"{mark}test mean Dice {Interval(**test['per_lesion']['dice'])} lesions{patients} ({scores['level']}), "
        f"share found {Interval(**found).bounds()}{normals}"
    )
