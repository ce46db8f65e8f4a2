import pytest

from common.bundles import head
from common.house.agreement import check_agreement, check_metadata, check_root

from .conftest import EXEMPLAR


def image_transforms(config):
    return config["preprocessing"]["transforms"]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda config: config["network_def"].update(num_classes=3), "network_def is not train.json's"),
        (lambda config: config.update(dataset_dir="data/other"), "dataset_dir is not train.json's"),
        (lambda config: config.update(class_names=["a", "b"]), "class_names is train.json's or asks the model"),
        (lambda config: config.update(window="lung"), r"asks the model ($common.trained('window', @bundle_root"),
        (lambda config: image_transforms(config).pop(), "preprocessing does to an image what train.json's"),
        (lambda config: image_transforms(config)[0].update(window="none"), "here it differs"),
        (lambda config: image_transforms(config)[0].update(trusted=True), "here it differs"),
        (lambda config: image_transforms(config).reverse(), "here it differs"),
    ],
)
def test_inference_uses_the_network_as_train_trains_it(configs, edit, message):
    train, inference = configs["train"], configs["inference"]
    assert check_agreement(train, inference) == []
    inference["class_names"] = train["class_names"]
    assert check_agreement(train, inference) == []
    edit(inference)
    (problem,) = check_agreement(train, inference)
    assert message in problem


def test_a_bundle_names_its_own_folder(configs):
    assert check_root(configs["train"], "breast_us") == []
    (problem,) = check_root(configs["train"], "knee_mri")
    assert problem.startswith("bundle_root is $common.bundle_root('knee_mri'), the bundle's own folder; got")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda data: data.update(version="0.1.1"), "version '0.1.1' has no line in the changelog"),
        (lambda data: data.pop("changelog"), "asks for what is not here (KeyError: 'changelog')"),
        (lambda data: image(data).update(spatial_shape=[1, 1]), "spatial_shape of image is [224, 224] in train.json"),
        (lambda data: logits(data).update(num_channels=3), "num_channels of pred is 2 in train.json; got 3"),
        (lambda data: logits(data).update(channel_def={"0": "malignant", "1": "benign"}), "channel_def of pred is"),
    ],
)
def test_metadata_describes_the_network(configs, edit, message):
    knobs = head(EXEMPLAR / "configs/train.json")
    assert check_metadata(configs["metadata"], knobs) == []
    edit(configs["metadata"])
    (problem,) = check_metadata(configs["metadata"], knobs)
    assert message in problem


def image(data):
    return data["network_data_format"]["inputs"]["image"]


def logits(data):
    return data["network_data_format"]["outputs"]["pred"]
