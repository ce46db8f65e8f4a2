"""One job, in a process of its own or with others of its kind, finished once and for all."""

import fcntl
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..files import read_json, write_json
from .jobs import Job
from .problems import ROOT

ATTEMPTS = 2
"""How often a command that fails is tried: a full memory or a lost mount may be gone the second time."""

LOG = "log.txt"

Runner = Callable[[Job, Path, int], bool]
"""Runs a job in its folder, given the descriptor of the lock on it, and returns whether it succeeded."""


def finished(job: Job) -> dict[str, Any] | None:
    """Return the card of a finished job; None where it is not."""
    card = read_json(Path(job.folder) / job.marker, default={})
    return card if card.get("key") == job.key else None


def carry_out_all(jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """Run jobs, and return their cards in their order; those on stored features in one process for all of them.

    It starts once, a hundred times longer than a head takes. Killed, it is started again, and goes on at the next job.
    """
    if not jobs[0].store:
        return [carry_out(job) for job in jobs]
    for _ in range(ATTEMPTS):
        left = [{**vars(job), "folder": str(Path(job.folder).resolve())} for job in jobs if finished(job) is None]
        if not left or not _start(left):
            break
    return [finished(job) or {"error": _last_words(Path(job.folder) / LOG)} for job in jobs]


def _start(jobs: Sequence[Mapping[str, Any]]) -> bool:
    """Carry out jobs in another process, and return whether it was killed before it was through."""
    command = [sys.executable, "-m", f"{__package__}.together"]
    return subprocess.run(command, input=json.dumps(jobs), text=True, cwd=ROOT, check=False).returncode != 0


def carry_out(job: Job, run: Runner | None = None) -> dict[str, Any]:
    """Run a job unless it is finished, and return its card: key, seconds, host, command; or `error`, if it failed.

    The folder is locked, and the lock handed on to the command: one that outlives a killed worker is waited for, and
    two never write the same folder.
    """
    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if card := finished(job):
            return card
        for _ in range(ATTEMPTS):
            began = time.time()
            if (run or _run)(job, folder, lock.fileno()):
                break
        else:
            return {"error": _last_words(folder / LOG)}
        # Nothing is left to be continued, and it is three times the size of the model.
        (folder / "models" / "training_state.ckpt").unlink(missing_ok=True)
        card = {
            "key": job.key,
            "seconds": round(time.time() - began, 1),
            "host": platform.node(),
            "command": job.command,
        }
        write_json(folder / job.marker, card)
    return card


def _run(job: Job, folder: Path, lock: int) -> bool:
    with (folder / LOG).open("a", encoding="utf-8") as log:
        log.write(f"{job.command}\n")
        log.flush()
        done = subprocess.run(
            [sys.executable, *job.arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[lock],
            check=False,
        )
    return done.returncode == 0


def _last_words(log: Path) -> str:
    """Return why a command failed: the last of our errors in its log, else its last line."""
    if not log.is_file():
        return "its process was killed before it began"
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    ours = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return f"{(ours or lines)[-1]} ({log})"
