import numpy as np
import pytest
import torch
from ignite.engine import Engine
from torch.utils.data import DataLoader

from common.handlers import CollectPredictions

LOGITS = torch.tensor([[0.0, 2.0, -1.0], [1.0, 0.0, 0.0], [-3.0, 0.5, 4.0]])


class Items(list):
    """A data set that says, as MONAI's do, what its items are."""

    @property
    def data(self):
        return list(self)


@pytest.mark.parametrize(("task", "expected"), [("multiclass", LOGITS.softmax(1)), ("multilabel", LOGITS.sigmoid())])
def test_probabilities_are_those_of_the_task_in_the_order_of_the_items(task, expected):
    items = Items([{"row": row} for row in range(3)])
    collected = CollectPredictions(task)

    def step(engine, batch):
        return {"pred": LOGITS[batch["row"]]}

    engine = Engine(step)
    collected.attach(engine)
    loader = DataLoader(items, batch_size=2)
    engine.data_loader = loader
    engine.run(loader)
    assert np.array_equal(collected.probabilities, expected.numpy())
    assert collected.items == list(items)
    assert collected.refused == [""] * 3
