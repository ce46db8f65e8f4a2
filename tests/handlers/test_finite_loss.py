import pytest
import torch
from ignite.engine import Engine
from monai.engines.utils import IterationEvents
from monai.transforms import Compose
from torch.utils.data import DataLoader

from common.datasets.seeded import EpochSampler, SeededDataset
from common.errors import RunError
from common.handlers import FiniteLoss


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_names_the_images_of_its_batch(loss):
    """The second of three batches spoils the loss: its images are named, and no others."""
    data = SeededDataset([{"image": f"{index}.png"} for index in range(6)], Compose([]), seed=0)
    loader = DataLoader(data, sampler=EpochSampler(data, seed=0), batch_size=2)
    batches = [batch["image"] for batch in loader]

    def step(engine, batch):
        spoilt = batch["image"] == batches[1]
        engine.state.output = {"loss": torch.tensor(loss if spoilt else 0.5)}
        engine.fire_event(IterationEvents.LOSS_COMPLETED)

    engine = Engine(step)
    engine.data_loader = loader
    engine.register_events(*IterationEvents)
    FiniteLoss().attach(engine)
    with pytest.raises(RunError, match=rf"it is {loss} in epoch 1: .*images: {', '.join(batches[1])}$"):
        engine.run(loader)
