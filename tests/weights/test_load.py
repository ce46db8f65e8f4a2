import hashlib
import json

import pytest
import torch
from safetensors.torch import save_file

from common.errors import RunError, WeightsError
from common.networks import Classifier
from common.networks.backbones import BACKBONES
from common.weights import store
from common.weights.certificate import certify
from common.weights.load import load_backbone, load_network, load_strictly, misfits
from common.weights.recognise import read_weights


@pytest.fixture(autouse=True)
def nothing_imported(tmp_path, monkeypatch):
    monkeypatch.setenv("RADIMAGENET_WEIGHTS", str(tmp_path / "imported"))


@pytest.fixture
def resnet():
    return BACKBONES["resnet50"].build()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda state: state.pop("conv1.weight"), "1 missing, e.g. conv1.weight"),
        (lambda state: state.update(extra=torch.zeros(1)), "1 unexpected, e.g. extra"),
        (lambda state: state.update({"bn1.weight": torch.zeros(65)}), "1 of another shape, e.g. bn1.weight"),
        (lambda state: [state.pop(key) for key in list(state)[::2]], "159 missing"),
    ],
)
def test_one_tensor_that_does_not_fit_and_nothing_is_loaded(resnet, damage, message):
    state = BACKBONES["resnet50"].build().state_dict()
    before = {name: value.clone() for name, value in resnet.state_dict().items()}
    damage(state)
    with pytest.raises(WeightsError, match=message):
        load_strictly(resnet, state, "a file")
    assert all(torch.equal(value, before[name]) for name, value in resnet.state_dict().items())


def wrapped(state, prefix):
    return {f"{prefix}{name}": tensor for name, tensor in state.items()}


def head(state):
    return {"fc.weight": torch.zeros(1000, 4), "fc.bias": torch.zeros(1000), **state}


DRESSES = {
    "as published, with a classifier": head,
    "DataParallel": lambda state: wrapped(state, "module."),
    "Lightning": lambda state: {"state_dict": wrapped(state, "model."), "epoch": 7},
    "a training program": lambda state: {"model": wrapped(head(state), "module."), "optimizer": {"lr": 0.1}},
    "half precision": lambda state: {
        name: value.half() if value.is_floating_point() else value for name, value in state.items()
    },
    "bfloat16": lambda state: {
        name: value.bfloat16() if value.is_floating_point() else value for name, value in state.items()
    },
}


@pytest.mark.parametrize("dress", DRESSES)
def test_weights_are_the_same_in_every_dress(tmp_path, resnet, dress):
    state = resnet.state_dict()
    torch.save(DRESSES[dress](state), tmp_path / "w.pt")
    weights = read_weights(tmp_path / "w.pt")
    assert weights.network == "resnet50"
    tolerance = {"half precision": 1e-3, "bfloat16": 1e-2}.get(dress, 0)
    for name, tensor in state.items():
        torch.testing.assert_close(weights.tensors[name], tensor, rtol=tolerance, atol=tolerance * 1e-2)


def test_the_order_of_tensors_and_the_file_name_tell_nothing(tmp_path, resnet):
    state = resnet.state_dict()
    torch.save(dict(reversed(state.items())), tmp_path / "RadImageNet-DenseNet121_notop.h5")
    assert read_weights(tmp_path / "RadImageNet-DenseNet121_notop.h5").network == "resnet50"


@pytest.fixture
def trained(tmp_path):
    """A model of five classes as a run leaves it, with its card."""
    model = Classifier("densenet121_keras", 5, input_contract="radimagenet_keras")
    torch.save(model.state_dict(), tmp_path / "model.pt")
    card = {"dataset": {"name": "BUS-BRA (busbra)", "synthetic": True}}
    (tmp_path / "model.json").write_text(json.dumps(card))
    return model, tmp_path / "model.pt"


def test_of_a_trained_model_the_backbone_and_its_contract_are_taken_and_the_head_is_left(trained):
    model, path = trained
    started = Classifier("densenet121_keras", 2, pretrained=str(path))
    own, taken = started.backbone.state_dict(), model.backbone.state_dict()
    assert own.keys() == taken.keys()
    assert all(torch.equal(own[name], taken[name]) for name in own)
    assert started.source.contract == "radimagenet_keras"
    assert torch.equal(started.contract.mean, model.contract.mean)
    assert started.classifier[1].weight.shape == (2, 1024)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert started.source.description == (
        "a model of this collection trained on SYNTHETIC images, BUS-BRA (busbra), 725 tensors, "
        f"sha256 {sha256}; head of 5 classes left out"
    )
    assert read_weights(path).dropped == ("classifier.1.weight", "classifier.1.bias")


def test_only_the_card_that_a_run_leaves_beside_it_says_what_a_model_was_trained_on(trained):
    path = trained[1].rename(trained[1].with_name("copy.pt"))
    description = load_backbone(BACKBONES["densenet121_keras"].build(), "densenet121_keras", str(path)).description
    assert description.startswith("a model of this collection, 725 tensors")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"decoder.weight": torch.zeros(1)}, "1 unexpected, e.g. decoder.weight"),
        ({"variant_id": torch.tensor(99)}, "this file's header says 'unknown variant 99'"),
        ({"contract.id": torch.tensor(99)}, "its header says 'unknown contract 99'"),
        ({"backbone.features.conv0.weight": torch.zeros(1)}, "1 of another shape"),
        ({"variant_id": torch.tensor(BACKBONES["inception_v3"].id)}, "not this network's weights, or a damaged file"),
    ],
)
def test_a_trained_model_that_holds_anything_else_is_refused(trained, damage, message):
    model, path = trained
    torch.save({**model.state_dict(), **damage}, path)
    with pytest.raises(WeightsError, match=message):
        Classifier("densenet121_keras", 2, pretrained=str(path))


def test_a_trained_model_of_another_variant_is_refused_though_its_tensors_fit(tmp_path):
    torch.save(Classifier("densenet121", 2).state_dict(), tmp_path / "model.pt")
    with pytest.raises(WeightsError, match=r"the backbone, densenet121_keras; .* holds densenet121: give --backbone"):
        Classifier("densenet121_keras", 2, pretrained=str(tmp_path / "model.pt"))


def test_weights_of_another_backbone_say_which_to_ask_for(tmp_path, resnet):
    torch.save(resnet.state_dict(), tmp_path / "w.pth")
    with pytest.raises(
        WeightsError, match=r"must be of the backbone, densenet121; .* holds resnet50: give --backbone resnet50"
    ):
        load_backbone(BACKBONES["densenet121"].build(), "densenet121", str(tmp_path / "w.pth"))


def test_names_load_what_was_imported_and_say_where_it_comes_from(tmp_path, remembering, resnet):
    torch.save(wrapped_as_radimagenet(remembering("resnet50", "symmetric")), tmp_path / "w.pt")
    assert load_backbone(resnet, "resnet50", "auto").description == (
        "random weights (pretrained is auto; RadImageNet's resnet50 is not imported)"
    )
    store.install(certify(tmp_path / "w.pt"))
    for name in ("auto", "radimagenet"):
        source = load_backbone(resnet, "resnet50", name)
        assert source.contract == "symmetric"
        assert source.description.startswith("w.pt, taken for RadImageNet's PyTorch training, 318 tensors, sha256 ")
    assert torch.equal(resnet.conv1.weight, remembering("resnet50", "symmetric")["conv1.weight"])


def wrapped_as_radimagenet(state):
    places = {"conv1": 0, "bn1": 1, "layer1": 4, "layer2": 5, "layer3": 6, "layer4": 7}
    return {
        f"backbone.{places[name.partition('.')[0]]}.{name.partition('.')[2]}": value for name, value in state.items()
    }


@pytest.mark.parametrize(
    ("pretrained", "backbone", "message"),
    [
        ("radimagenet", "resnet50", r"not imported in .*: get ResNet50.pt .* import FILE; or give --pretrained random"),
        (
            "radimagenet",
            "resnet50_keras",
            "radimagenet has no resnet50_keras, only resnet50, densenet121, inception_v3",
        ),
        ("radimagenet_keras", "resnet50", "radimagenet_keras has no resnet50, only resnet50_keras"),
        ("imagenet", "densenet121", r"not imported in .*: get https://download.pytorch.org/models/densenet121"),
        (
            "weights/none.pt",
            "resnet50",
            "auto, random, radimagenet, .* or the path of a weights file; there is no 'weights",
        ),
    ],
)
def test_what_is_not_there_says_how_to_get_it(pretrained, backbone, message):
    with pytest.raises(WeightsError, match=message) as refusal:
        load_backbone(BACKBONES[backbone].build(), backbone, pretrained)
    assert "\n" not in str(refusal.value)


def test_imported_weights_that_changed_since_are_refused(tmp_path, remembering, resnet):
    torch.save(remembering("resnet50", "torchvision"), tmp_path / "w.pth")
    path = store.install(certify(tmp_path / "w.pth"))
    state = read_weights(path).tensors
    save_file({**state, "conv1.weight": state["conv1.weight"] + 1}, path)
    with pytest.raises(WeightsError, match=r"not as it was imported: import its original again with --replace"):
        load_backbone(resnet, "resnet50", "imagenet")


def test_a_model_that_is_not_trained_yet_says_what_to_run(tmp_path, resnet):
    with pytest.raises(RunError, match=r"no trained model at .*: run this bundle's train.json first"):
        load_network(resnet, tmp_path / "model.pt")


def test_a_tensor_of_another_shape_is_not_searched_for_what_it_holds():
    """It may claim more than any memory has."""
    told = misfits({"a": torch.Size([2])}, {"a": torch.full([3], torch.nan)})
    assert "1 of another shape, e.g. a" in told
    assert "not finite" not in told
