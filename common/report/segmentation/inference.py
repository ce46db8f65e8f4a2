"""What a segmenter's `inference.json` writes: a mask, a picture and a row per image, and why others were refused."""

import logging
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ImageError
from ...files import fitting, read_json, write_bytes, write_json
from ...io.worker import Decoder
from ...io.write import write_masks
from ...metrics.segmentation import components
from ...runs import read_model
from ..decisions import Columns
from ..out_of_range import out_of_range
from ..plots_style import SYNTHETIC
from ..saliency import name_of
from ..tables import place_columns, write_columns
from .overlays import overlay

if TYPE_CHECKING:
    from ...handlers import CollectAppearance, CollectMasks

EVEN = 0.5
"""The threshold of a model that has not been evaluated."""

_ENDING = 20
"""Bytes that a mask's name has more than the image's: a frame's number, and what kind of file it is."""

MEANING = {
    "pixels": "predicted as lesion, of the file's",
    "share": "of the image's pixels that are predicted as lesion",
    "components": "connected parts of the mask; pixels that touch at a corner are connected",
    "max_probability": "the highest of any pixel, uncalibrated",
    "mask": "the file of the mask, at the size of the image's file, below masks/",
    "out_of_range": "why the image is unlike the training images (modality, size, intensity); else empty",
}
"""Of the columns."""

_logger = logging.getLogger(__name__)


def write_inference(
    collected: "CollectMasks", *, appearance: "CollectAppearance", ckpt_dir: str, output_dir: str
) -> None:
    """Write into `inference/` what was found in each image, and why others were refused.

    `masks/` and `overlays/` have a file for each image that could be read, `images.csv` a row, `refused.csv` (image,
    reason) what is no readable image, `about.json` what the columns mean.

    Args:
        collected: What the network said.
        appearance: What the images look like.
        ckpt_dir: Where the model is.
        output_dir: Where `inference/` goes.

    Raises:
        ImageError: After all is written: at least one file was refused.
    """
    folder, card = Path(output_dir) / "inference", read_model(ckpt_dir)
    for name in ("masks", "overlays"):
        shutil.rmtree(folder / name, ignore_errors=True)
    threshold = threshold_of(ckpt_dir)
    kept = [row for row, reason in enumerate(collected.refused) if not reason]
    places = place_columns(collected.items, {**card, "fold": ""}, part="")
    found = list(_found(collected, kept, folder, threshold=threshold, card=card))
    columns: Columns = {name: [column[row] for row in kept] for name, column in places.items()}
    columns |= {name: [row[name] for row in found] for name in (*found[0],)} if found else {}
    if "out_of_range" in card:
        flags = out_of_range(appearance, card=card, ckpt_dir=ckpt_dir)
        columns["out_of_range"] = [flags[row] for row in kept]
    write_columns(folder / "images.csv", columns, synthetic=card["dataset"]["synthetic"])
    refused = [row for row, reason in enumerate(collected.refused) if reason]
    reasons = {
        "image": [places["image"][row] for row in refused],
        "reason": [collected.refused[row] for row in refused],
    }
    write_columns(folder / "refused.csv", reasons)
    keys = ("run_key", "backbone", "weights_source", "dataset", "fold", "thresholds", "out_of_range")
    about = {"model": {key: card[key] for key in keys if key in card}, "threshold": threshold, "columns": MEANING}
    write_json(folder / "about.json", about)
    _say(card, folder, found, threshold=threshold)
    if refused:
        raise ImageError(
            f"{len(refused)} of {len(collected.refused)} files were refused, e.g. {reasons['reason'][0]}; "
            f"all are in {folder / 'refused.csv'}"
        )


def threshold_of(ckpt_dir: str) -> float:
    """Return the probability from which a pixel is lesion: validation's, or an even chance before evaluation."""
    card = read_json(Path(ckpt_dir) / "model.json", default={})
    return float(card.get("thresholds", {}).get("dice", EVEN))


def _found(
    collected: "CollectMasks", rows: list[int], folder: Path, *, threshold: float, card: dict[str, Any]
) -> Iterator[dict[str, str]]:
    """Write the mask and the picture of each image, and yield its columns; a file's frames stand side by side."""
    images = [image.lstrip("/") for image in place_columns(collected.items, {**card, "fold": ""}, part="")["image"]]
    with Decoder() as decoder:
        for source, its in groupby(rows, key=lambda row: str(collected.items[row]["image"])):
            frames = {str(collected.items[row].get("frame") or ""): row for row in its}
            probabilities = {frame: collected.probability(row).double().numpy() for frame, row in frames.items()}
            masks = {frame: probability >= threshold for frame, probability in probabilities.items()}
            stem = fitting(folder / "masks" / images[min(frames.values())], more=_ENDING)
            paths = write_masks(masks, source=Path(source), stem=stem)
            for number, (frame, row) in enumerate(frames.items()):
                pixels = decoder.decode(source, int(frame) if frame else None, window=card["window"]).pixels
                predicted, name = masks[frame], name_of(collected.items, row)
                share = f"{100 * predicted.mean():.1f} % predicted"
                caption = [name, f"{SYNTHETIC}: {share}" if card["dataset"]["synthetic"] else share]
                picture = overlay(pixels, reference=None, predicted=predicted, caption=caption)
                write_bytes(fitting(folder / "overlays" / f"{name}.png"), picture)
                yield {
                    "pixels": str(predicted.sum()),
                    "share": f"{predicted.mean():.5f}",
                    "components": str(components(predicted)[1]),
                    "max_probability": f"{probabilities[frame].max():.4f}",
                    # A volume's frames may share one file.
                    "mask": paths[min(number, len(paths) - 1)].relative_to(folder / "masks").as_posix(),
                }


def _say(card: dict[str, Any], folder: Path, found: list[dict[str, str]], *, threshold: float) -> None:
    synthetic = ", trained on SYNTHETIC images" if card["dataset"]["synthetic"] else ""
    some = sum(row["pixels"] != "0" for row in found)
    _logger.info(
        "%d images segmented by %s%s, something in %d: %s",
        len(found), card["backbone"], synthetic, some, folder / "images.csv",
    )  # fmt: skip
    if "thresholds" not in card:
        _logger.info("not evaluated yet, so an even chance decides: evaluate.json gives threshold and out_of_range")
    else:
        _logger.info("what has a probability of %.2f or more is lesion: the threshold of validation", threshold)
