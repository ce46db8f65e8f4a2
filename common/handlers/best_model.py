"""The best model on validation, and the end of a training that no longer improves."""

import logging
import math
from typing import Any

from ignite.engine import Engine, Events
from torch import nn

from ..errors import RunError
from ..runs import Run

_logger = logging.getLogger(__name__)


class BestModel:
    """Writes `model.pt` and `model.json` whenever the key metric improves; stops after `patience` epochs without.

    Args:
        validator: Evaluator whose key metric decides; higher is better.
        network: What is written.
        run: Where it is written.
        patience: Epochs without improvement after which training stops.

    Raises:
        RunError: In the first epoch, where the validation part gives no score.
    """

    def __init__(self, validator: Engine, network: nn.Module, run: Run, patience: int) -> None:
        self.validator = validator
        self.network = network
        self.run = run
        self.patience = patience
        self.best = -math.inf
        self.best_epoch = 0
        run.parts["best_model"] = self

    def attach(self, engine: Engine) -> None:
        """Follow a trainer; attach after its `ValidationHandler`."""
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._compare)
        engine.add_event_handler(Events.COMPLETED, self._tell)

    def state_dict(self) -> dict[str, Any]:
        """Return the best metric so far and its epoch."""
        return {"best": self.best, "best_epoch": self.best_epoch}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up an earlier best."""
        self.best, self.best_epoch = state["best"], state["best_epoch"]

    def _compare(self, engine: Engine) -> None:
        if self.validator.state.epoch != engine.state.epoch:  # `val_interval` passed over this epoch
            return
        name = self.validator.state.key_metric_name
        value = float(self.validator.state.metrics[name])
        if math.isnan(value):
            raise RunError(
                f"{name} is a number, by which a model is chosen; got {value}: validation needs images of every class, "
                "and a learning_rate with which outputs stay numbers"
            )
        if value > self.best:
            self.best, self.best_epoch = value, engine.state.epoch
            self.run.save_model(self.network, best_epoch=self.best_epoch, **{name: value})
        elif engine.state.epoch - self.best_epoch >= self.patience:
            _logger.info("no better %s than %.4f for %d epochs: training ends", name, self.best, self.patience)
            engine.terminate()

    def _tell(self, engine: Engine) -> None:
        if self.best_epoch:
            _logger.info("epoch %d was the best: %s; evaluate it next", self.best_epoch, self.run.ckpt_dir / "model.pt")
