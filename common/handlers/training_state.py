"""Nothing of a training is lost: its whole state after every epoch, and its continuation."""

import logging
import random
from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events

from ..runs import Run
from .state_file import read_state, write_state

_logger = logging.getLogger(__name__)


class TrainingState:
    """Saves a training at the end of each epoch and continues it when the same run is started again.

    A finished run is left alone. Must be its trainer's last handler, so that it saves what the others have decided.

    Args:
        run: The run, opened here.
        objects: What has a state beside the run's own parts, by name; `network` must be among them.
        validator: Evaluator of the validation part.
    """

    def __init__(self, run: Run, objects: dict[str, Any], validator: Engine) -> None:
        self.run = run
        self.objects = objects
        self.validator = validator

    def attach(self, engine: Engine) -> None:
        """Open the run when a trainer starts, order each epoch, save at its end."""
        engine.add_event_handler(Events.STARTED, self._start)
        engine.add_event_handler(Events.EPOCH_STARTED, self._order)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._save)

    def _start(self, engine: Engine) -> None:
        training, validation = engine.data_loader.dataset.data, self.validator.data_loader.dataset.data
        self.run.open(training, validation, self.objects["network"])
        synthetic = ", SYNTHETIC images (phantoms)" if self.run.card["dataset"]["synthetic"] else ""
        _logger.info("run %s: %s%s", self.run.key, self.run.card["weights_source"], synthetic)
        state = read_state(self.run.ckpt_dir)
        if state is None:
            return
        if state["finished"]:
            _logger.info("run %s is finished (%d epochs): nothing to do", self.run.key, state["epoch"])
            engine.terminate(skip_completed=True)
            return
        for name, part in self._stateful().items():
            part.load_state_dict(state[name])
        engine.state.epoch = state["epoch"]
        engine.state.iteration = state["epoch"] * engine.state.epoch_length
        _restore_random_states(state["random"])
        _logger.info("run %s continues after epoch %d", self.run.key, state["epoch"])

    def _stateful(self) -> dict[str, Any]:
        return {**self.objects, **self.run.parts}

    def _order(self, engine: Engine) -> None:
        engine.data_loader.sampler.epoch = engine.state.epoch

    def _save(self, engine: Engine) -> None:
        state = {
            "epoch": engine.state.epoch,
            "finished": engine.should_terminate or engine.state.epoch == engine.state.max_epochs,
            **{name: part.state_dict() for name, part in self._stateful().items()},
            "random": _random_states(),
        }
        write_state(self.run.ckpt_dir, state)


def _random_states() -> dict[str, Any]:
    """Return the states of torch's, NumPy's and Python's generators as plain values and tensors."""
    name, keys, *rest = np.random.get_state()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all(),
        "numpy": (name, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest),
        "python": random.getstate(),
    }


def _restore_random_states(states: dict[str, Any]) -> None:
    torch.set_rng_state(states["torch"])
    torch.cuda.set_rng_state_all(states["cuda"])
    name, keys, *rest = states["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    random.setstate(states["python"])
