"""Many jobs on one machine or many: Ray hands them out, and again where a worker or a machine dies."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import RunError
from .jobs import Job
from .worker import carry_out_all

RETRIES = 5
"""How often a job is handed out again after its worker has died, such as with its machine."""

CORES_BESIDE_A_GPU = 4
"""Cores of a run that has a GPU: they read and augment images."""

OBJECTS = 100 << 20
"""Bytes of Ray's shared memory here: jobs and cards are small. Ray takes a third of the machine's memory otherwise."""

PATIENCE = 10
"""Seconds in which a cluster answers."""

STARTS = 4
"""How often Ray is started before we give up: on a machine that does much else its own 30 seconds are too few."""

Outcome = tuple[Job, dict[str, Any]]


class Engine:
    """A connection to Ray, local or to a cluster, as a context; made once there is a job.

    Shared storage is a plain folder: every machine sees the repository, its environment, the data and the results
    under the same paths.

    Args:
        address: Of a running cluster (`ray start --head` prints it); empty starts Ray here, for this comparison.
        cpus: Cores of a run; 0 is all of a machine's, or a few beside a GPU.
        gpus: GPUs of a run, which may be a fraction; None is one, where machines have any.
    """

    def __init__(self, *, address: str = "", cpus: int = 0, gpus: float | None = None) -> None:
        self.address = address
        self.cpus = cpus
        self.gpus = gpus

    def __enter__(self) -> "Engine":
        return self

    def _start(self) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray tells its makers of each start otherwise
        import ray

        local = {"address": "local", "object_store_memory": OBJECTS, "include_dashboard": False}
        options = {"address": self.address} if self.address else local
        if ray.is_initialized():
            return
        _refuse_silent(self.address)
        for left in reversed(range(STARTS)):
            before = _children()
            try:
                ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
                return
            except Exception as error:
                ray.shutdown()
                for child in _children() - before:  # a start that failed leaves its processes, which slow the next
                    os.kill(child, signal.SIGKILL)
                if not left:
                    told = str(error).splitlines()[0]
                    raise RunError(f"Ray did not start in {STARTS} attempts ({told}): is the machine busy?") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if "ray" in sys.modules:
            sys.modules["ray"].shutdown()

    def carry_out(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Yield each job with its card as it ends; the card has an `error` where it failed."""
        if not jobs:
            return
        self._start()
        import ray

        task = ray.remote(carry_out_all).options(max_retries=RETRIES, **self._needs())
        pending = {task.remote(its): its for its in together(jobs)}
        while pending:
            (ready, *_), _ = ray.wait(list(pending), num_returns=1)
            its = pending.pop(ready)
            try:
                cards = ray.get(ready)
            except ray.exceptions.RayError as error:
                cards = [{"error": str(error).strip().splitlines()[-1]}] * len(its)
            yield from zip(its, cards, strict=True)

    def _needs(self) -> dict[str, float]:
        import ray

        machines = [machine["Resources"] for machine in ray.nodes() if machine["Alive"]]
        gpus = min(1.0, max(its.get("GPU", 0.0) for its in machines)) if self.gpus is None else self.gpus
        cores = [its.get("CPU", 0.0) for its in machines if its.get("GPU", 0.0) >= gpus]
        if not cores or self.cpus > max(cores):
            offered = ", ".join(f"{its.get('CPU', 0):g} cores with {its.get('GPU', 0):g} GPUs" for its in machines)
            raise RunError(
                f"a run fits into one machine; it would need {self.cpus or 1} cores and {gpus:g} GPUs, and there are "
                f"{offered}: lower --cpus or --gpus"
            )
        # Where machines differ, no run asks for more than the smallest has.
        wanted = min(CORES_BESIDE_A_GPU, *cores) if gpus else min(cores)
        return {"num_cpus": self.cpus or wanted, "num_gpus": gpus}


def together(jobs: Iterable[Job]) -> list[list[Job]]:
    """Return jobs as they are handed out: each alone, but those on the same stored features as one."""
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(job.store or job.key, []).append(job)
    return list(groups.values())


def _refuse_silent(address: str) -> None:
    """Refuse a cluster's address at which nobody listens: Ray would go on knocking for minutes."""
    host, _, port = address.rpartition(":")
    if not address:
        return
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except (OSError, ValueError) as error:
        raise RunError(f"--address is HOST:PORT of a running Ray cluster; got {address!r} ({error})") from error


def _children() -> set[int]:
    """Return the processes that this one has started and that still run."""
    return {int(pid) for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()}
