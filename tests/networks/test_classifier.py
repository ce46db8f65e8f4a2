import pytest
import torch

from common.errors import ConfigError, WeightsError
from common.networks import Classifier
from common.networks.backbones import BACKBONES


@pytest.fixture(scope="module", params=list(BACKBONES))
def backbone(request) -> str:
    return request.param


def test_logits_are_of_the_average_of_the_last_features(backbone):
    network = Classifier(backbone, 3).eval()
    image = torch.rand(2, 1, 96, 131)
    with torch.no_grad():
        features = network.backbone(network.contract(image))
        logits = network.classifier[1](features[-1].mean((2, 3)))
        torch.testing.assert_close(network(image), logits)
    assert logits.shape == (2, 3)
    assert len(features) == 5


@pytest.mark.parametrize("trainable", ["all", "top", "head"])
def test_what_is_frozen_stays_as_it_is_while_the_rest_trains(backbone, trainable):
    torch.manual_seed(0)
    network = Classifier(backbone, 2, trainable=trainable)
    free = [parameter for parameter in network.parameters() if parameter.requires_grad]
    before = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.SGD(free, lr=0.1)
    network.train()
    for _ in range(2):
        torch.nn.functional.cross_entropy(network(torch.rand(4, 1, 96, 96)), torch.tensor([0, 1, 0, 1])).backward()
        optimizer.step()
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    top = tuple(f"backbone.{prefix}" for prefix in BACKBONES[backbone].top)
    allowed = {"all": ("backbone.", "classifier."), "top": (*top, "classifier."), "head": ("classifier.",)}[trainable]
    assert changed
    assert all(name.startswith(allowed) for name in changed)
    if trainable != "head":
        assert any("running_mean" in name for name in changed)
        assert any(name.startswith(top) for name in changed)


def test_a_frozen_backbone_drops_out_only_in_the_head():
    network = Classifier("resnet50", 2, trainable="head").train()
    assert not network.backbone.bn1.training
    assert network.classifier[0].training
    assert not network.eval().classifier[0].training


def test_weights_of_another_network_are_refused_even_when_not_strict():
    resnet, densenet = Classifier("resnet50", 2), Classifier("densenet121", 2)
    with pytest.raises(WeightsError, match="must be of resnet50; these are of densenet121"):
        resnet.load_state_dict(densenet.state_dict(), strict=False)
    with pytest.raises(WeightsError, match="these have none: another network's"):
        resnet.load_state_dict({"some.weight": torch.zeros(1)}, strict=False)


def test_arguments_outside_their_lists_are_refused():
    with pytest.raises(ConfigError, match=r"backbone is one of resnet50, resnet50_keras, .*; got 'vgg16'"):
        Classifier("vgg16", 2)
    with pytest.raises(ConfigError, match="trainable is one of all, top, head; got 'none'"):
        Classifier("resnet50", 2, trainable="none")


def test_a_clip_is_the_mean_of_its_frames():
    network = Classifier("resnet50", 2).eval()
    frame = torch.rand(2, 1, 64, 64)
    with torch.inference_mode():
        alone = network(frame)
        assert torch.allclose(network(frame.expand(2, 3, 64, 64)), alone, atol=1e-5)
        clip = torch.cat([frame[:1], frame[1:]], dim=1)
        assert torch.allclose(network(clip)[0], alone.mean(0), atol=1e-5)
