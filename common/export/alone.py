"""Programs that run in a folder, in a process of their own, which has nothing of this repository on its path."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import ExportError

_OURS = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "RADIMAGENET_WEIGHTS")
"""Variables that could lend the process what its own folder lacks."""

_SAME_ORDER = {"PYTHONHASHSEED": "0"}
"""TorchScript writes sets of constants in the order of their hashes, which Python else draws for each process."""

ALONE = ("-P", "-s")
"""Options of Python for a program of ours: neither the folder that it lies in nor the user's own packages."""


def alone(arguments: Sequence[str], *, folder: Path, doing: str, accepted: Sequence[int] = (0,)) -> str:
    """Run Python with these arguments in `folder` and return what it said on standard output.

    Raises:
        ExportError: Another exit code than those accepted: what it said last.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _OURS} | _SAME_ORDER
    done = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in accepted:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        last = lines[-1].removeprefix("error: ") if lines else "nothing was said"
        raise ExportError(f"{doing} failed in {folder.name} (exit code {done.returncode}): {last}")
    return done.stdout
