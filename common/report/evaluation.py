"""What `evaluate.json` writes: predictions, scores, figures, and the thresholds that go with the model."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from ..files import read_json, write_json
from ..metrics import Predictions, write_predictions
from ..runs import read_model, versions
from .figures import provenance, write_figures
from .page import write_report
from .scores import Scores, binary_scores
from .tables import joined, table

if TYPE_CHECKING:
    from ..handlers import CollectPredictions

SCORES: dict[str, Callable[[Predictions, Predictions], Scores]] = {"binary": binary_scores}
"""How each `task` is scored."""

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

    Raises:
        ConfigError: A task that cannot be scored.
    """
    card, folder = read_model(ckpt_dir), Path(output_dir)
    if card["task"] not in SCORES:
        raise ConfigError(f"task is one of {', '.join(SCORES)}; got {card['task']!r}")
    validated, tested = table(valid, card, part="valid"), table(test, card, part="test")
    scores = SCORES[card["task"]](validated, tested)
    record = read_json(folder / "run.json", default={**card, **versions()})

    write_predictions(folder / "predictions.csv", joined(validated, tested), synthetic=card["dataset"]["synthetic"])
    told = {key: card[key] for key in ("run_key", "weights_source", "dataset", "fold")}
    write_json(folder / "metrics.json", {**told, **scores, "out_of_range": card.get("out_of_range")})
    write_json(Path(ckpt_dir) / "model.json", {**card, **{key: scores[key] for key in ("thresholds", "temperature")}})
    write_json(folder / "run.json", {**record, "images": {**record["images"], "test": len(tested)}})
    paths = [item["image"] for item in test.items]
    write_figures(folder, tested, scores, card=card, history=record.get("history", []), paths=paths)
    write_report(folder, result=sentence(card, scores), ckpt_dir=ckpt_dir, dataset_dir=dataset_dir)
    _logger.info("%s; report: %s", sentence(card, scores), folder / "report.html")


def sentence(card: dict[str, Any], scores: Scores) -> str:
    """Return the result in one line, with its interval, its n, what it stands on, and whether it is synthetic."""
    test, auc = scores["test"], scores["test"]["auc"]
    synthetic = "SYNTHETIC images (phantoms): " if card["dataset"]["synthetic"] else ""
    patients = f" of {test['patients']} patients" if test["patients"] else ""
    return (
        f"{synthetic}test AUC of {scores['positive_class']} {auc['value']:.3f} [{auc['low']:.3f}, {auc['high']:.3f}], "
        f"n = {auc['n']} images{patients} ({scores['level']}); {provenance(card)}"
    )
