"""A line per epoch, and the learning curves."""

import logging
import math
import time
from typing import Any

import torch
from ignite.engine import Engine, Events

from ..distributed import summed, world
from ..runs import Run

_logger = logging.getLogger(__name__)


class EpochLog:
    """Logs each epoch with the time left, keeps the history, and records it in `run.json`.

    Args:
        validator: Evaluator whose metrics belong to the epoch.
        run: Where the history is recorded.
    """

    def __init__(self, validator: Engine, run: Run) -> None:
        self.validator = validator
        self.run = run
        self.history: list[dict[str, Any]] = []
        self._losses: list[float] = []
        self._began = 0.0
        self._before = 0.0
        run.parts["epoch_log"] = self

    def attach(self, engine: Engine) -> None:
        """Follow a trainer; attach after its `ValidationHandler`."""
        engine.add_event_handler(Events.EPOCH_STARTED, self._begin)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._add)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._end)

    def state_dict(self) -> dict[str, Any]:
        """Return the history so far, and the losses and seconds of an epoch that has not ended."""
        return {"history": self.history, "losses": self._losses, "seconds": self._seconds()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up an earlier history; where an epoch had ended, what is left of it is forgotten as the next begins."""
        self.history, self._losses, self._before = state["history"], state["losses"], state["seconds"]

    def _begin(self, engine: Engine) -> None:
        self._began = time.perf_counter()
        if engine.state.iteration % engine.state.epoch_length == 0:
            self._losses, self._before = [], 0.0

    def _seconds(self) -> float:
        return self._before + time.perf_counter() - self._began

    def _add(self, engine: Engine) -> None:
        output = engine.state.output
        # MONAI repeats the loss of a batch for each of its images, where it is asked to take batches apart.
        loss = (output[0] if isinstance(output, list) else output)["loss"]
        self._losses.append(torch.as_tensor(loss).item())

    def _validated(self, engine: Engine) -> dict[str, float]:
        """Return the metrics of this epoch; none where `val_interval` passed over it."""
        if self.validator.state.epoch != engine.state.epoch:
            return {}
        return {name: float(value) for name, value in self.validator.state.metrics.items()}

    def _mean_loss(self, engine: Engine) -> float:
        """Return the mean over the batches, of all processes: their shares of a batch are equal."""
        own = torch.tensor(sum(self._losses) / len(self._losses), dtype=torch.float64, device=engine.state.device)
        return float(summed(own)) / world()

    def _end(self, engine: Engine) -> None:
        epoch: dict[str, Any] = {
            "epoch": engine.state.epoch,
            "train_loss": self._mean_loss(engine),
            **self._validated(engine),
            "seconds": round(self._seconds(), 2),
        }
        self.history.append(epoch)
        seconds = sum(entry["seconds"] for entry in self.history)
        self.run.record(seconds=round(seconds, 1), history=self.history)
        left = (engine.state.max_epochs - engine.state.epoch) * seconds / len(self.history)
        scores = ", ".join(f"{name} {value:.4f}" for name, value in epoch.items() if name not in ("epoch", "seconds"))
        _logger.info(
            "epoch %d/%d: %s; %.0f s, at most %d min left",
            epoch["epoch"], engine.state.max_epochs, scores, epoch["seconds"], math.ceil(left / 60),
        )  # fmt: skip
