"""How long a user waits for the first forward pass of a training, beside the imports that nobody can avoid."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tqdm import tqdm

from ..bundles import bundle_root
from ..errors import RunError
from .phantoms import prepared_phantoms
from .table import Goal, Measurement

IMPORTS = "import monai, torch"
FORWARD = "command to first forward pass"

TWICE = 2.0
"""The most that reading the data set, building the trainer and loading a first batch may make of the bare imports."""

_SAY_WHEN = "import time; print(time.monotonic(), flush=True)"
"""Last line of a program: the moment, on the clock that all processes of a machine share."""

_COMMAND_UNTIL_FORWARD = f"""
import runpy, sys
from torch.nn.modules.module import register_module_forward_pre_hook

def stop(module, inputs):
    if type(module).__name__ == "Classifier":
        {_SAY_WHEN}
        sys.exit()

register_module_forward_pre_hook(stop)
runpy.run_module("monai.bundle", run_name="__main__", alter_sys=True)
"""
"""`python -m monai.bundle`, word for word, until it calls the network: a hook of torch's says when, and ends it.

So nothing in the bundle is there for the measurement, and the command line, its checks and its workers are the user's.
"""


def measure(folder: Path, *, rounds: int) -> Measurement:
    """Return the seconds from the start of a process to the end of the bare imports, and to the first forward pass.

    Both begin with a run that is not counted: it fills the disk's cache and compiles what Python has not yet compiled.

    Args:
        folder: An empty folder to work in.
        rounds: How many rounds.
    """
    load = os.getloadavg()[0]
    command = _training_command(folder)
    rows: dict[str, list[float]] = {IMPORTS: [], FORWARD: []}
    for number in tqdm(range(rounds + 1), desc="startup", unit="round", disable=None):
        seconds = {IMPORTS: _seconds(f"{IMPORTS}; {_SAY_WHEN}", []), FORWARD: _seconds(_COMMAND_UNTIL_FORWARD, command)}
        if number > 0:
            for name, value in seconds.items():
                rows[name].append(value)
    return Measurement(
        title=f"startup: {rounds} rounds in turns",
        unit="s",
        reference=IMPORTS,
        rounds=rows,
        goals=(Goal(name="first forward pass / bare imports", of=FORWARD, to=IMPORTS, at_most=TWICE),),
        load=load,
    )


def _training_command(folder: Path) -> list[str]:
    head = {"dataset_dir": prepared_phantoms(folder), "ckpt_dir": folder / "models", "output_dir": folder / "eval"}
    config = Path(bundle_root("breast_us")) / "configs" / "train.json"
    return [
        "run",
        "--config_file",
        str(config),
        *(word for key, path in head.items() for word in (f"--{key}", str(path))),
    ]


def _seconds(program: str, arguments: list[str]) -> float:
    """Return the seconds from the start of the process to the moment that it prints last."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise RunError(f"the training command must reach its first forward pass; it ended before: {reason[0]}")
    return float(done.stdout.split()[-1]) - began
