"""Other backends give what the network gives, or say in one line what they lack."""

import csv
import sys
from importlib.util import find_spec

import pytest
import torch

from common.errors import ConfigError
from common.export.network import trained_network
from common.inferers import BackendInferer, PrecisionInferer
from tests.processes import in_another_process


@pytest.fixture(scope="module")
def network(trained_bundle):
    return trained_network(trained_bundle, trained_bundle / "models/model.pt")


@pytest.mark.parametrize("backend", ["torch", "onnx", "openvino"])
def test_every_backend_gives_the_networks_logits(backend, exported, network):
    if backend == "openvino" and not find_spec("openvino"):
        pytest.skip("OpenVINO is optional")
    image = torch.rand(3, 1, 32, 32)
    with torch.no_grad():
        said = in_another_process(logits, backend, str(exported.folder / "models"), image, network)
        torch.testing.assert_close(said, network(image), rtol=1e-4, atol=1e-4)


def logits(backend, folder, image, network):
    with torch.no_grad():
        return BackendInferer(backend, PrecisionInferer("fp32", "cpu"), folder)(image, network)


def test_inference_asks_the_backend_that_the_command_line_names(
    run_bundle, trained_bundle, exported, phantoms, tmp_path
):
    found = {}
    for backend in ("torch", "onnx"):
        done = run_bundle(
            *("--config_file", f"{trained_bundle}/configs/inference.json", "--bundle_root", str(trained_bundle)),
            *("--ckpt_dir", str(exported.folder / "models"), "--output_dir", str(tmp_path / backend)),
            *("--dataset_dir", str(phantoms), "--num_workers", "0", "--precision", "fp32", "--backend", backend),
        )
        assert done.code == 0, done.output
        with (tmp_path / backend / "inference/predictions.csv").open() as file:
            found[backend] = [float(row["probability:malignant"]) for row in csv.DictReader(file)]
    assert "backend onnx: model.onnx" in done.output
    assert found["onnx"] == pytest.approx(found["torch"], abs=1e-4)


def test_what_a_backend_lacks_is_said_in_one_line(tmp_path, monkeypatch):
    precise = PrecisionInferer("fp32", "cpu")
    with pytest.raises(ConfigError, match="backend is one of torch, onnx, openvino; got 'tensorrt'"):
        BackendInferer("tensorrt", precise, str(tmp_path))
    with pytest.raises(ConfigError, match=r"backend onnx runs model.onnx beside the model; .* has none"):
        BackendInferer("onnx", precise, str(tmp_path))
    (tmp_path / "model.onnx").touch()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConfigError, match="needs onnxruntime, which is optional and not installed"):
        BackendInferer("onnx", precise, str(tmp_path))
