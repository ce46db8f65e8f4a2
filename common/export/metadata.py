"""`metadata.json` of a portable bundle: the repository's, completed from the model and its run."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from ..house.files import Config
from .packages import BASE, required
from .scores import Score, shown

HEADLINE = ("auc", "top1", "per_image dice", "per_lesion dice", "macro_auc", "accuracy")
"""The score that stands in a description: the first of these that there is."""

_UNTRAINED = re.compile(r"[^.]*\b(No weights are shipped|Not trained yet|not trained yet)\b[^.]*\.?\s*")


def completed(
    metadata: Config,
    card: Mapping[str, Any],
    *,
    scores: Mapping[str, Score],
    packages: Sequence[str],
    limits: Sequence[str],
    common: str,
) -> Config:
    """Return the metadata of a trained model.

    Args:
        metadata: The bundle's, as the repository has it.
        card: `model.json`.
        scores: On the test part; empty for a model that was not evaluated.
        packages: That its code imports.
        limits: Of use, a sentence each.
        common: Version of the code.
    """
    result = deepcopy(metadata)
    names = list(card["class_names"])
    channels = {str(index): name for index, name in enumerate(names)}
    tensors = result["network_data_format"]
    tensors["inputs"]["image"]["spatial_shape"] = list(card["image_size"])
    pred = tensors["outputs"]["pred"]
    pred |= {"num_channels": len(names), "channel_def": channels}
    if card["task"] == "segmentation":
        pred["spatial_shape"] = list(card["image_size"])
    result |= {
        "monai_version": BASE["monai"],
        "pytorch_version": BASE["torch"],
        "numpy_version": BASE["numpy"],
        "required_packages_version": required(packages),
        "description": description(metadata["description"], card, scores),
        "label_classes": ", ".join(f"{index}: {name}" for index, name in channels.items()),
        "data_source": f"{metadata['data_source']}. Trained on: {data_of(card)}",
        "eval_metrics": dict(scores),
        "limits": list(limits),
        "supported_apps": {},
        "trained": {
            "run_key": card["run_key"],
            "backbone": card["backbone"],
            "weights_source": without_paths(card["weights_source"]),
            "data": data_of(card),
            "index_sha256": card["dataset"]["index_sha256"],
            "fold": card.get("fold"),
            "seed": card.get("seed"),
            "images": card["images"],
            "code": f"common {common}",
        },
    }
    return result


def description(told: str, card: Mapping[str, Any], scores: Mapping[str, Score]) -> str:
    """Return what a bundle does, with its headline score; an untrained one's confession is left out."""
    return f"{_UNTRAINED.sub('', told).strip()} {headline(card, scores)}"


def headline(card: Mapping[str, Any], scores: Mapping[str, Score]) -> str:
    """Return in a sentence what the model is and what it scored."""
    trained = f"{card['backbone']}, trained on {data_of(card)}"
    name = next((name for name in HEADLINE if name in scores), "")
    if not name:
        return f"{trained}: not evaluated, so there is no score."
    word = name.replace("auc", "AUC").replace("_", " ").replace("dice", "Dice")
    return f"{trained}: test {word} {shown(scores[name])} (95 % interval)."


def data_of(card: Mapping[str, Any]) -> str:
    """Return the name of the data that a model was trained on; phantoms are called so."""
    mark = "SYNTHETIC images (phantoms), not patients: " if card["dataset"]["synthetic"] else ""
    fold = f", fold {card['fold']}" if "fold" in card else ""
    return f"{mark}{card['dataset']['name']}{fold}"


def without_paths(text: str) -> str:
    """Return a text in which a path of some machine is only its last name."""
    return re.sub(r"(?<![\w.:/])(?:~|\.{0,2})/(?:[^\s'\",;/]+/)*([^\s'\",;/]+)", r"\1", text)
