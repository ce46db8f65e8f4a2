"""The images that inference should not be trusted with: what training images look like, kept beside the model."""

import io
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import RunError
from ..files import sha256, write_bytes, write_json
from ..metrics.out_of_range import SHARE, Reference, by_patient, flagged, named
from ..runs import read_model
from ..statistics import proportion_interval

if TYPE_CHECKING:
    from ..handlers import CollectAppearance

REFERENCE = "reference.npz"
"""Its name beside `model.pt`; not `.pt`, because MONAI Label serves the `.pt` with the shortest name."""

_logger = logging.getLogger(__name__)


def write_reference(
    training: "CollectAppearance", valid: "CollectAppearance", test: "CollectAppearance", *, ckpt_dir: str
) -> None:
    """Write `reference.npz`, and into `model.json` what flags an image and how often it does so in vain.

    Args:
        training: What training images look like; a sample of them.
        valid: The validation images, on which the thresholds are chosen.
        test: The test images: of patients like those trained on, so whatever is flagged is a false positive.
        ckpt_dir: Where the model is.
    """
    reference = Reference(training.appearance(), _patients(training.items))
    thresholds = reference.thresholds(valid.appearance(), _patients(valid.items))
    buffer = io.BytesIO()
    reference.write(buffer)
    write_bytes(Path(ckpt_dir) / REFERENCE, buffer.getvalue())
    flags = flagged(reference.distances(test.appearance()), thresholds)
    out, patients = flags.max(axis=1), _patients(test.items)
    told = {
        "reference_images": len(training.items),
        "reference_sha256": sha256(buffer.getvalue()),
        "flagged_in_validation_at_most": SHARE,
        "thresholds": thresholds,
        "false_positives": {
            "patients": proportion_interval(by_patient(out, patients) > 0).as_dict(),
            "images": proportion_interval(out, patients=patients).as_dict(),
        },
    }
    write_json(Path(ckpt_dir) / "model.json", {**read_model(ckpt_dir), "out_of_range": told})
    if "features" not in thresholds:
        _logger.info("this network has no linear layer whose input could be compared: out_of_range looks at the rest")


def out_of_range(collected: "CollectAppearance", *, card: dict[str, Any], ckpt_dir: str) -> list[str]:
    """Return for each image what it was flagged by: `modality`, `size`, `intensity`, `features`, joined by `;`.

    Args:
        collected: What the images look like.
        card: `model.json`, with what `write_reference` added.
        ckpt_dir: Where the model is.

    Raises:
        RunError: The reference is missing, or another model's.
    """
    path = Path(ckpt_dir) / REFERENCE
    told = card["out_of_range"]
    content = path.read_bytes() if path.is_file() else b""
    if sha256(content) != told["reference_sha256"]:
        raise RunError(f"{path} is missing or not this model's: run evaluate.json again")
    reference = Reference.read(io.BytesIO(content))
    return named(reference.distances(collected.appearance()), told["thresholds"])


def _patients(items: Sequence[dict[str, Any]]) -> np.ndarray:
    """Return the patient of each item, its study where no patient is known, or nothing, `(N,)`."""
    return np.array([str(item.get("patient") or item.get("study") or "") for item in items], dtype=np.str_)
