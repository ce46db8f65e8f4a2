"""A bundle's configuration with what the command line says, as `python -m monai.bundle run` would have it."""

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any

from monai.bundle import ConfigParser


def configured(files: str, given: Mapping[str, str]) -> ConfigParser:
    """Return the parser of a configuration; nothing is built before it is asked for.

    Args:
        files: A path, or several as a Python list.
        given: Values of head keys and `::` ids as the command line has them: JSON, or else text.
    """
    parser = ConfigParser()
    parser.read_config(ConfigParser.load_config_files(ast.literal_eval(files) if files.startswith("[") else [files]))
    parser.update({key: _value(text) for key, text in given.items()})
    return parser


def pairs(words: Sequence[str]) -> dict[str, str]:
    """Return `--key value` pairs by key."""
    return {key.removeprefix("--"): value for key, value in zip(words[::2], words[1::2], strict=True)}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
