"""Converted weights against Keras's own application models, which nobody here wrote; and every form of their files."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from common.networks.backbones import BACKBONES
from common.weights.layouts.keras import renamed
from common.weights.recognise import Weights, read_weights
from tests.weights import keras_files as files

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
"""Keras's own use of NumPy."""

TOLERANCE = 1e-4
"""Of the largest value of a stage, in float32."""


class Case(NamedTuple):
    """A network, Keras's model of it, its layers, and what was read from the file that Keras itself wrote."""

    network: str
    model: Any
    layers: files.Layers
    weights: Weights


@pytest.fixture(autouse=True, scope="module")
def silence():
    """absl advises against HDF5, the form that is tested here."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module", params=list(files.KERAS))
def case(request, silence, tmp_path_factory) -> Case:
    model = files.built(request.param)
    path = tmp_path_factory.mktemp("keras") / "model.h5"
    model.save(path)
    weights = read_weights(path)
    path.unlink()
    return Case(request.param, model, files.layers_of(model), weights)


@pytest.fixture(scope="module")
def pair(case) -> tuple[torch.nn.Module, Any]:
    """Our network with the weights that were read, and Keras's."""
    ours = BACKBONES[case.network].build().eval()
    ours.load_state_dict({**ours.state_dict(), **case.weights.tensors})
    return ours, files.stages_of(case.model, case.network)


def test_top10_is_what_the_last_ten_layers_hold(case):
    """The paper's networks end in a pooling, which holds nothing and which this model lacks."""
    last = {layer.name for layer in case.model.layers[-9:]}
    given = {
        f"{layer}/{role}": torch.full(array.shape, layer in last)
        for layer, arrays in case.layers.items()
        for role, array in arrays.items()
    }
    ours = renamed(case.network, given)
    free = BACKBONES[case.network].top10
    assert {name for name, its in ours.items() if its.all()} == {name for name in ours if name.startswith(free)}


def test_the_file_is_recognised_and_nothing_is_left_over(case):
    assert case.weights.network == case.network
    assert case.weights.form == "Keras HDF5, whole model"
    assert not case.weights.dropped
    assert sum(tensor.numel() for tensor in case.weights.tensors.values()) == case.model.count_params()


@pytest.mark.parametrize("size", [(224, 224), (131, 99)])
def test_our_network_is_kerass_on_every_stage(pair, size):
    ours, keras = pair
    image = torch.randn(1, *size, 3, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = ours(image.permute(0, 3, 1, 2))
        expected = [torch.as_tensor(stage).permute(0, 3, 1, 2) for stage in keras(image, training=False)]
    assert len(found) == len(expected) == 5
    for stage, (own, theirs) in enumerate(zip(found, expected, strict=True)):
        assert own.shape == theirs.shape
        difference = float((own - theirs).abs().max() / theirs.abs().max())
        assert difference < TOLERANCE, f"stage {stage}: {difference:.1e}"


def test_batch_norms_have_kerass_epsilon_and_momentum(case, pair):
    kerass = [layer for layer in case.model.layers if type(layer).__name__ == "BatchNormalization"]
    own = [module for module in pair[0].modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert len(own) == len(kerass)
    assert {norm.eps for norm in own} == {layer.epsilon for layer in kerass}
    np.testing.assert_allclose([norm.momentum for norm in own], [1 - layer.momentum for layer in kerass])


Writer = Callable[[Case, Path], None]

EVERY: dict[str, Writer] = {
    "whole model, TF-Keras": lambda case, path: files.write_whole_model(path, case.layers),
    "weights, Keras 2": lambda case, path: files.write_weights(path, case.layers),
    "weights, without :0": lambda case, path: files.write_weights(path, case.layers, ending=""),
    "nested, TF-Keras": lambda case, path: files.write_nested(path, case.layers, model="backbone_1"),
    "nested, Keras 3": lambda case, path: files.with_head(case.model).save(path),
    "nested weights, Keras 3": lambda case, path: files.with_head(case.model).save_weights(path),
    "weights, Keras 3": lambda case, path: case.model.save_weights(path),
    "half precision": lambda case, path: files.write_weights(path, case.layers, half=True),
}

RESNETS: dict[str, Writer] = {
    "names before Keras 2.3": lambda case, path: files.write_weights(path, files.as_before_keras_2_3(case.layers)),
    "variables of Keras 1": lambda case, path: files.write_weights(
        path, files.as_before_keras_2_3(case.layers), variable=files.keras_1_variable
    ),
    "nested, old names": lambda case, path: files.write_nested(
        path, files.as_before_keras_2_3(case.layers), model="resnet50"
    ),
}

DENSENETS: dict[str, Writer] = {
    "names with slashes": lambda case, path: files.write_weights(path, files.with_slashes(case.layers)),
    "whole model, names with slashes": lambda case, path: files.write_whole_model(
        path, files.with_slashes(case.layers)
    ),
    "nested, names with slashes": lambda case, path: files.write_nested(
        path, files.with_slashes(case.layers), model="densenet121"
    ),
}

INCEPTIONS: dict[str, Writer] = {
    f"counted from {convolutions} and {norms}": lambda case, path, convolutions=convolutions, norms=norms: (
        files.write_weights(path, files.counted_from(case.layers, convolutions=convolutions, norms=norms))
    )
    for convolutions, norms in ((0, 0), (1, 1), (94, 188))
}

FORMS = {
    "resnet50_keras": EVERY | RESNETS,
    "densenet121_keras": EVERY | DENSENETS,
    "inception_v3_keras": EVERY | INCEPTIONS,
    "inception_resnet_v2": EVERY | INCEPTIONS,
}


@pytest.mark.slow
def test_every_form_gives_the_same_tensors(case, tmp_path, subtests):
    for form, write in FORMS[case.network].items():
        with subtests.test(form):
            path = tmp_path / ("saved.weights.h5" if form.endswith("weights, Keras 3") else "saved.h5")
            write(case, path)
            found = read_weights(path)
            path.unlink()
            assert found.network == case.network
            assert found.tensors.keys() == case.weights.tensors.keys()
            assert all(torch.equal(tensor, case.weights.tensors[name]) for name, tensor in found.tensors.items())
            assert len(found.dropped) == (2 if "nested" in form else 0)
            assert found.dtypes == ("float16" if form == "half precision" else "float32",)
