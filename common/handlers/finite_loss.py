"""A loss that is not finite stops the run."""

from itertools import islice
from typing import Any

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
    # The sampler passes over what a stopped run had seen of this epoch.
    start = ((engine.state.iteration - 1) % engine.state.epoch_length - loader.sampler.start) * loader.batch_size
    keys = list(islice(loader.sampler, start, start + loader.batch_size))
    return _names(loader.dataset, [key[1] for key in keys])


def _names(dataset: Any, indices: list[int]) -> list[str]:
    if hasattr(dataset, "data"):
        return [str(dataset.data[index]["image"]) for index in indices]
    from ..pretraining.names import image_names

    return image_names(dataset, indices)
