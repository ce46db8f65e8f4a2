"""A new bundle passes every check, and works: written for phantoms, trained, evaluated and used."""

import json
import shutil
from pathlib import Path

import pytest

from common.datasets.prepared import write_prepared
from common.errors import BundleError, DatasetError, LabelError, StorageError
from common.house.check import check
from common.house.new import new_bundle
from common.metrics import read_predictions

from .conftest import ROOT

QUICK = ["--image_size", "[32,32]", "--max_epochs", "1", "--batch_size", "8", "--num_workers", "0"]


def test_a_bundle_for_a_data_set_trains_evaluates_and_infers_at_once(collection, phantoms, tiny, run_bundle):
    bundle = new_bundle(collection, "mine", data=phantoms)
    assert check(collection) == []
    configs, root = bundle / "configs", ["--bundle_root", str(bundle)]
    train = run_bundle("--config_file", f"['{configs}/train.json','{tiny}']", *root, *QUICK)
    assert train.code == 0, train.output
    both = f"['{configs}/train.json','{configs}/evaluate.json','{tiny}']"
    evaluate = run_bundle("--config_file", both, *root)
    assert evaluate.code == 0, evaluate.output
    infer = run_bundle("--config_file", f"['{configs}/inference.json','{tiny}']", *root)
    assert infer.code == 0, infer.output
    assert json.loads((bundle / "models/model.json").read_text())["dataset"]["synthetic"] is True
    assert read_predictions(bundle / "eval/inference/predictions.csv").class_names == ("benign", "malignant")


@pytest.mark.parametrize(
    ("task", "names"),
    [("binary", ("no", "yes")), ("multiclass", ("2", "3", "4a | 4b")), ("multilabel", ("epidural", "subdural"))],
)
def test_a_bundle_says_what_its_data_set_says(collection, data_like, task, names):
    bundle = new_bundle(collection, "mine", data=data_like(task, names))
    assert check(collection) == []
    train, metadata = (json.loads((bundle / f"configs/{kind}.json").read_text()) for kind in ("train", "metadata"))
    assert (train["task"], tuple(train["class_names"])) == (task, names)
    assert train["dataset_dir"] == str(data_like(task, names))
    assert "SYNTHETIC" in train["_desc_"]
    assert metadata["network_data_format"]["outputs"]["pred"]["num_channels"] == len(names)
    readme = (bundle / "docs/README.md").read_text()
    assert "Not trained yet: there is no score." in readme
    assert ("sigmoids" in readme) == (task == "multilabel")
    assert f"| images | {20 * len(names)} |" in readme


def test_a_data_set_below_the_root_is_named_from_there(collection, data_like):
    source = data_like("binary", ("no", "yes"))
    inside = described(
        source, collection / "data/mine", window="brain", modality="CT", licence="CC BY\n4.0", title="A #1"
    )
    bundle = new_bundle(collection, "mine", data=inside)
    assert check(collection) == []
    train, metadata = (json.loads((bundle / f"configs/{kind}.json").read_text()) for kind in ("train", "metadata"))
    assert (train["dataset_dir"], train["window"]) == ("data/mine", "brain")
    assert metadata["network_data_format"]["inputs"]["image"]["modality"] == "CT"
    assert "    Licence: CC BY 4.0\n" in (bundle / "docs/data_license.txt").read_text()
    assert "through the brain window" in (bundle / "docs/README.md").read_text()


def test_a_segmenter_outlines_whatever_the_data_sets_classes_are(collection, phantoms):
    shutil.copytree(ROOT / "bundles/breast_us_segmentation", collection / "bundles/breast_us_segmentation")
    bundle = new_bundle(collection, "mine", like="breast_us_segmentation", data=phantoms)
    assert check(collection) == []
    train, metadata = (json.loads((bundle / f"configs/{kind}.json").read_text()) for kind in ("train", "metadata"))
    assert (train["task"], train["class_names"]) == ("segmentation", ["lesion"])
    assert metadata["network_data_format"]["outputs"]["pred"]["channel_def"] == {"0": "lesion"}
    assert train["_desc_"].startswith("Outlines, in one image of BUS-BRA: lesion.")
    assert (
        "a logit for each pixel out, of which a sigmoid makes probabilities" in (bundle / "docs/README.md").read_text()
    )


def described(source, folder, **more):
    """A copy of a prepared data set that says more of itself."""
    from common.datasets.prepared import read_prepared

    data = read_prepared(source)
    stored = ("version", "root", "index_sha256")
    description = {key: value for key, value in data.description.items() if key not in stored}
    return write_prepared(folder, description={**description, **more}, root=data.root, rows=data.rows).folder


def test_like_an_exemplar_it_has_its_classes_and_no_data(collection):
    train = json.loads((collection / "bundles/knee_mri/configs/train.json").read_text())
    assert train["class_names"] == ["benign", "malignant"]
    assert train["dataset_dir"] == "data/knee_mri"
    assert "none prepared yet" in (collection / "bundles/knee_mri/docs/README.md").read_text()


@pytest.mark.parametrize("name", ["Knee", "knee-mri", "2nd", "_x", "", "knee_vessels", "a/b", "../a", "knee mri"])
def test_a_name_is_one_that_the_zoo_takes(collection, name):
    with pytest.raises(BundleError, match="a bundle's name has lower-case letters"):
        new_bundle(collection, name, like="breast_us")


def test_what_cannot_be_is_refused_and_leaves_nothing(collection, data_like, tmp_path, monkeypatch):
    with pytest.raises(BundleError, match=r"a new bundle has a new folder; .*knee_mri exists"):
        new_bundle(collection, "knee_mri", like="breast_us")
    with pytest.raises(BundleError, match="an exemplar is one of breast_us, knee_mri; got 'breast'"):
        new_bundle(collection, "mine", like="breast")
    with pytest.raises(BundleError, match="knee_mri is like breast_us: give --like breast_us"):
        new_bundle(collection, "mine", like="knee_mri")
    (tmp_path / "raw").mkdir()
    with pytest.raises(DatasetError, match="raw is not prepared"):
        new_bundle(collection, "mine", data=tmp_path / "raw")
    with pytest.raises(LabelError, match=r"does not begin with @, \$ or %, which MONAI reads; got '\$exit\(\)'"):
        new_bundle(collection, "mine", data=data_like("binary", ("no", "$exit()")))
    with pytest.raises(LabelError, match="got 'C#'"):
        new_bundle(collection, "mine", data=data_like("binary", ("C", "C#")))
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StorageError, match=r"cannot write .*mine"):
        new_bundle(collection, "mine", like="breast_us")
    assert sorted(path.name for path in (collection / "bundles").iterdir()) == ["breast_us", "knee_mri"]


def refuse(*_):
    raise OSError("no room")
