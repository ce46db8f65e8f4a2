"""Runs' folders: each holds one run; an earlier one stands in `runs/KEY/` beside it until it is asked for again."""

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from .errors import RunError
from .locks import LOCK

CARD = "run.json"
"""What says which run a folder holds."""

_OURS = (CARD, "model*", "seen.txt", "reference.npz", "training_state*", "inference")
"""By one of these a folder is known to be a run's: it comes first in any of them, or an exported bundle has it."""

_STAYS = (LOCK, "mlruns*", "config_*.json", "tensorboard")
"""What spans runs: the lock, and what MLflow and TensorBoard open in `output_dir` before any run begins."""

_logger = logging.getLogger(__name__)


def refuse_others(*folders: Path) -> None:
    """Refuse folders that hold other things than a run: they would be moved away with it.

    Raises:
        RunError: One does.
    """
    for folder in folders:
        contents = [path for path in _contents(folder) if not path.name.startswith(".")]
        if contents and not any(path.match(pattern) for path in contents for pattern in _OURS):
            raise RunError(
                f"a run has folders of its own, from which an earlier run is moved away; {folder.absolute()} holds "
                f"{min(contents).name}, and no run: give --ckpt_dir and --output_dir folders that are empty or new"
            )


def exchange(folder: Path, key: str, *, kept: Sequence[str]) -> None:
    """Make `folder` hold the run `key`, or nothing: what it holds goes to `runs/`, an earlier `key` comes back.

    Of the names that are `kept`, copies go.
    """
    held, shelf = _key_in(folder), folder.parent / "runs"
    contents = _contents(folder) if held != key else []
    if contents:
        target = shelf / held / folder.name if held else next(_free(shelf, folder.name))
        # The card leaves last, and comes back first: a move that is cut short is taken up where it stopped.
        _move(sorted(contents, key=_is_card), target, kept=kept)
        if not held:
            _logger.info("%s held a model of no known run, which is now in %s", folder, target)
    if back := _contents(shelf / key / folder.name):
        _move(sorted(back, key=_is_card, reverse=True), folder, kept=())


def _is_card(path: Path) -> bool:
    return path.name == CARD


def _key_in(folder: Path) -> str:
    try:
        return str(json.loads((folder / CARD).read_text())["run_key"])
    except (OSError, ValueError, KeyError):
        return ""


def _free(shelf: Path, name: str) -> Iterator[Path]:
    """Yield places for what is of no known run, where nothing lies yet."""
    places = (shelf / f"unknown{number}" / name for number in count(1))
    return (place for place in places if not place.exists())


def _contents(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if not any(path.match(pattern) for pattern in _STAYS)]


def _move(paths: list[Path], target: Path, *, kept: Sequence[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in paths:
        destination = target / path.name
        if destination.is_dir():
            shutil.rmtree(destination)  # of the same run: what is of none goes where nothing lies
        if path.name in kept:
            shutil.copy2(path, destination)
        else:
            path.replace(destination)
