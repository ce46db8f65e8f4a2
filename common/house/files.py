"""A bundle's files, and its configurations as they are written."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from ..bundles import BODY_STARTS_AT
from ..errors import ConfigError

Config = dict[str, Any]

KINDS = ("train", "evaluate", "inference")
"""A bundle's configurations; `evaluate` is given after `train`."""

JSON_FILES = (*(f"configs/{kind}.json" for kind in KINDS), "configs/metadata.json")

COPIES = ("LICENSE", "configs/logging.conf")
"""Files that are the exemplar's, byte for byte."""

FILES = (*JSON_FILES, *COPIES, "docs/README.md", "docs/data_license.txt")
"""What a complete bundle has."""

EXEMPLAR = "none"
"""The `_like_` of a bundle that is like no other, and that others may be like."""

SIGNATURE = ("_desc_", "_like_", "_differs_")
"""What a configuration says of itself."""


def bundles_in(root: Path) -> list[Path]:
    """Return the folders of the bundles below `root`, by name; a hidden one is only being written."""
    return sorted(path.parent for path in (root / "bundles").glob("[!.]*/configs"))


def read_config(path: Path) -> Config:
    """Return a configuration, or metadata, as written.

    Raises:
        ConfigError: No file of a JSON object, or one that has a key twice.
    """

    def once(pairs: list[tuple[str, Any]]) -> Config:
        keys = [key for key, _ in pairs]
        if twice := [key for key in keys if keys.count(key) > 1]:
            raise ConfigError(f"a key stands once; {twice[0]!r} stands twice: take one out")
        return dict(pairs)

    try:
        config = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)
    except (OSError, ValueError) as error:
        raise ConfigError(f"a configuration is a file of JSON; this cannot be read ({error})") from error
    if not isinstance(config, dict):
        raise ConfigError(f"a configuration is a JSON object; this is a {type(config).__name__}")
    return config


def split(config: Config, kind: str) -> tuple[Config, Config]:
    """Return a configuration's head, which is its own, and its body, which is its exemplar's.

    `evaluate.json` is all body but for its signature: its knobs are train's, or the trained model's.

    Raises:
        ConfigError: No body.
    """
    keys = list(config)
    if kind == "evaluate":
        head = [key for key in keys if key in SIGNATURE]
    elif BODY_STARTS_AT in keys:
        head = keys[: keys.index(BODY_STARTS_AT)]
    else:
        raise ConfigError(f"a body begins at {BODY_STARTS_AT}, which is missing")
    return {key: config[key] for key in head}, {key: value for key, value in config.items() if key not in head}


def merged(train: Config, evaluate: Config) -> Config:
    """Return what MONAI makes of `evaluate` after `train`; both stay as they are.

    Raises:
        ConfigError: `evaluate` sets something inside what `train` does not have.
    """
    from monai.bundle import ConfigParser

    parser = ConfigParser(deepcopy(train))
    for key, value in evaluate.items():
        try:
            parser[key] = value
        except (KeyError, ValueError) as error:
            raise ConfigError(f"{key} lies inside what train.json does not have") from error
    result: Config = parser.get()
    return result
