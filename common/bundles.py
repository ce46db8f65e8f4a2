"""A bundle's place, its configuration, and the command line that started it."""

import ast
import difflib
import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from .commands import INTERRUPTED, causes, our_message
from .errors import ConfigError

_MONAI_KEY = re.compile(
    r"run_id|init_id|final_id|meta_file|config_file|logging_file|args_file|tracking.*|run_name|experiment_name"
)
"""Arguments of `python -m monai.bundle run` itself, and those that its experiment tracking takes.

https://docs.monai.io/en/stable/bundle.html#monai.bundle.run
"""

_RECIPE = ("train::random_transforms", "loss", "optimizer", "lr_scheduler")
"""Ids of a body that say how a network is trained, beside the head's knobs."""

_HOW_NOT_WHAT = "multi_gpu.json"
"""An overlay that does not change which run it is: one that several processes began, one process continues."""

BODY_STARTS_AT = "network_def"
"""The first id of a configuration's body; the keys before it are its head."""


def bundle_root(name: str) -> str:
    """Return the folder of the bundle `name`, relative to the working directory where it lies below it."""
    root = Path(__file__).resolve().parents[1] / "bundles" / name
    here = Path.cwd()
    return str(root.relative_to(here) if root.is_relative_to(here) else root)


def head(config_file: str | Path) -> dict[str, Any]:
    """Return the head of a configuration: who it is, its paths and knobs, as written; an overlay has none."""
    config: dict[str, Any] = json.loads(Path(config_file).read_text())
    keys = list(config)
    return {key: config[key] for key in keys[: keys.index(BODY_STARTS_AT)]} if BODY_STARTS_AT in keys else {}


def trained(key: str, root: str, ckpt_dir: str) -> Any:
    """Return a setting of the trained model in `ckpt_dir`; before there is one, what `train.json` will train.

    Raises:
        ConfigError: Neither knows the setting.
    """
    card = Path(ckpt_dir) / "model.json"
    known = json.loads(card.read_text()) if card.is_file() else head(Path(root) / "configs" / "train.json")
    if key not in known:
        raise ConfigError(f"a setting of a model is one of {', '.join(known)}; got {key!r}")
    return known[key]


def check_command_line() -> None:
    """Refuse a mistyped `--key`, and from here on report our errors in one line; first step of every `initialize`.

    MONAI passes over a key that it does not know. MLflow's telemetry ends here too. Does nothing unless
    `python -m monai.bundle` is what runs.

    Raises:
        ConfigError: A key that is neither MONAI's, nor of the configuration's head, nor an existing `::` id.
    """
    if not _runs_monai_bundle():
        return
    sys.excepthook = _report
    _end_telemetry()
    config, heads = _merged(_config_files()), _head_keys()
    for key in _given():
        if not (_MONAI_KEY.fullmatch(key) or key in heads or ("::" in key and _exists(key, config))):
            nearest = difflib.get_close_matches(key, [*heads, *_ids(config)], n=1, cutoff=0)[0]
            raise ConfigError(f"--{key} is not a key of this configuration: did you mean --{nearest}?")
    _check_folders()
    _check_run_id(config)


def _check_folders() -> None:
    """Refuse what Fire, which reads the command line for MONAI, takes for no text: a number, or nothing at all."""
    for key, value in _given().items():
        if (key.endswith("_dir") or key == "bundle_root") and "::" not in key and not _is_text(value):
            got = "no value" if str(value).startswith("--") else value
            raise ConfigError(f"{key} is a folder, as a text; got {got}: give --{key} FOLDER, e.g. ./{key}")


def _is_text(value: Any) -> bool:
    if not isinstance(value, str) or value.startswith("--"):
        return False
    try:
        return isinstance(ast.literal_eval(value), str)
    except (SyntaxError, ValueError):
        return True


def _check_run_id(config: dict[str, Any]) -> None:
    """Refuse to run what is not there: by `--run_id`, or by the first word after `run` that no `--key` has as value."""
    if sys.argv[1:2] != ["run"]:
        return  # the first word of MONAI's other commands is something else
    alone = [
        word
        for before, word in pairwise(sys.argv[1:])
        if not word.startswith("-") and ("=" in before or not before.startswith("--"))
    ]
    run_id = _given().get("run_id", next(iter(alone), "run"))
    if not _exists(run_id, config):
        raise ConfigError(f"what runs is an id of this configuration, `run` unless given; got {run_id!r}: leave it out")


def _end_telemetry() -> None:
    """Keep MLflow from telling its makers of the run, unless the user's MLFLOW_DISABLE_TELEMETRY says otherwise.

    MONAI has imported MLflow by now, so the variable comes too late for the client that the import made.
    https://mlflow.org/docs/latest/community/usage-tracking.html
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    if telemetry := sys.modules.get("mlflow.telemetry"):
        telemetry.set_telemetry_client()


def body_of_command_line() -> dict[str, Any]:
    """Return what the command line runs beside the head: the files' bodies and its `::` keys; empty in a program."""
    if not _runs_monai_bundle():
        return {}
    heads = _head_keys()
    files = [file for file in _config_files() if Path(file).name != _HOW_NOT_WHAT]
    body = {key: value for key, value in _merged(files).items() if key not in heads}
    return {"body": body, "overrides": {key: value for key, value in _given().items() if "::" in key}}


def recipe() -> dict[str, Any]:
    """Return how the command line trains, as its files write it: by the ids in `_RECIPE`; empty in a program."""
    told = body_of_command_line()
    found = {id_: _value(told["body"], id_) for id_ in _RECIPE} if told else {}
    found |= {id_: value for id_, value in told.get("overrides", {}).items() if id_.startswith(_RECIPE)}
    return {id_: value for id_, value in found.items() if value is not None}


def _value(config: dict[str, Any], id_: str) -> Any:
    """Return what a configuration has at an id, which an overlay writes as one key; None where it has nothing."""
    if id_ in config:
        return config[id_]
    first, _, rest = id_.partition("::")
    return _value(config[first], rest) if rest and isinstance(config.get(first), dict) else None


def command_line() -> str:
    """Return the command that runs, as a shell reads it and README writes it; empty in a program."""
    if not _runs_monai_bundle():
        return ""
    return " ".join(["python", "-m", "monai.bundle", *map(_quoted, sys.argv[1:])])


def _quoted(word: str) -> str:
    """Return a word as a shell reads it: in double quotes, where that is enough, since our lists hold single ones."""
    return f'"{word}"' if "'" in word and not re.search(r'["$`\\!]', word) else shlex.quote(word)


def _runs_monai_bundle() -> bool:
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return spec is not None and spec.name == "monai.bundle.__main__"


def _given() -> dict[str, str]:
    """Return the `--key value` and `--key=value` pairs of the command line, and those of its `--args_file`."""
    words = [word for word in sys.argv[1:] if word != "--"]
    pairs: dict[str, str] = {}
    for word, following in zip(words, [*words[1:], "--"], strict=True):
        if word.startswith("--"):
            key, equals, value = word.removeprefix("--").partition("=")
            pairs[key.replace("-", "_")] = value if equals else following
    if "args_file" in pairs:
        pairs = {**json.loads(Path(pairs["args_file"]).read_text()), **pairs}
    return pairs


def _config_files() -> list[str]:
    given = str(_given().get("config_file", ""))
    return list(ast.literal_eval(given)) if given.startswith("[") else [given]


def _head_keys() -> set[str]:
    return {key for file in _config_files() for key in head(file)}


def _merged(files: list[str]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for file in files:
        config.update(json.loads(Path(file).read_text()))
    return config


def walk(config: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every `::` id of a configuration, and what stands there."""
    entries = config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    for key, value in entries:
        yield f"{prefix}{key}", value
        yield from walk(value, f"{prefix}{key}::")


def _ids(config: Any) -> list[str]:
    return [name for name, _ in walk(config)]


def _exists(key: str, config: dict[str, Any]) -> bool:
    return key in config or key in _ids(config)


def _report(kind: type[BaseException], error: BaseException, traceback: Any) -> None:
    """Print our errors in one line, wherever MONAI and the data loader's workers have wrapped them."""
    for cause in causes(error):
        if message := our_message(cause) or _failed_expression(cause):
            print(f"error: {message}", file=sys.stderr)  # noqa: T201  the last word of a run
            return
        if isinstance(cause, KeyboardInterrupt):
            print("interrupted: the same command continues this run", file=sys.stderr, flush=True)  # noqa: T201
            os._exit(INTERRUPTED)  # an exception hook cannot choose the exit code otherwise
    sys.__excepthook__(kind, error, traceback)


def _failed_expression(error: BaseException) -> str:
    """Return a line on the `$` of the command line that MONAI says it failed to evaluate; empty for any other error."""
    said = str(error)
    if not said.startswith("Failed to evaluate"):
        return ""
    for key, value in _given().items():
        if str(value).startswith("$") and repr(value) in said:
            return f"--{key} is a value, or an expression that gives one; got {value!r} ({error.__cause__}): mend it"
    return ""


if _runs_monai_bundle():
    sys.excepthook = _report  # already now: Ctrl-C may come while the rest is still being imported
