"""What `inference.json` writes: a row per image that could be read, and why each of the others could not."""

import csv
import io
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ImageError
from ..files import write_text
from ..metrics import write_predictions
from ..runs import read_model
from .tables import table

if TYPE_CHECKING:
    from ..handlers import CollectPredictions

_logger = logging.getLogger(__name__)


def write_inference(collected: "CollectPredictions", *, ckpt_dir: str, output_dir: str) -> None:
    """Write `inference/predictions.csv`, and `inference/refused.csv` (image, reason) of what is no readable image.

    Raises:
        ImageError: After both are written: at least one file was refused.
    """
    folder, card = Path(output_dir) / "inference", read_model(ckpt_dir)
    predictions = table(collected, {**card, "fold": ""}, part="")
    refused = np.array([bool(reason) for reason in collected.refused])
    write_predictions(folder / "predictions.csv", predictions.rows(~refused), synthetic=card["dataset"]["synthetic"])
    reasons = [(image, reason) for image, reason in zip(predictions.image, collected.refused, strict=True) if reason]
    _write_refused(folder / "refused.csv", reasons)
    synthetic = ", trained on SYNTHETIC images" if card["dataset"]["synthetic"] else ""
    scored = np.count_nonzero(~refused)
    _logger.info("%d images scored by %s%s: %s", scored, card["backbone"], synthetic, folder / "predictions.csv")
    if reasons:
        raise ImageError(
            f"{len(reasons)} of {len(refused)} files were refused, e.g. {reasons[0][1]}; "
            f"all are in {folder / 'refused.csv'}"
        )


def _write_refused(path: Path, reasons: list[tuple[str, str]]) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["image", "reason"])
    writer.writerows(reasons)
    write_text(path, buffer.getvalue())
