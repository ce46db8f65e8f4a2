"""Shared by the tests: a small prepared data set of phantoms, a network that trains in milliseconds, and quick runs."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
"""A shared machine may be slow; what must be fast is measured by scripts/benchmark.py."""

ROOT = Path(__file__).resolve().parents[1]
TRAIN = "bundles/breast_us/configs/train.json"

TINY = {
    "network_def": {
        "_target_": "monai.networks.nets.Classifier",
        "in_shape": [1, 32, 32],
        "classes": 2,
        "channels": [4, 8],
        "strides": [2, 2],
        "dropout": 0.2,
    }
}
"""An overlay with a network of MONAI's that trains an epoch of phantoms in a fraction of a second."""


class Finished(NamedTuple):
    code: int
    output: str


class Runner:
    """Runs bundles in forks of a warm process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.server = subprocess.Popen(
            [sys.executable, "-W", "ignore", ROOT / "tests" / "forkserver.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._answer() == "ready"

    def __call__(self, *arguments: str, signal_after: tuple[int, float] | None = None, cwd: Path = ROOT) -> Finished:
        """Run `python -m monai.bundle run *arguments`; `signal_after` sends a signal after so many seconds."""
        self.count += 1
        output = self.folder / f"output-{self.count}.txt"
        request = {"arguments": ["run", *arguments], "output": str(output), "cwd": str(cwd)}
        self.server.stdin.write(json.dumps(request) + "\n")
        self.server.stdin.flush()
        pid = int(self._answer())
        if signal_after:
            subprocess.run(["sleep", str(signal_after[1])], check=True)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal_after[0])
        return Finished(int(self._answer()), output.read_text())

    def _answer(self) -> str:
        return self.server.stdout.readline().strip()

    def close(self) -> None:
        self.server.send_signal(signal.SIGTERM)
        self.server.wait()


@pytest.fixture(scope="session")
def run_bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    runner = Runner(tmp_path_factory.mktemp("output"))
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared data set of 40 phantom patients."""
    from common.datasets.prepare import prepare
    from common.phantoms import PHANTOMS

    folder = tmp_path_factory.mktemp("phantoms")
    PHANTOMS["busbra"](folder / "original", patients=40, seed=1, difficulty=0.0)
    prepare("busbra", folder / "original", folder / "data")
    return folder / "data"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of an overlay that swaps in a tiny network."""
    path = tmp_path_factory.mktemp("overlay") / "tiny.json"
    path.write_text(json.dumps(TINY))
    return str(path)


def places(folder: Path) -> list[str]:
    """Arguments that send a run's files below `folder`."""
    return ["--ckpt_dir", str(folder / "models"), "--output_dir", str(folder / "eval")]
