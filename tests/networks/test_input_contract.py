import pytest
import torch

from common.errors import ConfigError, WeightsError
from common.networks.input_contract import NORMALISATIONS, InputContract


def test_torchvisions_contract_is_its_published_normalisation():
    image = torch.rand(2, 1, 5, 7)
    out = InputContract("torchvision")(image)
    assert out.shape == (2, 3, 5, 7)
    for channel, (mean, std) in enumerate(zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True)):
        torch.testing.assert_close(out[:, channel], (image[:, 0] - mean) / std)


def test_radimagenets_keras_contract_is_the_authors_formula():
    """`(BGR - [103.939, 116.779, 123.68]) / 255` of a grey image in [0, 255]."""
    image = torch.rand(1, 1, 3, 3)
    authors = (255 * image - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)) / 255
    torch.testing.assert_close(InputContract("radimagenet_keras")(image), authors, atol=0.002, rtol=0)


def test_the_gradient_passes_through_all_three_channels():
    image = torch.rand(1, 1, 2, 2, requires_grad=True)
    InputContract("torchvision")(image).sum().backward()
    expected = sum(1 / std for std in NORMALISATIONS["torchvision"].std)
    torch.testing.assert_close(image.grad, torch.full_like(image, expected))


def test_a_contract_travels_with_its_weights():
    loaded = InputContract("torchvision")
    loaded.load_state_dict(InputContract("radimagenet_keras").state_dict())
    image = torch.rand(1, 1, 4, 4)
    torch.testing.assert_close(loaded(image), InputContract("radimagenet_keras")(image))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": torch.tensor(99)}, "these weights say 99"),
        ({"mean": torch.zeros(1, 3, 1, 1)}, "has mean"),
        ({"std": None}, "these lack std"),
    ],
)
def test_a_contract_that_is_none_of_ours_is_refused_even_when_not_strict(change, message):
    state = {**InputContract("torchvision").state_dict(), **change}
    state = {name: value for name, value in state.items() if value is not None}
    with pytest.raises(WeightsError, match=message):
        InputContract("torchvision").load_state_dict(state, strict=False)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ConfigError, match="one of native, torchvision, radimagenet_keras; got 'caffe'"):
        InputContract("caffe")
