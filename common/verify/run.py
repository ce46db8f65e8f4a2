"""A stranger's bundle run: a copy that was inspected, in a process of its own, and nothing else."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ConfigError

WORKFLOWS = {"inference": "configs/inference.json", "evaluate": "['configs/train.json','configs/evaluate.json']"}
"""What can be run of a bundle that is not one's own, and the configuration files of each."""


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """Yield a copy of a bundle: what is inspected there is what runs, whatever becomes of `folder` meanwhile."""
    with tempfile.TemporaryDirectory() as place:
        yield Path(shutil.copytree(folder, Path(place) / folder.name, symlinks=True))


def run_workflow(folder: Path, workflow: str, *, dataset_dir: Path, output_dir: Path) -> int:
    """Run a workflow of a bundle from its own folder, where only its own code is found, and return the exit code.

    Args:
        folder: Of the bundle.
        workflow: A key of `WORKFLOWS`.
        dataset_dir: What it is run on.
        output_dir: Where its results go.

    Raises:
        ConfigError: `dataset_dir` is no folder.
    """
    if not dataset_dir.is_dir():
        raise ConfigError(f"--dataset_dir is a folder; got {dataset_dir}: check the path")
    command = [sys.executable, "-m", "monai.bundle", "run", "--config_file", WORKFLOWS[workflow]]
    folders = ["--dataset_dir", str(dataset_dir.resolve()), "--output_dir", str(output_dir.resolve())]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run([*command, *folders], cwd=folder, env=environment, check=False).returncode
