import torch
from torch import nn

from common.networks import begin_as_identity
from common.networks.densenet import DenseNet121
from common.networks.resnet import ResNet50


def gradient(network, images):
    network.train()
    network(images)[-1].mean((2, 3)).square().sum().backward()
    return float(nn.utils.get_total_norm([its.grad for its in network.parameters() if its.grad is not None]))


def test_every_block_of_equal_sizes_hands_on_its_input():
    network = begin_as_identity(ResNet50())
    x = torch.rand(2, 256, 8, 8)
    assert torch.equal(network.layer1[1](x), x)


def test_gradients_do_not_explode():
    torch.manual_seed(0)
    network, images = ResNet50(), torch.rand(4, 3, 64, 64)
    before = gradient(network, images)
    network.zero_grad()
    assert gradient(begin_as_identity(network), images) < before / 5


def test_a_network_without_residual_branches_stays_as_it_is():
    network = DenseNet121()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    begin_as_identity(network)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
