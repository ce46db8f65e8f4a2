"""Rates measured in turns: a round of the bundle's own iterations, a round of each rival, and again."""

import time
from collections.abc import Callable, Mapping

import torch
from ignite.engine import Engine, Events

Step = Callable[[], object]
"""One iteration of a rival on one batch."""

PREFETCHED = 2
"""Batches that each worker of a torch `DataLoader` loads ahead: its default `prefetch_factor`."""


class Rounds:
    """Rounds of an engine and of its rivals that take turns, so that drift of the machine hits all.

    An engine's round is `steps` successive iterations with everything that belongs to them: waiting for the batch that
    its workers read and augment, the step itself, the handlers. While the rivals run, the workers load ahead, so as
    many iterations as they can load, and one more, pass before the clock starts.

    Args:
        rounds: How many rounds.
        steps: Steps of a round.
        num_workers: Of the engine's data loader.
    """

    def __init__(self, *, rounds: int, steps: int, num_workers: int) -> None:
        self.rounds = rounds
        self.steps = steps
        self.settling = PREFETCHED * num_workers + 1
        self.iterations = rounds * (self.settling + steps)
        self._iteration = 0
        self._began = 0.0

    def run(self, name: str, engine: Engine, rivals: Mapping[str, Step]) -> dict[str, list[float]]:
        """Return the seconds per step of every round, by name.

        All rounds lie in the engine's first epoch, which must have `iterations`; its end and validation are not timed.
        """
        seconds: dict[str, list[float]] = {name: [], **{rival: [] for rival in rivals}}

        def take_turns(engine: Engine) -> None:
            self._iteration += 1
            if self._iteration == self.settling:
                self._began = _now()
            if self._iteration < self.settling + self.steps:
                return
            seconds[name].append((_now() - self._began) / self.steps)
            for rival, step in rivals.items():
                seconds[rival].append(seconds_per_step(step, steps=self.steps))
            self._iteration = 0
            if len(seconds[name]) == self.rounds:
                engine.terminate(skip_completed=True)

        engine.add_event_handler(Events.ITERATION_COMPLETED, take_turns)
        engine.run()
        return seconds


def seconds_per_step(step: Step, *, steps: int) -> float:
    """Return the mean seconds of `steps` steps after one that warms up."""
    step()
    began = _now()
    for _ in range(steps):
        step()
    return (_now() - began) / steps


def _now() -> float:
    """Return the clock in seconds, once the accelerator has finished what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()
