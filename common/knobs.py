"""The values that the knobs of a configuration's head may take."""

from collections.abc import Callable
from typing import Any, NamedTuple

from .errors import ConfigError


class Rule(NamedTuple):
    """What a knob may be, in words, and whether a value is that."""

    words: str
    holds: Callable[[Any], bool]


def _whole(least: int) -> Rule:
    return Rule(
        f"a whole number from {least}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least,
    )


def _is_size(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(_whole(SMALLEST).holds(side) for side in value)


SMALLEST = 32
"""Pixels of a side: the backbones halve an image five times, and 2^5 = 32."""

RULES = {
    "max_epochs": _whole(1),
    "patience": _whole(1),
    "val_interval": _whole(1),
    "batch_size": _whole(1),
    "num_workers": _whole(0),
    "seed": _whole(0),
    "learning_rate": Rule(
        "a number from 0", lambda value: isinstance(value, int | float) and 0 <= value < float("inf")
    ),
    "image_size": Rule(f"[height, width], each from {SMALLEST}", _is_size),
    "class_names": Rule("two or more different names", lambda value: len(set(value)) == len(value) >= 2),
}
"""By key of the head."""


def check_knobs(*, device: Any, **knobs: Any) -> None:
    """Refuse a value that its knob cannot take, before anything is built from it.

    Args:
        device: A torch device or its name.
        **knobs: Values of keys in `RULES`.

    Raises:
        ConfigError: The first that is refused.
    """
    for key, value in knobs.items():
        if not RULES[key].holds(value):
            raise ConfigError(f"{key} is {RULES[key].words}; got {value!r}: give --{key} another value")
    if knobs.get("val_interval", 1) > knobs.get("max_epochs", 1):
        given = f"{knobs['val_interval']} of {knobs['max_epochs']}"
        raise ConfigError(f"val_interval is at most max_epochs, else no model is ever chosen; got {given}: lower it")
    _check_device(device)


def _check_device(device: Any) -> None:
    import torch

    try:
        kind = torch.device(device).type
    except (RuntimeError, TypeError) as error:
        raise ConfigError(f"device is cpu, cuda or cuda:N; got {device!r}: give --device another value") from error
    if kind == "cuda" and not torch.cuda.is_available():
        raise ConfigError(f"device {str(device)!r} needs a GPU, which this machine does not offer: give --device cpu")
