import pytest
import torch

from common.errors import ConfigError, WeightsError
from common.files import write_tensors
from common.networks import Classifier, Segmenter
from common.networks.backbones import BACKBONES


@pytest.fixture(scope="module", params=list(BACKBONES))
def network(request) -> Segmenter:
    return Segmenter(request.param, 1).eval()


@pytest.mark.parametrize("size", [(96, 96), (131, 99), (224, 160)])
def test_every_pixel_of_an_image_of_any_size_has_its_logits(network, size):
    with torch.inference_mode():
        assert network(torch.rand(2, 1, *size)).shape == (2, 1, *size)


def test_a_pixel_answers_to_what_lies_there(network):
    """The gradient of the middle's logits reaches the middle, and every stride of the encoder has its share in them."""
    image = torch.rand(1, 1, 128, 96, requires_grad=True)
    network(image)[0, 0, 60:68, 44:52].sum().backward()
    reach = image.grad.abs()[0, 0]
    assert reach[56:72, 40:56].mean() > reach[:16, :16].mean()
    assert all(parameter.grad is not None for parameter in network.parameters())
    network.zero_grad()


@pytest.mark.parametrize("trainable", ["top", "head"])
def test_a_frozen_backbone_stays_as_it_is_while_the_decoder_trains(trainable):
    torch.manual_seed(0)
    network = Segmenter("resnet50", 1, trainable=trainable).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    free = [parameter for parameter in network.parameters() if parameter.requires_grad]
    network(torch.rand(2, 1, 96, 96)).mean().backward()
    torch.optim.SGD(free, lr=1.0).step()
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    allowed = ("backbone.layer4.",) if trainable == "top" else ()
    assert any(name.startswith("decoder.") for name in changed)
    assert all(name.startswith((*allowed, "decoder.", "head.")) for name in changed)


def test_a_classifiers_model_gives_its_encoder(tmp_path):
    classifier = Classifier("resnet50", 3)
    write_tensors(tmp_path / "model.pt", dict(classifier.state_dict()))
    segmenter = Segmenter("resnet50", 1, pretrained=str(tmp_path / "model.pt"))
    for name, value in classifier.backbone.state_dict().items():
        assert torch.equal(segmenter.backbone.state_dict()[name], value)
    assert "head of 3 classes left out" in segmenter.source.description


def test_weights_of_another_network_are_refused_even_when_not_strict():
    segmenter = Segmenter("resnet50", 1)
    with pytest.raises(WeightsError, match="must be of resnet50; these are of densenet121"):
        segmenter.load_state_dict(Segmenter("densenet121", 1).state_dict(), strict=False)
    with pytest.raises(WeightsError, match=r"of a Segmenter have all of its tensors; these lack \d+, e.g. decoder"):
        segmenter.load_state_dict(Classifier("resnet50", 1).state_dict(), strict=False)


def test_arguments_outside_their_lists_are_refused():
    with pytest.raises(ConfigError, match="trainable is one of all, top, top10, head; got 'decoder'"):
        Segmenter("resnet50", 1, trainable="decoder")


@pytest.mark.parametrize("backbone", ["resnet50", "inception_v3"])
def test_it_scripts_for_any_size(backbone):
    network, image = Segmenter(backbone, 1).eval(), torch.rand(2, 1, 131, 99)
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        torch.testing.assert_close(torch.jit.script(network)(image), network(image))
