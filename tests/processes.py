"""Programs and functions that tests run in processes of their own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Finished(NamedTuple):
    code: int
    output: str


def in_another_process(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns in a fresh process: minutes after OpenVINO ran in a worker, that crashed."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


class Runner:
    """Runs bundles and scripts in forks of a warm process."""

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self.folder = folder
        self.count = 0
        self.server = subprocess.Popen(
            [sys.executable, "-W", "ignore", ROOT / "tests" / "forkserver.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(ROOT), **environment},
        )
        assert self._answer() == "ready"

    def __call__(
        self, *arguments: str, signal_after: tuple[int, float] | None = None, signal_when: tuple[int, str] | None = None
    ) -> Finished:
        """Run `python -m monai.bundle run *arguments`; send a signal after so many seconds, or when it says that."""
        pid, output = self._start("monai.bundle", "run", *arguments)
        if signal_after:
            time.sleep(signal_after[1])
            self._send(pid, signal_after[0])
        if signal_when:
            while not (output.exists() and signal_when[1] in output.read_text()):
                time.sleep(0.01)
            self._send(pid, signal_when[0])
        return Finished(int(self._answer()), output.read_text())

    def program(self, name: str, *arguments: str) -> Finished:
        """Run `python NAME *arguments`, of a file, or `python -m NAME *arguments`, of a module."""
        _, output = self._start(name, *arguments)
        return Finished(int(self._answer()), output.read_text())

    def script(self, name: str, *arguments: str | int | Path) -> Finished:
        """Run `python scripts/NAME.py *arguments`."""
        return self.program(f"scripts/{name}.py", *map(str, arguments))

    def _start(self, program: str, *arguments: str) -> tuple[int, Path]:
        self.count += 1
        output = self.folder / f"output-{self.count}.txt"
        request = {"program": program, "arguments": arguments, "output": str(output), "cwd": str(ROOT)}
        self.server.stdin.write(json.dumps(request) + "\n")
        self.server.stdin.flush()
        return int(self._answer()), output

    @staticmethod
    def _send(pid: int, signal_number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_number)

    def _answer(self) -> str:
        return self.server.stdout.readline().strip()

    def close(self) -> None:
        self.server.send_signal(signal.SIGTERM)
        self.server.wait()
