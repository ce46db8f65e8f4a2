from types import SimpleNamespace

import numpy as np
import pytest
import torch
from ignite.engine import Engine
from monai.data import MetaTensor
from torch import nn

from common.handlers import CollectAppearance


@pytest.fixture
def seen():
    """What is collected of the batches of an evaluator."""

    def collect(network, *batches):
        engine = Engine(lambda engine, batch: network(torch.as_tensor(batch["image"])))
        collector = CollectAppearance(network)
        collector.attach(engine)
        items = list(range(sum(len(batch["image"]) for batch in batches)))
        engine.data_loader = SimpleNamespace(dataset=SimpleNamespace(data=items))
        engine.run(batches)
        return collector.appearance()

    return collect


def network():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 2))


def images(count):
    return torch.rand(count, 1, 8, 8, generator=torch.Generator().manual_seed(count))


def test_features_are_the_unit_vectors_that_the_last_linear_layer_receives(seen):
    own = network()
    found = seen(own, {"image": images(2)}, {"image": images(1)})
    expected = nn.functional.normalize(own[:3](torch.cat([images(2), images(1)]))).detach().numpy()
    assert found.features.dtype == np.float16
    assert np.allclose(found.features, expected, atol=1e-3)
    assert not own[3]._forward_pre_hooks


def test_intensities_are_those_of_the_networks_input(seen):
    image = torch.zeros(1, 1, 8, 8)
    image[..., :2] = 0.8
    found = seen(network(), {"image": image})
    assert found.intensity[0] == pytest.approx([0.2, image.std().item(), 0.75])


def test_size_and_modality_come_from_beside_the_image_or_its_metadata_or_are_not_known(seen):
    beside = {"image": images(1), "size": torch.tensor([[300, 200]]), "modality": ["US"]}
    meta = {"spatial_shape": torch.tensor([[30, 20]]), "modality": ["CT"]}
    found = seen(network(), beside, {"image": MetaTensor(images(1), meta=meta)}, {"image": images(1)})
    assert found.modality.tolist() == ["US", "CT", ""]
    assert np.array_equal(found.size, [[300, 200], [30, 20], [np.nan, np.nan]], equal_nan=True)


def test_a_network_without_a_linear_layer_has_no_features(seen):
    assert seen(nn.Conv2d(1, 1, 1), {"image": images(3)}).features.shape == (3, 0)
