import pytest
import torch
from monai.networks.nets import Classifier as MonaiClassifier
from monai.visualize import GradCAM
from torch import nn

from common.inferers import PrecisionInferer
from common.networks import Classifier
from common.networks.inside import METHODS, grad_cam, last_linear, last_map


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Classifier("resnet50", 3, trainable="head").eval()


@pytest.fixture(scope="module")
def images():
    return torch.rand(3, 1, 64, 96, generator=torch.Generator().manual_seed(1))


def cam(network, images, classes, forward=None):
    forward = forward or network
    at = last_map(forward, network, images[:1])
    return grad_cam(forward, network, images, torch.tensor(classes), at=at)


def test_the_layers_are_found(network, images):
    assert last_linear(network) is network.classifier[1]
    assert last_map(network, network, images[:1]) is network.pool
    assert last_linear(nn.Conv2d(1, 1, 1)) is None


def test_it_is_grad_cam_as_monai_has_it(network, images):
    theirs = GradCAM(Classifier("resnet50", 3).eval(), "backbone.layer4", postprocessing=lambda found: found)
    theirs.nn_module.model.load_state_dict(network.state_dict())
    expected = theirs(images[:1], class_idx=1)[0, 0]
    assert expected.max() > 0
    assert torch.allclose(cam(network, images[:1], [1])[0], expected / expected.max(), atol=1e-3)


def test_grad_cam_pp_is_the_plain_formula_on_maps_that_differ_by_place():
    """Of one image, a map of two channels, and a network that is not linear behind it."""
    torch.manual_seed(0)
    first, behind = (
        nn.Conv2d(1, 2, 3, padding=1),
        nn.Sequential(nn.Flatten(), nn.Linear(32, 4), nn.Tanh(), nn.Linear(4, 2)),
    )
    network, image = nn.Sequential(first, nn.ReLU(), behind).eval(), torch.rand(1, 1, 4, 4)
    features = torch.relu(first(image)).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(behind(features)[0, 1], features)
    total = torch.zeros(4, 4)
    for channel in range(2):
        a, g = features[0, channel].detach(), gradient[0, channel]
        share = g**2 / (2 * g**2 + a.sum() * g**3)
        total += (share * g.clamp(min=0)).sum() * a
    expected = torch.relu(total)
    found = grad_cam(
        network, network, image, torch.tensor([1]), at=network[1], given=True, weights=METHODS["grad_cam_pp"]
    )
    assert torch.allclose(found[0], expected / expected.max(), atol=1e-5)


def test_an_image_has_the_same_map_alone_and_in_a_batch_of_other_classes(network, images):
    together = cam(network, images, [0, 1, 2])
    assert together.shape == (3, 64, 96)
    for row in range(3):
        assert torch.allclose(cam(network, images[row : row + 1], [row])[0], together[row], atol=1e-3)


def test_maps_lie_between_0_and_1_and_nothing_is_left_behind(network, images):
    trained = [parameter.requires_grad for parameter in network.parameters()]
    with torch.no_grad():
        found = cam(network, images, [0, 1, 2])
    assert not found.requires_grad
    assert found.min() >= 0
    assert found.max() <= 1
    assert [parameter.requires_grad for parameter in network.parameters()] == trained
    assert not any(module._forward_pre_hooks for module in network.modules())
    assert all(parameter.grad is None for parameter in network.parameters())


def test_bfloat16_of_a_network_of_monais_gives_float32_maps_that_are_near(images):
    torch.manual_seed(0)
    network = MonaiClassifier(in_shape=[1, 64, 96], classes=3, channels=[4, 8], strides=[2, 2]).eval()
    inferer = PrecisionInferer("bf16", "cpu")
    found = cam(network, images, [0, 1, 2], forward=lambda batch: inferer(batch, network))
    assert found.dtype == torch.float32
    assert found.max() == 1
    assert (found - cam(network, images, [0, 1, 2])).abs().mean() < 0.05


def test_the_evidence_lies_where_it_was_put():
    """A network whose logits are the mean brightness and its negative."""
    layer = nn.Linear(1, 2, bias=False)
    layer.weight.data = torch.tensor([[-1.0], [1.0]])
    network = nn.Sequential(nn.AvgPool2d(4), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), layer)
    image = torch.zeros(1, 1, 32, 32)
    image[..., 4:8, 20:24] = 1
    bright, dark = cam(network, image, [1])[0], cam(network, image, [0])[0]
    assert bright[4:8, 20:24].mean() > 0.7
    assert bright[12:].max() == 0
    assert dark.max() == 0


@pytest.mark.parametrize("backbone", ["densenet121", "inception_v3"])
def test_every_family_has_a_map_even_of_one_pixel(backbone):
    network = Classifier(backbone, 2).eval()
    assert cam(network, torch.rand(1, 1, 80, 80), [1]).shape == (1, 80, 80)


def test_a_network_in_training_mode_is_looked_into_as_it_is_evaluated(network, images):
    """An evaluator's handlers find it so: with dropout, and batch norms that would learn from what they see."""
    expected = cam(network, images, [0, 1, 2])
    training = Classifier("resnet50", 3)
    training.load_state_dict(network.state_dict())
    before = {name: tensor.clone() for name, tensor in training.state_dict().items()}
    assert torch.equal(cam(training, images, [0, 1, 2]), expected)
    assert training.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in training.state_dict().items())
