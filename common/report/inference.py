"""What `inference.json` writes: a row per image that could be read, one per patient, and why others were refused."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ImageError
from ..files import write_json
from ..metrics import write_predictions
from ..runs import read_model
from .decisions import Columns, calibrated, decisions, patients_table
from .out_of_range import out_of_range
from .tables import table, write_columns

if TYPE_CHECKING:
    from ..handlers import CollectAppearance, CollectPredictions

MEANING = {
    "probability:": "what the network says, uncalibrated",
    "calibrated:": "after the temperature that was fitted on validation",
    "decision:youden": "probability >= the threshold of greatest sensitivity + specificity on validation",
    "decision:sensitivity_95": "probability >= the highest threshold that finds 95 % of the positives of validation",
    "out_of_range": "why the image is unlike the training images (modality, size, intensity, features); else empty",
    "mean: and max: in patients.csv": "pooled over the images of a study, else a patient, else of the image alone",
}
"""Of the columns, by what their names begin with."""

_logger = logging.getLogger(__name__)


def write_inference(
    collected: "CollectPredictions", *, appearance: "CollectAppearance", ckpt_dir: str, output_dir: str
) -> None:
    """Write into `inference/` what can be said of each image, of each patient, and of those that were refused.

    `predictions.csv` has a row per image, `patients.csv` a row per study, else patient, `refused.csv` (image, reason)
    what is no readable image, `about.json` what the columns mean and how far they can be trusted. A model that was not
    evaluated has neither thresholds nor temperature: its columns are left out.

    Args:
        collected: What the network said.
        appearance: What the images look like.
        ckpt_dir: Where the model is.
        output_dir: Where `inference/` goes.

    Raises:
        ImageError: After all is written: at least one file was refused.
    """
    folder, card = Path(output_dir) / "inference", read_model(ckpt_dir)
    predictions = table(collected, {**card, "fold": ""}, part="")
    kept = np.array([not reason for reason in collected.refused], dtype=np.bool_)
    scored = predictions.rows(kept)
    flags: list[str] = []
    if "out_of_range" in card:
        named = out_of_range(appearance, card=card, ckpt_dir=ckpt_dir)
        flags = [flag for flag, its in zip(named, kept, strict=True) if its]
    more: Columns = {}
    if "temperature" in card:
        more = calibrated(scored.probabilities, card) | decisions(scored.probabilities, card)
    more |= {"out_of_range": flags} if "out_of_range" in card else {}
    synthetic = bool(card["dataset"]["synthetic"])
    write_predictions(folder / "predictions.csv", scored, synthetic=synthetic, more=more)
    write_columns(folder / "patients.csv", patients_table(scored, flags, card), synthetic=synthetic)
    reasons = [(image, reason) for image, reason in zip(predictions.image, collected.refused, strict=True) if reason]
    images, texts = zip(*reasons, strict=True) if reasons else ((), ())
    write_columns(folder / "refused.csv", {"image": list(images), "reason": list(texts)})
    write_json(folder / "about.json", _about(card))
    _say(card, flags, scored=len(scored), folder=folder)
    if reasons:
        raise ImageError(
            f"{len(reasons)} of {len(kept)} files were refused, e.g. {reasons[0][1]}; "
            f"all are in {folder / 'refused.csv'}"
        )


def _about(card: dict[str, Any]) -> dict[str, Any]:
    keys = ("run_key", "backbone", "weights_source", "dataset", "fold", "thresholds", "temperature", "out_of_range")
    return {"model": {key: card[key] for key in keys if key in card}, "columns": MEANING}


def _say(card: dict[str, Any], flags: list[str], *, scored: int, folder: Path) -> None:
    synthetic = ", trained on SYNTHETIC images" if card["dataset"]["synthetic"] else ""
    tables = f"{folder / 'predictions.csv'}, and by patient in patients.csv"
    _logger.info("%d images scored by %s%s: %s", scored, card["backbone"], synthetic, tables)
    if "temperature" not in card:
        _logger.info("not evaluated yet, so probabilities alone: evaluate.json gives decisions and out_of_range")
    elif flags and any(flags):
        wrong = card["out_of_range"]["false_positives"]["images"]
        _logger.info(
            "%d of %d images are out of range; of test images it was %.1f %% [%.1f, %.1f], n = %d",
            sum(map(bool, flags)), scored, *(100 * wrong[key] for key in ("value", "low", "high")), wrong["n"],
        )  # fmt: skip
