"""Configurations as a portable bundle has them: of its own `scripts`, in its own folder, for the model it brings."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..bundles import BODY_STARTS_AT
from ..house.agreement import OF_THE_MODEL
from ..house.files import KINDS, SIGNATURE, Config, read_config
from .closure import NAME, PACKAGE

MOVED = "scripts"
"""What `common` is called in a portable bundle: the one name that MONAI Label unloads between bundles."""

OVERLAY = "multi_gpu"
"""The overlay that any bundle can be given: training on several processes."""

_EXPRESSION = re.compile(rf"(?<![\w.'\"]){NAME}(?=\.|$)")
_UNTRAVELLED = SIGNATURE[1:]
"""What a configuration says of its likeness to another, which stays behind."""

_OF_THE_MODEL = (*OF_THE_MODEL, "input_contract", "dropout")
"""Head keys without which a network is another; how it is trained further is as in the repository."""


def read_configs(folder: Path) -> dict[str, Config]:
    """Return a bundle's configurations as written, by the names of their files; also the overlay for several GPUs.

    Raises:
        ConfigError: One cannot be read.
    """
    configs = {kind: read_config(folder / "configs" / f"{kind}.json") for kind in KINDS}
    return {**configs, OVERLAY: read_config(PACKAGE / "overlays" / f"{OVERLAY}.json")}


def portable(config: Config, card: Mapping[str, Any]) -> Config:
    """Return a configuration that runs in a folder of its own.

    Args:
        config: As written.
        card: The model's, whose knobs a head's values become where they are plain: the network that is trained on is
            the one that is there.
    """
    kept = {key: value for key, value in config.items() if key not in _UNTRAVELLED}
    moved: Config = _moved(kept)
    if "bundle_root" in moved:
        moved["bundle_root"] = "."
    if "dataset_dir" in moved:
        moved["dataset_dir"] = _inside(moved["dataset_dir"])
    keys = list(moved)
    head = keys[: keys.index(BODY_STARTS_AT)] if BODY_STARTS_AT in keys else []
    return moved | {key: card[key] for key in head if key in _OF_THE_MODEL and key in card and not _asks(moved[key])}


def _inside(folder: str) -> str:
    """Return the folder of the data, below the bundle: the user's own place is nobody else's."""
    path = Path(folder)
    if _asks(folder) or not (path.is_absolute() or ".." in path.parts):
        return folder.removeprefix("./")
    return f"data/{path.name}"


def portable_logging(text: str) -> str:
    """Return `logging.conf` for the package's new name."""
    return text.replace(NAME, MOVED)


def _asks(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _moved(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _moved(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_moved(item) for item in value]
    if isinstance(value, str) and (value.startswith("$") or key == "_target_"):
        return _EXPRESSION.sub(MOVED, value)
    return value
