"""A loss that is not finite stops the run."""

import torch
from ignite.engine import Engine
from monai.engines.utils import IterationEvents

from ..errors import RunError


class FiniteLoss:
    """Stops training before a loss that is not finite reaches the weights, and names the images of that batch."""

    def attach(self, engine: Engine) -> None:
        """Watch the loss of every iteration of a trainer."""
        engine.add_event_handler(IterationEvents.LOSS_COMPLETED, self._check)

    def _check(self, engine: Engine) -> None:
        loss = engine.state.output["loss"]
        if torch.isfinite(loss):
            return
        files = _files_of_batch(engine)
        raise RunError(
            f"a loss must be finite; it is {float(loss)} in epoch {engine.state.epoch}: lower learning_rate, "
            f"or look at the batch's images: {', '.join(files)}"
        )


def _files_of_batch(engine: Engine) -> list[str]:
    loader = engine.data_loader
    start = (engine.state.iteration - 1) % engine.state.epoch_length * loader.batch_size
    keys = list(loader.sampler)[start : start + loader.batch_size]
    return [str(loader.dataset.data[index]["image"]) for _, index in keys]
