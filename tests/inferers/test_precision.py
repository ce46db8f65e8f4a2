import pytest
import torch
from monai.data import MetaTensor

from common.errors import ConfigError
from common.inferers import PrecisionInferer
from common.inferers import precision as module
from common.networks import Classifier

CPU = torch.device("cpu")


def test_predictions_are_float32_and_nearly_the_same_in_either_precision():
    torch.manual_seed(0)
    network, image = Classifier("resnet50", 2).eval(), torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        full = PrecisionInferer("fp32", CPU)(image, network)
        half = PrecisionInferer("bf16", CPU)(image, network)
    assert full.dtype == half.dtype == torch.float32
    assert not torch.equal(full, half)
    torch.testing.assert_close(full, half, atol=0.1, rtol=0.1)


def test_bf16_lays_the_network_out_channels_last():
    network = Classifier("resnet50", 2).eval()
    with torch.no_grad():
        PrecisionInferer("bf16", CPU)(torch.rand(1, 1, 64, 64), network)
    assert network.backbone.conv1.weight.is_contiguous(memory_format=torch.channels_last)


def test_metadata_stays_outside_the_network():
    seen = []

    class Network(torch.nn.Module):
        def forward(self, image):
            seen.append(type(image))
            return image

    PrecisionInferer("fp32", CPU)(MetaTensor(torch.rand(1, 1, 4, 4)), Network())
    assert seen == [torch.Tensor]


@pytest.mark.parametrize(("native", "expected"), [(True, "bf16"), (False, "fp32")])
def test_auto_is_bf16_where_the_processor_multiplies_it_and_says_so_once(monkeypatch, caplog, native, expected):
    monkeypatch.setattr(module, "multiplies_bfloat16", lambda device: native)
    monkeypatch.setattr(module, "_announced", set())
    with caplog.at_level("INFO"):
        assert [PrecisionInferer("auto", CPU).precision for _ in range(3)] == [expected] * 3
    assert [record.message for record in caplog.records] == [f"precision auto: {expected} on this cpu"]


def test_another_precision_is_refused():
    with pytest.raises(ConfigError, match="precision is one of auto, fp32, bf16; got 'fp16'"):
        PrecisionInferer("fp16", CPU)
