import pickle

import pytest
import torch

from common.errors import RunError, WeightsError
from common.networks import Classifier
from common.networks.backbones import densenet121, resnet50
from common.weights.load import load_backbone, load_network, load_strictly


def in_torchvisions_layout(network: torch.nn.Module, *, dotted: bool = False) -> dict[str, torch.Tensor]:
    """The state dict under torchvision's names, with its ImageNet classifier."""
    separator = "." if dotted else ""
    state = {
        name.replace(".layers.norm", f".norm{separator}").replace(".layers.conv", f".conv{separator}"): value
        for name, value in network.state_dict().items()
        if not (dotted and name.endswith("num_batches_tracked"))
    }
    head = "classifier" if isinstance(network, type(densenet121())) else "fc"
    return {**state, f"{head}.weight": torch.zeros(1000, 4), f"{head}.bias": torch.zeros(1000)}


@pytest.mark.parametrize(
    ("build", "name", "dotted", "count"),
    [
        (resnet50, "resnet50", False, 318),
        (densenet121, "densenet121", False, 725),
        (densenet121, "densenet121", True, 604),
    ],
)
def test_a_torchvision_file_is_loaded_whole_and_counted(tmp_path, build, name, dotted, count):
    torch.manual_seed(1)
    published = build()
    torch.save(in_torchvisions_layout(published, dotted=dotted), tmp_path / "w.pth")
    network = Classifier(name, 2, pretrained=str(tmp_path / "w.pth")).eval()
    assert f"{count} tensors" in network.source.description
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(network.backbone(image), published.eval()(image))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda state: state.pop("conv1.weight"), "1 missing, e.g. conv1.weight"),
        (lambda state: state.update(extra=torch.zeros(1)), "1 unexpected, e.g. extra"),
        (lambda state: state.update({"bn1.weight": torch.zeros(65)}), "1 of another shape, e.g. bn1.weight"),
        (lambda state: [state.pop(key) for key in list(state)[::2]], "159 missing"),
    ],
)
def test_one_tensor_that_does_not_fit_and_nothing_is_loaded(damage, message):
    network, state = resnet50(), dict(resnet50().state_dict())
    before = {name: value.clone() for name, value in network.state_dict().items()}
    damage(state)
    with pytest.raises(WeightsError, match=message):
        load_strictly(network, state, "a file")
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_weights_of_another_network_say_how_many_tensors_match(tmp_path):
    torch.save(densenet121().state_dict(), tmp_path / "w.pth")
    with pytest.raises(WeightsError, match="all 265 tensors must match, 0 do; 265 missing"):
        load_backbone(resnet50(), "resnet50", str(tmp_path / "w.pth"))


class Exploit:
    def __reduce__(self):
        return (print, ("code in a pickle ran",))


@pytest.mark.parametrize("content", [b"", b"garbage", pickle.dumps(Exploit()), pickle.dumps([1, 2])])
def test_a_file_that_is_no_state_dict_is_refused_without_running_it(tmp_path, content, capsys):
    (tmp_path / "w.pt").write_bytes(content)
    with pytest.raises(WeightsError, match=r"weights file|plain tensors") as refusal:
        load_backbone(resnet50(), "resnet50", str(tmp_path / "w.pt"))
    assert "\n" not in str(refusal.value)
    assert "ran" not in capsys.readouterr().out


def test_absent_files_say_what_to_do(tmp_path):
    with pytest.raises(WeightsError, match="'random' or the path of a weights file; there is no file 'radimagenet'"):
        load_backbone(resnet50(), "resnet50", "radimagenet")
    with pytest.raises(RunError, match=r"no trained model at .*: run this bundle's train.json first"):
        load_network(resnet50(), tmp_path / "model.pt")
