"""Each classifier leaves Python: scripted, traced, as ONNX and by torch.export, with the same logits."""

import warnings

import onnxruntime
import pytest
import torch
from torch.export import Dim

from common.networks import Classifier
from common.networks.backbones import BACKBONES

EXAMPLE = (1, 1, 96, 96)
OTHER = (3, 1, 131, 99)
"""Batch, channels, rows and columns: the smallest promised, and what the exported network then has to take."""


TWINS = ("resnet50_keras", "densenet121_keras", "inception_v3_keras")
"""Made of the same layers as their torchvision forms."""


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=[pytest.mark.slow] if name in TWINS else []) for name in BACKBONES]
)
def classifier(request) -> Classifier:
    """A classifier whose features are of the order of one, as a trained network's: untrained, some are near zero."""
    torch.manual_seed(0)
    network = Classifier(request.param, 3)
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.momentum = None
    with torch.no_grad():
        network.train()(torch.rand(4, 1, 128, 128))
    return network.eval()


@pytest.fixture(autouse=True)
def once():
    """What runs once is not worth TorchScript's optimiser; exporters warn of their own future."""
    with torch.no_grad(), torch.jit.optimized_execution(False), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def agree(network: torch.nn.Module, exported, image: torch.Tensor) -> None:
    expected = network(image)
    assert expected.std() > 0.01
    torch.testing.assert_close(exported(image), expected, rtol=1e-4, atol=1e-4)


def test_it_scripts(classifier):
    agree(classifier, torch.jit.script(classifier), torch.rand(OTHER))


def test_it_traces_and_exports_to_onnx(classifier, tmp_path):
    traced = torch.jit.trace(classifier, torch.rand(EXAMPLE), check_trace=False)
    agree(classifier, traced, torch.rand(OTHER))
    free = {"image": {0: "batch", 2: "rows", 3: "columns"}, "logits": {0: "batch"}}
    path = str(tmp_path / "network.onnx")
    torch.onnx.export(
        traced,
        (torch.rand(EXAMPLE),),
        path,
        input_names=["image"],
        output_names=["logits"],
        dynamic_axes=free,
        dynamo=False,
    )
    session = onnxruntime.InferenceSession(path)
    agree(classifier, lambda image: torch.from_numpy(session.run(None, {"image": image.numpy()})[0]), torch.rand(OTHER))


def test_torch_exports_it_for_any_batch(classifier):
    exported = torch.export.export(classifier, (torch.rand(2, *OTHER[1:]),), dynamic_shapes=({0: Dim("batch")},))
    agree(classifier, exported.module(), torch.rand(OTHER))
