"""A head trained on stored features: what `train.json` does with a frozen backbone, without the backbone."""

import copy
import math
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import torch
from ignite.metrics import Metric
from monai.bundle import ConfigParser
from numpy.typing import NDArray
from torch import nn

from ..datasets.seeded import EpochSampler, draws
from ..errors import RunError
from .store import Floats

ACCUMULATION = "train::trainer::accumulation_steps"
"""Of how many batches the gradients make a step, where a configuration says so."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Images of a training or validation part.

    Attributes:
        features: Of all images of the store, `(N, 1 + V, D)`.
        rows: Which of them are of this part, `(n,)`.
        labels: Class indices, `(n,)`.
    """

    features: Floats
    rows: NDArray[np.intp]
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.rows)

    def clean(self) -> torch.Tensor:
        """Return the features of the clean images, `(n, D)`."""
        return torch.from_numpy(self.features[self.rows, 0])


@dataclass(kw_only=True)
class Best:
    """The best epoch on validation.

    Attributes:
        metric: What chose it.
        value: The metric then; higher is better.
        epoch: From 1.
        state: The head's tensors then.
        history: Loss and metrics of every epoch.
    """

    metric: str
    value: float = -math.inf
    epoch: int = 0
    state: dict[str, torch.Tensor] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)


def train_head(parser: ConfigParser, head: nn.Module, training: Part, validation: Part) -> Best:
    """Train a head, in place, by its configuration's optimizer, schedule, loss and key metric; return its best epoch.

    Order, batches, the learning rate's plateaus and patience are as `train.json` has them. With views each epoch takes
    one of an image's augmented ones, as (seed, epoch, index) says; without, its clean one. A few thousand numbers are
    trained, so the processor does it: a GPU would wait for its launches.

    Args:
        parser: The configuration.
        head: Dropout and linear layer.
        training: What it learns from.
        validation: What chooses the epoch.

    Raises:
        RunError: A loss that is not finite.
    """
    parser["network"] = head
    loss, schedule = parser.get_parsed_content("loss"), parser.get_parsed_content("lr_scheduler")
    batch = int(parser["batch_size"])
    if ACCUMULATION in parser:
        batch *= int(parser.get_parsed_content(ACCUMULATION))  # of features a whole step's have room
    steps = _Steps(head, parser.get_parsed_content("optimizer"), loss, batch)
    ((name, metric),) = parser.get_parsed_content("validate::key_metric").items()
    keys = ("seed", "patience", "val_interval", "max_epochs")  # parsed, since an overlay may refer to another
    seed, patience, interval, epochs = (int(parser.get_parsed_content(key)) for key in keys)
    sampler, best, validated = EpochSampler(training, seed), Best(metric=name), validation.clean()
    torch.manual_seed(seed)
    for epoch in range(1, epochs + 1):
        began = time.perf_counter()
        sampler.epoch = epoch
        entry: dict[str, Any] = {"epoch": epoch, "train_loss": steps.over(training, sampler)}
        if epoch % interval == 0:
            logits = _logits(head, validated)
            value, of_loss = _score(metric, logits, validation.labels), float(loss(logits, validation.labels))
            entry |= {name: value, "val_loss": of_loss}
            schedule.step(of_loss)
        best.history.append({**entry, "seconds": round(time.perf_counter() - began, 4)})
        if epoch % interval:
            continue
        if value > best.value:
            best.value, best.epoch, best.state = value, epoch, copy.deepcopy(head.state_dict())
        elif epoch - best.epoch >= patience:
            break
    return best


class _Steps(NamedTuple):
    """What the steps of an epoch are taken with."""

    head: nn.Module
    optimizer: torch.optim.Optimizer
    loss: nn.Module
    batch_size: int

    def over(self, part: Part, sampler: EpochSampler) -> float:
        """Take the steps of the sampler's epoch, and return their mean loss."""
        self.head.train()
        keys = list(sampler)
        order = np.array([key[1] for key in keys])
        views = part.features.shape[1] - 1
        view = np.array([draws(sampler.seed, key)[1] % views + 1 for key in keys]) if views else np.zeros_like(order)
        whole = len(order) - (len(order) % self.batch_size == 1)  # as `train::dataloader` drops a last batch of one
        losses = []
        for first in range(0, whole, self.batch_size):
            own = slice(first, first + self.batch_size)
            features = torch.from_numpy(part.features[part.rows[order[own]], view[own]])
            value = self.loss(self.head(features), part.labels[order[own]])
            self.optimizer.zero_grad(set_to_none=True)
            value.backward()
            self.optimizer.step()
            losses.append(value.detach())
        mean = float(torch.stack(losses).mean())
        if not math.isfinite(mean):
            raise RunError(f"a loss must be finite; it is {mean} in epoch {sampler.epoch}: lower learning_rate")
        return mean


def _logits(head: nn.Module, features: torch.Tensor) -> torch.Tensor:
    head.eval()
    with torch.inference_mode():
        return head(features)


def _score(metric: Metric, logits: torch.Tensor, labels: torch.Tensor) -> float:
    metric.reset()
    metric.update((logits, labels))
    return float(metric.compute())
