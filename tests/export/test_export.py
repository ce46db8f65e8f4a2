"""A bundle that left: all that it promises is there, nothing else, and the same bytes each time."""

import json
import re
import shutil

import pytest

from common.errors import BundleError, ExportError, RunError
from common.export.export import export, exported_name
from common.export.manifest import files_of
from common.files import sha256_of_file
from common.version import VERSION
from tests.conftest import ROOT


def test_it_has_what_a_bundle_has_and_no_picture_of_a_patient(exported):
    names = {name for name, _ in files_of(exported.folder) if not name.startswith("scripts/")}
    assert names == {
        *(f"configs/{kind}.json" for kind in ("train", "evaluate", "inference", "multi_gpu", "metadata")),
        *("configs/logging.conf", "LICENSE", "manifest.json", "docs/README.md", "docs/data_license.txt"),
        *(f"docs/{name}.png" for name in ("roc", "precision_recall", "reliability", "learning_curves")),
        *(f"models/model.{ending}" for ending in ("pt", "json", "ts", "pt2", "onnx")),
        *("models/reference.npz", "models/seen.txt"),
    }


def test_repeated_it_is_the_same_bytes(exported, trained_bundle, tmp_path):
    again = export(trained_bundle, tmp_path)
    assert sha256_of_file(again.archive) == sha256_of_file(exported.archive)


def test_the_manifest_knows_every_other_file(exported):
    manifest = json.loads((exported.folder / "manifest.json").read_text())
    files = {name: path for name, path in files_of(exported.folder) if name != "manifest.json"}
    assert (manifest["name"], manifest["common"]) == ("breast_us_classification", VERSION)
    assert manifest["files"] == {
        name: {"sha256": sha256_of_file(path), "bytes": path.stat().st_size} for name, path in files.items()
    }


def test_no_configuration_names_this_repository(exported):
    for path in (exported.folder / "configs").iterdir():
        if path.name != "metadata.json":
            assert not re.search(r"\bcommon\b", path.read_text()), path.name
    inference = json.loads((exported.folder / "configs/inference.json").read_text())
    assert inference["bundle_root"] == "."
    assert not {"_like_", "_differs_"} & set(inference)


def test_what_is_trained_further_is_the_network_that_is_there(exported, trained_bundle):
    train = json.loads((exported.folder / "configs/train.json").read_text())
    card = json.loads((trained_bundle / "models/model.json").read_text())
    assert (train["image_size"], train["class_names"]) == ([32, 32], card["class_names"])
    inference = json.loads((exported.folder / "configs/inference.json").read_text())
    assert inference["pretrained"] == "random"  # its weights are its own


def test_its_code_is_this_repositorys_byte_for_byte(exported):
    for name, path in files_of(exported.folder / "scripts"):
        assert path.read_bytes() == (ROOT / "common" / name).read_bytes()


def test_the_metadata_says_what_the_model_is_worth(exported):
    metadata = json.loads((exported.folder / "configs/metadata.json").read_text())
    assert "SYNTHETIC" in metadata["description"]
    assert "No weights are shipped" not in metadata["description"]
    assert set(metadata["eval_metrics"]["auc"]) == {"value", "low", "high", "n"}
    assert metadata["version"] in metadata["changelog"]
    assert metadata["network_data_format"]["inputs"]["image"]["spatial_shape"] == [32, 32]
    assert metadata["required_packages_version"]["pydicom"] == "3.0.2"
    assert metadata["limits"]


def test_the_page_has_the_zoos_headings_and_every_score_an_n(exported):
    page = (exported.folder / "docs/README.md").read_text()
    for heading in ("# Model Overview", "## Data", "## Training configuration", "### Input", "### Output"):
        assert f"{heading}\n" in page
    for heading in ("## Performance", "## MONAI Bundle Commands", "# References", "# License"):
        assert f"{heading}\n" in page
    assert re.search(r"\| auc \| \d\.\d{3} \[\d\.\d{3}, \d\.\d{3}\], n = \d+ \|", page)
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert all((exported.folder / "docs" / link).is_file() for link in links)


def test_every_format_gives_the_networks_logits(exported):
    assert set(exported.differences) == {"model.ts", "model.pt2", "model.onnx"}
    assert max(exported.differences.values()) < 1e-4


def test_another_runs_scores_are_not_this_models(trained_bundle, tmp_path):
    bundle = shutil.copytree(trained_bundle, tmp_path / "breast_us")
    for name in ("metrics.json", "run.json"):
        path = bundle / "eval" / name
        path.write_text(json.dumps({**json.loads(path.read_text()), "run_key": "another"}))
    done = export(bundle, tmp_path / "dist", formats=[])
    metadata = json.loads((done.folder / "configs/metadata.json").read_text())
    assert metadata["eval_metrics"] == {}
    assert "not evaluated" in metadata["description"]
    assert not list((done.folder / "docs").glob("*.png"))


@pytest.mark.parametrize(
    ("name", "task", "expected"),
    [
        ("breast_us", "binary", "breast_us_classification"),
        ("breast_us_segmentation", "segmentation", "breast_us_segmentation"),
        ("radimagenet_pretrain", "multiclass", "radimagenet_pretrain_classification"),
    ],
)
def test_its_name_says_its_kind_once(name, task, expected):
    assert exported_name(name, task) == expected


def test_what_cannot_leave_is_refused_and_leaves_nothing(trained_bundle, tmp_path):
    with pytest.raises(BundleError, match="a bundle is one of breast_us; got 'breast'"):
        export(trained_bundle.with_name("breast"), tmp_path)
    with pytest.raises(ExportError, match="a format is one of ts, pt2, onnx, openvino; got 'tflite'"):
        export(trained_bundle, tmp_path, formats=["tflite"])
    with pytest.raises(ExportError, match="openvino is brought once it was measured; breast_us was not"):
        export(trained_bundle, tmp_path, formats=["openvino"])
    with pytest.raises(RunError, match="no trained model"):
        export(trained_bundle, tmp_path, weights=tmp_path / "model.pt")
    wrong = shutil.copytree(trained_bundle, tmp_path / "wrong")
    (wrong / "models/model.pt").write_bytes(b"not a model")
    with pytest.raises(ExportError, match="converting the network failed in wrong_classification"):
        export(wrong, tmp_path / "dist", formats=["ts"])
    assert list((tmp_path / "dist").iterdir()) == []
