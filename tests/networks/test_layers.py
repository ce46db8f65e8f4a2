import pytest
import torch
from monai.networks.nets import Classifier as MonaiClassifier

from common.errors import ConfigError
from common.networks import Classifier
from common.networks.inside import grad_cam
from common.networks.layers import STRIDES, find_layer

BLANK = torch.zeros(1, 1, 96, 128)


@pytest.mark.parametrize("backbone", ["resnet50", "densenet121", "inception_v3", "inception_resnet_v2"])
def test_a_stage_is_called_by_its_stride_and_gives_the_map_of_its_size_and_width(backbone):
    network = Classifier(backbone, 2).eval()
    with torch.no_grad():
        expected = network.backbone(network.contract(BLANK))[1:]
    for stride, features in zip(STRIDES, expected, strict=True):
        layer, seen = find_layer(str(stride), network, network, BLANK), []
        hook = layer.module.register_forward_hook(
            lambda module, inputs, output, seen=seen, given=layer.given: seen.append(output if given else inputs[0])
        )
        with torch.no_grad():
            network(BLANK)
        hook.remove()
        assert torch.equal(seen[-1], features), stride
        found = grad_cam(network, network, BLANK, torch.tensor([1]), at=layer.module, given=layer.given)
        assert found.shape == (1, 96, 128)


def test_a_module_is_called_by_its_path_and_what_receives_its_map_sees_the_same():
    torch.manual_seed(0)
    network, images, classes = Classifier("resnet50", 2).eval(), torch.rand(2, 1, 64, 64), torch.tensor([0, 1])
    last, named = (find_layer(name, network, network, BLANK) for name in ("last", "backbone.layer4"))
    assert (last.module, last.given) == (network.pool, False)
    assert (named.module, named.given) == (network.backbone.layer4, True)
    maps = [grad_cam(network, network, images, classes, at=its.module, given=its.given) for its in (last, named)]
    assert torch.equal(*maps)


def test_an_unknown_layer_is_answered_with_those_there_are():
    network = Classifier("resnet50", 2).eval()
    with pytest.raises(
        ConfigError,
        match=r"a layer is last, 4, 8, 16, 32, or a module that gives a map: contract, backbone.conv1, .*layer4, "
        r"or one inside; got 'layer4': give --layer",
    ):
        find_layer("layer4", network, network, BLANK)


@pytest.mark.parametrize("name", ["4", "classifier.1"])
def test_of_another_network_there_are_modules_alone_and_only_those_with_a_map(name):
    network = MonaiClassifier(in_shape=[1, 96, 128], classes=2, channels=[4, 8], strides=[2, 2]).eval()
    with pytest.raises(ConfigError, match=rf"a layer is last, or a module that gives a map: net.*; got '{name}'"):
        find_layer(name, network, network, BLANK)
    assert find_layer("last", network, network, BLANK).module is not None
