"""Nothing of a training is lost: its whole state after every epoch, or oftener, and its continuation."""

import logging
import random
from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events

from ..distributed import first_process
from ..runs import Run
from .state_file import read_state, write_state

_logger = logging.getLogger(__name__)


class TrainingState:
    """Saves a training at the end of each epoch and continues it when the same run is started again.

    A finished run is left alone. Must be its trainer's last handler, so that it saves what the others have decided.
    What one process saved, several continue, and the other way round: the first of them saves, all load. Only the
    first one's dropout then goes on as it would have; the others draw anew.

    Args:
        run: The run, opened here.
        objects: What has a state beside the run's own parts, by name; `network` must be among them.
        validator: Evaluator of the validation part.
        interval: Steps of the optimizer within an epoch after which the state is saved too; 0 for never. The sampler
            must then give whole batches, as its `batch_size` makes it.
    """

    def __init__(self, run: Run, objects: dict[str, Any], validator: Engine, interval: int = 0) -> None:
        self.run = run
        self.objects = objects
        self.validator = validator
        self.interval = interval
        self._random: dict[str, Any] | None = None

    def attach(self, engine: Engine) -> None:
        """Open the run when a trainer starts, order each epoch, save within it and at its end."""
        engine.add_event_handler(Events.STARTED, self._start)
        engine.add_event_handler(Events.EPOCH_STARTED, self._order)
        engine.add_event_handler(Events.ITERATION_STARTED, self._draw_on)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._save)
        if self.interval:
            engine.add_event_handler(Events.ITERATION_COMPLETED, self._save_within)

    def _start(self, engine: Engine) -> None:
        training, validation = _items(engine), _items(self.validator)
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
        engine.state.iteration = state["epoch"] * engine.state.epoch_length + state["batches"]
        self._random = state["random"] if first_process() else None
        within = f" and {state['batches']} of {engine.state.epoch_length} batches" if state["batches"] else ""
        _logger.info("run %s continues after epoch %d%s", self.run.key, state["epoch"], within)

    def _stateful(self) -> dict[str, Any]:
        return {**self.objects, **self.run.parts}

    def _order(self, engine: Engine) -> None:
        sampler = engine.data_loader.sampler
        sampler.epoch, sampler.start = engine.state.epoch, engine.state.iteration % engine.state.epoch_length
        if not sampler.start:
            self._draw_on(engine)

    def _draw_on(self, engine: Engine) -> None:
        """Draw on where the saved training did: of an epoch, after its loader was opened, which draws a number."""
        if self._random:
            _restore_random_states(self._random, engine.state.device)
            self._random = None

    def _save_within(self, engine: Engine) -> None:
        batches = engine.state.iteration % engine.state.epoch_length
        if batches and batches % (self.interval * engine.accumulation_steps) == 0:
            self._write(engine, {"epoch": engine.state.epoch - 1, "batches": batches, "finished": False})

    def _save(self, engine: Engine) -> None:
        finished = engine.should_terminate or engine.state.epoch == engine.state.max_epochs
        self._write(engine, {"epoch": engine.state.epoch, "batches": 0, "finished": bool(finished)})

    def _write(self, engine: Engine, place: dict[str, Any]) -> None:
        if not first_process():
            return
        state = {
            **place,
            **{name: part.state_dict() for name, part in self._stateful().items()},
            "random": _random_states(engine.state.device),
        }
        write_state(self.run.ckpt_dir, state)


def _items(engine: Engine) -> Any:
    """Return the list that an engine's dataset reads; a sharded one is its own."""
    dataset = engine.data_loader.dataset
    return getattr(dataset, "data", dataset)


def _random_states(device: torch.device) -> dict[str, Any]:
    """Return the states of torch's, NumPy's and Python's generators as plain values and tensors.

    Of GPUs that of this process alone: another machine that continues may have fewer.
    """
    name, keys, *rest = np.random.get_state()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
        "numpy": (name, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest),
        "python": random.getstate(),
    }


def _restore_random_states(states: dict[str, Any], device: torch.device) -> None:
    torch.set_rng_state(states["torch"])
    if device.type == "cuda" and states["cuda"] is not None:
        torch.cuda.set_rng_state(states["cuda"], device)
    name, keys, *rest = states["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    random.setstate(states["python"])
