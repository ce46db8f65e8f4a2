"""What follows each step of the optimizer: the learning rate moves on, and an average of the weights follows them."""

from typing import Any

import torch
from ignite.engine import Engine, Events
from torch import nn


class AfterEachStep:
    """Moves the schedule on and averages the weights, whenever the optimizer has made a step.

    With gradient accumulation that is not after every batch. The average is exponential: after t steps, of the old one
    the share `min(decay, (1 + t) / (10 + t))` stays, so that a short training is not mostly its random start
    (TensorFlow's `ExponentialMovingAverage(num_updates)`). Running statistics of batch norms are averaged alike.

    Args:
        lr_scheduler: A schedule by steps, which counts them.
        network: What is trained.
        averaged: A copy of it, which becomes the average; the network itself where there is none.
        decay: Share of the old average that stays, in the long run.
    """

    def __init__(self, lr_scheduler: Any, network: nn.Module, averaged: nn.Module, decay: float) -> None:
        self.lr_scheduler = lr_scheduler
        self.network = network
        self.averaged = averaged
        self.decay = decay

    def attach(self, engine: Engine) -> None:
        """Follow a trainer."""
        engine.add_event_handler(Events.STARTED, self._begin)

    def _begin(self, engine: Engine) -> None:
        """Begin with the weights of the first process, which the others have by now."""
        self.averaged.load_state_dict(self.network.state_dict())
        engine.optimizer.register_step_post_hook(self._step)

    def _step(self, *_: Any) -> None:
        self.lr_scheduler.step()
        if self.averaged is not self.network:
            steps = self.lr_scheduler.last_epoch
            self._average(min(self.decay, (1 + steps) / (10 + steps)))

    @torch.no_grad()
    def _average(self, stays: float) -> None:
        own, new = self.averaged.state_dict(), self.network.state_dict()
        floats = [name for name, tensor in own.items() if tensor.is_floating_point()]
        torch._foreach_lerp_([own[name] for name in floats], [new[name] for name in floats], 1 - stays)
        for name in own.keys() - floats:
            own[name].copy_(new[name])
