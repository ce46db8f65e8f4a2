"""What a run stands on, in tables: data, settings, versions, hashes, commands."""

from collections.abc import Mapping
from html import escape
from typing import Any

from .parts import facts, note, words

SETTINGS = (
    *("task", "class_names", "backbone", "pretrained", "weights_source", "input_contract", "trainable", "window"),
    *("image_size", "fold", "seed", "max_epochs", "best_epoch", "patience", "val_interval", "batch_size"),
    *("learning_rate", "precision", "dropout", "warmup_epochs", "accumulation", "weight_decay", "label_smoothing"),
    *("ema", "balanced", "damaged_shards", "train_share", "refit", "way"),
)
"""Keys of `model.json` that say how the network was made."""


def data_section(card: Mapping[str, Any], description: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Return where the images come from and how they were split."""
    shared = card["dataset"]["shared_patients"]
    crossing = [f"{count} in {pair}" for pair, count in shared.items()] or "none"
    told = {
        "data set": card["dataset"]["name"],
        "origin": description.get("origin"),
        "licence": description.get("licence"),
        "citation": description.get("citation"),
        "fold": card["fold"],
        "images": {**card["images"], **run.get("images", {})},
        "patients in two parts": crossing,
    }
    return facts(told)


def settings_section(card: Mapping[str, Any]) -> str:
    """Return the knobs of the head that made the network."""
    return facts({words(key): card[key] for key in SETTINGS if key in card})


def hashes_section(card: Mapping[str, Any], run: Mapping[str, Any], hashes: Mapping[str, str]) -> str:
    """Return versions, machine, time, and SHA-256 of data and model."""
    told = {
        **run.get("versions", {}),
        "machine": run.get("machine"),
        "training, s": run.get("seconds"),
        "run": card["run_key"],
        "sha256 of index.csv": card["dataset"]["index_sha256"],
        **{f"sha256 of {words(name)}": value for name, value in card.get("sha256", {}).items()},
        **{f"sha256 of {name}": value for name, value in hashes.items()},
    }
    return facts(told)


def reproduce_section(run: Mapping[str, Any], command: str) -> str:
    """Return the commands, word for word as they were given, from the root of the repository."""
    commands = [given for given in (run.get("command", ""), command) if given]
    if not commands:
        return note("Not run from a command line.")
    lines = "\n".join(escape(given) for given in commands)
    return f"{note('From the root of the repository, word for word as they were given:')}<pre>{lines}</pre>"
