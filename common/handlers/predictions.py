"""What a network said of every item."""

from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events


class CollectPredictions:
    """Collects probabilities, in the order of the items, from an evaluator whose `pred` are logits `(B, classes)`.

    Args:
        task: `binary` and `multiclass` make them by a softmax over the classes, `multilabel` by a sigmoid each.
    """

    def __init__(self, task: str) -> None:
        self.task = task
        self.items: Any = []
        self.probabilities = np.empty((0, 0), dtype=np.float32)
        self.refused: list[str] = []
        self._batches: list[torch.Tensor] = []

    def attach(self, engine: Engine) -> None:
        """Follow an evaluator that neither shuffles nor decollates."""
        engine.add_event_handler(Events.STARTED, self._begin)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._collect)
        engine.add_event_handler(Events.COMPLETED, self._end)

    def _begin(self, engine: Engine) -> None:
        self._batches, self.refused = [], []

    def _collect(self, engine: Engine) -> None:
        logits = engine.state.output["pred"].float().cpu()
        self._batches.append(torch.sigmoid(logits) if self.task == "multilabel" else torch.softmax(logits, dim=1))
        self.refused += engine.state.batch.get("refused", [""] * len(logits))

    def _end(self, engine: Engine) -> None:
        dataset = engine.data_loader.dataset
        self.items = getattr(dataset, "data", dataset)
        self.probabilities = torch.cat(self._batches).numpy()
