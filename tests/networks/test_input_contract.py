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


def test_the_symmetric_contract_is_kerass_mode_tf():
    """`x / 127.5 - 1` of an image in [0, 255]."""
    image = torch.rand(1, 1, 3, 3)
    torch.testing.assert_close(InputContract("symmetric")(image), (255 * image / 127.5 - 1).expand(-1, 3, -1, -1))


def test_the_caffe_contract_is_kerass_mode_caffe():
    """`BGR - [103.939, 116.779, 123.68]` of an image in [0, 255]."""
    image = torch.rand(1, 1, 3, 3)
    expected = 255 * image - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    torch.testing.assert_close(InputContract("caffe")(image), expected, atol=1e-3, rtol=1e-5)


SLOPES = {
    "torchvision": (1 / 0.229, 1 / 0.224, 1 / 0.225),
    "radimagenet_keras": (1.0, 1.0, 1.0),
    "symmetric": (2.0, 2.0, 2.0),
    "caffe": (255.0, 255.0, 255.0),
}
"""How much each channel of the output changes with the grey value, by the published formulae."""


@pytest.mark.parametrize("name", list(NORMALISATIONS))
def test_the_gradient_passes_through_all_three_channels(name):
    image = torch.rand(2, 1, 3, 4, requires_grad=True)
    weight = torch.randn(2, 3, 3, 4)
    (InputContract(name)(image) * weight).sum().backward()
    expected = (weight * torch.tensor(SLOPES[name]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    torch.testing.assert_close(image.grad, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", list(NORMALISATIONS))
def test_a_contract_travels_with_its_weights(name):
    other = next(known for known in NORMALISATIONS if known != name)
    loaded, image = InputContract(other), torch.rand(1, 1, 4, 4)
    assert not torch.allclose(loaded(image), InputContract(name)(image))
    loaded.load_state_dict(InputContract(name).state_dict())
    assert torch.equal(loaded(image), InputContract(name)(image))


def test_no_two_contracts_share_an_id():
    """Ids are stored in weights, so they never change."""
    assert {name: contract.id for name, contract in NORMALISATIONS.items()} == {
        "torchvision": 1,
        "radimagenet_keras": 2,
        "symmetric": 3,
        "caffe": 4,
    }


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
    with pytest.raises(ConfigError, match="one of native, torchvision, radimagenet_keras, symmetric, caffe; got 'tf'"):
        InputContract("tf")
