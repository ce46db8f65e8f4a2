"""The values that the knobs of a configuration's head may take."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .errors import ConfigError


class Rule(NamedTuple):
    """What a knob may be, in words, and whether a value is that."""

    words: str
    holds: Callable[[Any], bool]


CLASSIFICATION = ("binary", "multiclass", "multilabel")
"""Two classes, of which the last is the positive one; several classes; findings that an image may have together."""

SEGMENTATION = ("segmentation",)
"""Lesion or not, of every pixel."""


def _whole(least: int) -> Rule:
    return Rule(
        f"a whole number from {least}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least,
    )


def _image_size(backbone: str) -> Rule:
    from .networks.backbones import apart, variant

    smallest = max(variant(name).smallest for name in apart(backbone)[0])
    return Rule(
        f"[height, width], each from {smallest} for {backbone}",
        lambda value: isinstance(value, list | tuple) and len(value) == 2 and all(map(_whole(smallest).holds, value)),
    )


NUMBER_OF_CLASSES = {"binary": ("two", range(2, 3)), "multiclass": ("two or more", range(2, 10_000)),
                     "multilabel": ("one or more", range(1, 10_000)), "segmentation": ("one", range(1, 2))}  # fmt: skip
"""By task, in words and numbers; no data set of this collection has more than RadImageNet's 165."""


def _class_names(task: str) -> Rule:
    words, allowed = NUMBER_OF_CLASSES[task]
    return Rule(
        f"{words} different names, each a text, for a {task} task",
        lambda value: (
            isinstance(value, list | tuple)
            and all(isinstance(name, str) for name in value)
            and len(value) == len(set(value)) in allowed
        ),
    )


def _share(below: float) -> Rule:
    return Rule(
        "a number from 0" + f" to less than {below:g}" * (below < math.inf),
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < below,
    )


RULES = {
    "max_epochs": _whole(1),
    "warmup_epochs": _whole(0),
    "accumulation": _whole(1),
    "state_interval": _whole(1),
    "patience": _whole(1),
    "val_interval": _whole(1),
    "batch_size": _whole(1),
    "num_workers": _whole(0),
    "seed": _whole(0),
    "learning_rate": _share(math.inf),
    "weight_decay": _share(math.inf),
    "label_smoothing": _share(1),
    "ema": _share(1),
    "dropout": _share(1),
    "balanced": Rule("true or false", lambda value: isinstance(value, bool)),
}
"""By key of the head; that of `image_size` depends on the backbone, that of `class_names` on the task."""


def check_knobs(*, backbone: str, device: Any, task: str, tasks: Sequence[str] = CLASSIFICATION, **knobs: Any) -> None:
    """Refuse a value that its knob cannot take, before anything is built from it.

    Args:
        backbone: Variant of the network, a key of `BACKBONES`, or several (`common.networks.Classifier`).
        device: A torch device or its name.
        task: One of `tasks`.
        tasks: What this family of bundles is for: `CLASSIFICATION`, or `SEGMENTATION`.
        **knobs: Values of `image_size`, of `class_names` and of keys in `RULES`.

    Raises:
        ConfigError: The first that is refused.
    """
    from .networks.backbones import BACKBONES, apart

    if task not in tasks:
        raise ConfigError(f"task is one of {', '.join(tasks)}; got {task!r}: give --task another value")
    if not isinstance(backbone, str):
        raise ConfigError(f"backbone is one of {', '.join(BACKBONES)}; got {backbone!r}: give --backbone another value")
    if task == "multilabel" and apart(backbone) != ([backbone], False):
        raise ConfigError(
            f"a mean of networks is of classes of which an image has one; the task is {task}: give --backbone one of "
            f"{', '.join(BACKBONES)}"
        )
    rules = {**RULES, "image_size": _image_size(backbone), "class_names": _class_names(task)}
    for key, value in knobs.items():
        if not rules[key].holds(value):
            raise ConfigError(f"{key} is {rules[key].words}; got {value!r}: give --{key} another value")
    if knobs.get("warmup_epochs", 0) >= knobs.get("max_epochs", 1):
        given = f"{knobs['warmup_epochs']} of {knobs['max_epochs']}"
        raise ConfigError(f"warmup_epochs is less than max_epochs, which are the others; got {given}: lower it")
    if knobs.get("val_interval", 1) > knobs.get("max_epochs", 1):
        given = f"{knobs['val_interval']} of {knobs['max_epochs']}"
        raise ConfigError(f"val_interval is at most max_epochs, else no model is ever chosen; got {given}: lower it")
    _check_device(device)


def _check_device(device: Any) -> None:
    import torch

    try:
        kind = torch.device(device).type
    except (RuntimeError, TypeError):
        kind = ""
    if kind not in ("cpu", "cuda"):
        raise ConfigError(f"device is cpu, cuda or cuda:N; got {device!r}: give --device another value")
    if kind == "cuda" and not torch.cuda.is_available():
        raise ConfigError(f"device {str(device)!r} needs a GPU, which this machine does not offer: give --device cpu")
