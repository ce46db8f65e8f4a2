import pytest
import torch
from ignite.engine import Engine
from monai.data import MetaTensor
from monai.engines.utils import IterationEvents

from common.errors import RunError
from common.handlers import FiniteLoss


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_names_the_images_of_its_batch(loss):
    def step(engine, batch):
        engine.state.output = {"loss": torch.tensor(loss)}
        engine.fire_event(IterationEvents.LOSS_COMPLETED)

    engine = Engine(step)
    engine.register_events(*IterationEvents)
    FiniteLoss().attach(engine)
    batch = {"image": MetaTensor(torch.zeros(2, 1, 2, 2), meta={"filename_or_obj": ["a.png", "b.png"]})}
    with pytest.raises(RunError, match=rf"it is {loss} in epoch 1: .*images: a.png, b.png"):
        engine.run([batch])
