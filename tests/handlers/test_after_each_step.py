"""The average of the weights, and the schedule, follow the optimizer's steps and nothing else."""

import pytest
import torch
from ignite.engine import Engine
from torch import nn

from common.handlers import AfterEachStep


def trained(*, steps, every=1, decay=0.9):
    """Return network, average and schedule after so many batches, of which every so manieth makes a step."""
    network, averaged = nn.BatchNorm1d(1), nn.BatchNorm1d(1)
    optimizer = torch.optim.SGD(network.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)

    def batch(engine, number):
        network(torch.tensor([[1.0], [3.0]])).sum().backward()
        if number % every == 0:
            optimizer.step()
            optimizer.zero_grad()

    engine = Engine(batch)
    engine.optimizer = optimizer
    AfterEachStep(schedule, network, averaged, decay).attach(engine)
    engine.run(range(1, steps + 1))
    return network, averaged, schedule


def test_after_one_step_the_average_keeps_two_elevenths():
    network, averaged, _ = trained(steps=1)
    assert averaged.bias.item() == pytest.approx(network.bias.item() * (1 - 2 / 11))
    assert averaged.running_mean.item() == pytest.approx(network.running_mean.item() * (1 - 2 / 11))
    assert averaged.num_batches_tracked == 1


def test_no_more_than_its_decay_stays():
    network, averaged, _ = trained(steps=1, decay=0.0)
    assert torch.equal(averaged.bias, network.bias)


def test_batches_without_a_step_move_neither():
    _, averaged, schedule = trained(steps=5, every=2)
    assert schedule.last_epoch == 2
    assert averaged.num_batches_tracked == 4


def test_it_begins_with_the_network():
    network, averaged, _ = trained(steps=1, every=2)
    assert torch.equal(averaged.weight, network.weight)
