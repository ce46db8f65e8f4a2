"""What `evaluate.json` writes: predictions, scores, figures, and the thresholds that go with the model."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..files import read_json, write_json
from ..metrics import Predictions, write_predictions
from ..runs import read_model, versions
from ..statistics import Interval
from .figures import provenance, write_figures
from .page import write_report
from .scores import Scores, scores_of
from .tables import Said, joined, table

if TYPE_CHECKING:
    from ..handlers import CollectPredictions

_logger = logging.getLogger(__name__)


def write_evaluation(
    valid: "CollectPredictions", test: "CollectPredictions", *, ckpt_dir: str, output_dir: str, dataset_dir: str
) -> None:
    """Score the test part and write everything into `output_dir`.

    Thresholds and temperature, chosen on the validation part, are added to `model.json`.

    Args:
        valid: Predictions of the validation part.
        test: Predictions of the test part.
        ckpt_dir: Where `model.json` is.
        output_dir: Gets `predictions.csv`, `metrics.json`, `run.json`, the figures and `report.html`.
        dataset_dir: The prepared data set, whose audit the report quotes.
    """
    card, folder = read_model(ckpt_dir), Path(output_dir)
    tested, scores, record = write_scores(valid, test, card, ckpt_dir=ckpt_dir, output_dir=output_dir)
    paths = [item["image"] for item in test.items]
    write_figures(folder, tested, scores, card=card, history=record.get("history", []), paths=paths)
    told, basis = sentence(card, scores), provenance(card)
    result = told.removesuffix(f"; {basis}")
    write_report(folder, result=result, basis=basis, ckpt_dir=ckpt_dir, dataset_dir=dataset_dir)
    _logger.info("%s; report: %s", told, folder / "report.html")


def write_scores(
    valid: Said, test: Said, card: dict[str, Any], *, ckpt_dir: str, output_dir: str
) -> tuple[Predictions, Scores, dict[str, Any]]:
    """Write `predictions.csv`, `metrics.json`, `run.json`, and into `model.json` thresholds and temperature.

    Args:
        valid: Predictions of the validation part.
        test: Predictions of the test part.
        card: `model.json`.
        ckpt_dir: Where it is.
        output_dir: Gets the files.

    Returns:
        The predictions of the test part, the scores, and what was in `run.json`.
    """
    folder = Path(output_dir)
    validated, tested = table(valid, card, part="valid"), table(test, card, part="test")
    scores = scores_of(validated, tested, task=card["task"], ordered=card["dataset"].get("ordered", False))
    record = read_json(folder / "run.json", default={**card, **versions()})
    write_predictions(folder / "predictions.csv", joined(validated, tested), synthetic=card["dataset"]["synthetic"])
    facts = {key: card[key] for key in ("run_key", "task", "weights_source", "dataset", "fold")}
    write_json(folder / "metrics.json", {**facts, **scores, "out_of_range": card.get("out_of_range")})
    write_json(Path(ckpt_dir) / "model.json", {**card, **{key: scores[key] for key in ("thresholds", "temperature")}})
    write_json(folder / "run.json", {**record, "images": {**record["images"], "test": len(tested)}})
    return tested, scores, record


def sentence(card: dict[str, Any], scores: Scores) -> str:
    """Return the result in one line, with its interval, its n, what it stands on, and whether it is synthetic."""
    test, auc = scores["test"], scores["test"]["auc"]
    synthetic = "SYNTHETIC images (phantoms): " if card["dataset"]["synthetic"] else ""
    patients = f" of {test['patients']} patients" if test["patients"] else ""
    return (
        f"{synthetic}test {_measured(card, scores)} {Interval(**auc)} images{patients} "
        f"({scores['level']}){_also(card, scores)}; {provenance(card)}"
    )


def _measured(card: dict[str, Any], scores: Scores) -> str:
    """Return of what the AUC is."""
    if card["task"] == "binary":
        return f"AUC of {scores['positive_class']}"
    if card["task"] == "multiclass":
        return f"AUC, mean of {len(scores['class_names'])} classes against the rest,"
    return f"AUC, mean of {len(scores['class_names'])} findings,"


def _also(card: dict[str, Any], scores: Scores) -> str:
    """Return what else the reader must know: how well a scale is hit, how few positives a finding has."""
    if scores.get("ordered"):
        return f"; quadratic kappa {Interval(**scores['test']['kappa_quadratic'])}"
    if card["task"] == "multilabel":
        classes = scores["test"]["classes"]
        rarest = min(classes, key=lambda name: classes[name]["positives"])
        return f"; fewest positives: {classes[rarest]['positives']} {rarest}"
    return ""
