import pytest
import torch

from common.errors import ConfigError, WeightsError
from common.networks import Classifier
from common.networks.backbones import BACKBONES, apart, together
from common.networks.inside import last_linear, last_map


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


@pytest.mark.parametrize("trainable", ["all", "top", "top10", "head"])
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
    kind = BACKBONES[backbone]
    named = {"all": ("",), "top": kind.top, "top10": kind.top10, "head": ()}[trainable]
    free = tuple(f"backbone.{prefix}" for prefix in named)
    assert changed
    assert all(name.startswith((*free, "classifier.")) for name in changed)
    if trainable != "head":
        assert any("running_mean" in name for name in changed)
        assert any(name.startswith(free) for name in changed)


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
    with pytest.raises(ConfigError, match="trainable is one of all, top, top10, head; got 'none'"):
        Classifier("resnet50", 2, trainable="none")


def test_a_clip_is_the_mean_of_its_frames():
    network = Classifier("resnet50", 2).eval()
    frame = torch.rand(2, 1, 64, 64)
    with torch.inference_mode():
        alone = network(frame)
        assert torch.allclose(network(frame.expand(2, 3, 64, 64)), alone, atol=1e-5)
        clip = torch.cat([frame[:1], frame[1:]], dim=1)
        assert torch.allclose(network(clip)[0], alone.mean(0), atol=1e-5)


MEAN = ["resnet50", "densenet121", "resnet50"]


def test_several_say_the_mean_of_what_each_says_and_flips_do_not_ask_which_way_round_an_image_is():
    torch.manual_seed(0)
    image = torch.rand(2, 1, 64, 70)
    networks = [Classifier(name, 3).eval() for name in MEAN]
    states = {f"others.{place - 1}.{name}" if place else name: tensor
              for place, network in enumerate(networks) for name, tensor in network.state_dict().items()}  # fmt: skip
    with torch.inference_mode():
        plain, mirrored = (
            torch.stack([its(x).softmax(1) for its in networks]).mean(0) for x in (image, image.flip(-1))
        )
        for flips, expected in ((False, plain), (True, (plain + mirrored) / 2)):
            mean = Classifier(together(MEAN, flips=flips), 3).eval()
            mean.load_state_dict(states)
            torch.testing.assert_close(mean(image).softmax(1), expected)
            assert torch.allclose(mean(image), mean(image.flip(-1)), atol=1e-5) is flips


def test_a_mean_is_not_trained_together():
    with pytest.raises(ConfigError, match=r"networks are trained each alone.*'resnet50 \+ resnet50': give one"):
        Classifier("resnet50 + resnet50", 2, pretrained="auto")


def test_a_network_that_is_sure_has_finite_logits():
    network = Classifier("resnet50 with flips", 2).eval()
    network.classifier[1].bias.data = torch.tensor([500.0, -500.0])
    with torch.inference_mode():
        logits = network(torch.rand(1, 1, 64, 64))
    assert torch.isfinite(logits).all()
    assert logits.argmax() == 0


def test_features_and_the_last_layer_are_the_first_networks_and_of_the_image_itself():
    mean = Classifier("resnet50 + densenet121 with flips", 2).eval()
    image, heard = torch.rand(1, 1, 64, 64), []
    layer = last_linear(mean)
    assert layer is mean.classifier[1]
    layer.register_forward_pre_hook(lambda _, inputs: heard.append(inputs[0]))
    with torch.inference_mode():
        mean(image)
        torch.testing.assert_close(heard[-1], mean.features(image))
    assert last_map(mean, mean, image) is mean.pool


def test_what_several_are_called_can_be_taken_apart():
    assert apart("resnet50") == (["resnet50"], False)
    for flips in (False, True):
        assert apart(together(MEAN, flips=flips)) == (MEAN, flips)
    with pytest.raises(ConfigError, match="got 'vgg16'"):
        Classifier("resnet50 + vgg16", 2)
    with pytest.raises(ConfigError, match="at most 64 networks; got 65"):
        apart(together(["resnet50"] * 65, flips=False))
