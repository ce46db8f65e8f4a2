"""Files that load, since every name and shape fits, and yet are wrong: the certificate says so."""

import re

import pytest
import torch

from common.weights.certificate import certify
from common.weights.input_check import distances
from common.weights.order_check import places
from common.weights.reference import KINDS, reference_images

TRAININGS = {
    "resnet50": "torchvision",
    "resnet50_keras": "radimagenet_keras",
    "densenet121": "torchvision",
    "densenet121_keras": "caffe",
    "inception_v3": "symmetric",
    "inception_v3_keras": "radimagenet_keras",
    "inception_resnet_v2": "symmetric",
}
"""By network: the input that it is trained with here."""


def swap(first, second):
    def change(state):
        for name in [name for name in state if name.startswith(f"{first}.")]:
            other = second + name.removeprefix(first)
            state[name], state[other] = state[other], state[name]

    return change


def reorder(name, dimension):
    def change(state):
        order = torch.randperm(state[name].shape[dimension], generator=torch.Generator().manual_seed(0))
        state[name] = state[name].index_select(dimension, order)

    return change


def transpose(name):
    return lambda state: state.update({name: state[name].transpose(0, 1).contiguous()})


SILENT = {
    "two kernels": (
        "densenet121",
        swap("features.denseblock2.denselayer3.layers.conv2", "features.denseblock2.denselayer4.layers.conv2"),
    ),
    "two far kernels": (
        "densenet121",
        swap("features.denseblock1.denselayer1.layers.conv2", "features.denseblock4.denselayer16.layers.conv2"),
    ),
    "two batch norms": (
        "densenet121",
        swap("features.denseblock3.denselayer5.layers.norm2", "features.denseblock3.denselayer6.layers.norm2"),
    ),
    "two biased kernels": ("resnet50_keras", swap("layer3.2.conv2", "layer3.4.conv2")),
    "two blocks": ("resnet50_keras", swap("layer3.2", "layer3.4")),
    "two stages' kernels": ("resnet50", swap("layer4.1.conv1", "layer4.2.conv1")),
    "inputs in another order": ("resnet50", reorder("layer2.1.conv2.weight", 1)),
    "outputs in another order": ("resnet50", reorder("layer2.1.conv2.weight", 0)),
    "inputs for outputs": ("resnet50", transpose("layer3.3.conv2.weight")),
    "two branches": ("inception_v3", swap("Mixed_6c.branch7x7_2", "Mixed_6d.branch7x7_2")),
    "a 7x1 of another block": (
        "inception_v3_keras",
        swap("Mixed_6b.branch7x7dbl_4.conv", "Mixed_6b.branch7x7dbl_2.conv"),
    ),
    "two residuals": ("inception_resnet_v2", swap("block17.3.branches.1.1.conv", "block17.9.branches.1.1.conv")),
}
"""Mistakes that keep every name and shape."""

QUICK = {"resnet50", "densenet121", "two kernels", "two stages' kernels", "two kernels swapped", "never trained"}
"""What `make test` tries of all these; `make test-slow` the rest."""


def each(names):
    return [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in names]


@pytest.mark.parametrize("network", each(TRAININGS))
def test_what_batch_norms_remember_agrees_with_the_phantoms_and_tells_the_input(network, remembering):
    contract = TRAININGS[network]
    state = remembering(network, contract)
    assert next(iter(distances(network, state))) == contract
    found = places(network, state, contract)
    assert len(found) == sum("running_var" in name for name in state)
    assert not any(place.wrong for place in found.values())


@pytest.mark.parametrize("mistake", each(SILENT))
def test_tensors_of_equal_shape_in_each_others_place_are_flagged(mistake, remembering):
    network, change = SILENT[mistake]
    contract = TRAININGS[network]
    state = remembering(network, contract)
    change(state)
    assert any(place.wrong for place in places(network, state, contract).values())


def as_published(state, path):
    torch.save({name: tensor for name, tensor in state.items() if "num_batches" not in name}, path)
    return path


def test_a_sound_file_has_no_warnings(remembering, tmp_path):
    certificate = certify(as_published(remembering("densenet121", "torchvision"), tmp_path / "w.pth"))
    assert certificate.warnings == ["this is not the published file: its hash differs"]
    text = certificate.as_text()
    assert "densenet121: all 604 tensors matched, 7,037,504 values" in text
    assert "taken for torchvision's ImageNet training; told by its form (torchvision)" in text
    assert "121 of 121 batch norms know what reaches them" in text
    assert certificate.as_json()["input_contract"] == "torchvision"


FAULTY = {
    "two kernels swapped": (
        SILENT["two kernels"][1],
        "do not know what reaches them .features.denseblock2.denselayer4.layers.norm1",
    ),
    "trained with another input": (
        lambda state: state.update({"features.conv0.weight": 255 * state["features.conv0.weight"]}),
        "batch norms do not know|fits much better",
    ),
    "an exploded variance": (
        lambda state: state["features.denseblock4.denselayer2.layers.norm1.running_var"][3].fill_(56_296.0),
        r"running variances beyond 10,000 in 1 batch norms .*up to 56,296 in features.denseblock4.denselayer2",
    ),
    "never trained": (
        lambda state: [
            tensor.fill_(float("var" in name)) for name, tensor in state.items() if name.endswith(("_mean", "_var"))
        ],
        "nothing was ever trained here",
    ),
}


@pytest.mark.parametrize("fault", each(FAULTY))
def test_a_faulty_file_is_loaded_with_a_warning(remembering, tmp_path, fault):
    change, message = FAULTY[fault]
    state = remembering("densenet121", "torchvision")
    change(state)
    certificate = certify(as_published(state, tmp_path / "w.pth"))
    assert any(re.search(message, warning) for warning in certificate.warnings)
    assert f"  warning      {certificate.warnings[0]}" in certificate.as_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("declared", "trained"), [("imagenet", "caffe"), ("imagenet", "radimagenet_keras"), ("radimagenet", "torchvision")]
)
def test_an_input_that_fits_much_better_than_the_declared_is_named(remembering, tmp_path, declared, trained):
    path = as_published(remembering("densenet121", trained), tmp_path / "w.pth")
    warnings = " ".join(certify(path, source=declared).warnings)
    assert f"the input {trained} fits much better" in warnings


def test_dead_channels_are_counted_by_layer(remembering, tmp_path):
    state = remembering("densenet121", "torchvision")
    state["features.norm0.running_var"][:5] = 0
    certificate = certify(as_published(state, tmp_path / "w.pth"))
    assert certificate.health.dead == {"features.norm0": 5}
    assert re.search(r"5 of 41,\d{3} channels dead \(features.norm0\)", certificate.as_text())


@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_phantoms_are_always_the_same_grey_images(kind):
    first = reference_images(kind)
    reference_images.cache_clear()
    assert torch.equal(first, reference_images(kind))
    assert first.shape == (8, 1, 224, 224)
    assert first.dtype == torch.float32
    assert 0 <= first.min() < 0.1
    assert 0.6 < first.max() <= 1
    assert first.std() > 0.1
