"""The forms of a network, measured: what is told of each, and when INT8 is kept."""

import json
import math
import shutil
from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest

from common.export.evaluation import Images, change
from common.export.export import export
from common.export.measure import measure, within_margin
from common.export.table import format_table
from tests.processes import in_another_process

pytestmark = pytest.mark.skipif(
    not (find_spec("openvino") and find_spec("nncf")), reason="OpenVINO and NNCF are optional"
)


@pytest.fixture(scope="module")
def measured(trained_bundle, exported, phantoms, tmp_path_factory):
    """A copy of the bundle, and what was measured of it."""
    bundle = shutil.copytree(trained_bundle, tmp_path_factory.mktemp("measured") / "breast_us")
    weights = bundle / "models" / "model.pt"
    measuring = partial(measure, bundle, exported.folder, weights=weights, dataset_dir=str(phantoms))
    return bundle, in_another_process(measuring)


def test_every_form_has_difference_speed_size_and_change(measured):
    _, found = measured
    names = [row["name"] for row in found["rows"]]
    assert names[0] == "PyTorch fp32"
    assert {"TorchScript", "torch.export", "ONNX Runtime", "OpenVINO FP32", "OpenVINO FP16", "OpenVINO INT8"} < set(
        names
    )
    for row in found["rows"]:
        assert set(row["change"]) == {"value", "low", "high", "n"}
        assert min(*row["images_per_second"].values(), row["bytes"]) > 0
        if row["name"] in ("TorchScript", "torch.export", "ONNX Runtime", "OpenVINO FP32"):
            assert row["max_difference"] < 1e-4


def test_what_was_measured_travels(measured, tmp_path):
    bundle, found = measured
    done = export(bundle, tmp_path, formats=["openvino"])
    page = (done.folder / "docs/README.md").read_text()
    assert "change of AUC [95 % interval], n" in page
    assert all(f"| {row['name']} |" in page for row in found["rows"])
    brought = {path.name for path in (done.folder / "models").glob("openvino_*")}
    assert brought == set(found["files"]) >= {"openvino_fp32.xml", "openvino_fp32.bin"}


def test_other_weights_were_not_measured(measured, tmp_path):
    bundle = shutil.copytree(measured[0], tmp_path / "breast_us")
    path = bundle / "eval/formats/formats.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_sha256": "another"}))
    done = export(bundle, tmp_path / "dist", formats=[])
    assert "images/s" not in (done.folder / "docs/README.md").read_text()


@pytest.mark.parametrize(
    ("low", "high", "kept"),
    [(-0.01, 0.01, True), (-0.03, 0.01, False), (0.0, 0.021, False), (math.nan, math.nan, True)],
)
def test_int8_is_kept_only_where_the_interval_lies_inside_the_margin(low, high, kept):
    assert within_margin({"value": 0.0, "low": low, "high": high, "n": 9}) is kept


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "segmentation"])
def test_a_worse_form_scores_lower_by_its_interval(task):
    rng = np.random.default_rng(0)
    shape, labels = {
        "binary": ((40, 2), np.arange(40) % 2),
        "multiclass": ((40, 3), np.arange(40) % 3),
        "multilabel": ((40, 2), (np.arange(80).reshape(40, 2) % 3 == 0).astype(float)),
        "segmentation": ((40, 1, 8, 8), np.broadcast_to(np.tri(8), (40, 1, 8, 8))),
    }[task]
    right = labels if task in ("multilabel", "segmentation") else np.eye(shape[1])[labels]
    reference = 4.0 * right - 2
    worse = reference + rng.normal(size=shape) * 4
    images = Images([], list(labels), np.arange(40).astype(str), [])
    same = change(task, images, reference, reference, threshold=0.5)
    lower = change(task, images, worse, reference, threshold=0.5)
    assert same.value == 0
    assert lower.value < 0
    assert lower.high < 0
    assert lower.n == 40


def test_the_table_says_what_was_not_kept():
    change = {"value": -0.03, "low": -0.05, "high": -0.01, "n": 20}
    row = {"name": "OpenVINO INT8", "max_difference": 0.5, "bytes": 10**6, "change": change, "kept": False}
    row["images_per_second"] = {"1": 10.0, "16": 20.0}
    about = {"image_size": [32, 32], "machine": "x", "margin": 0.02, "calibration_images": 3, "score": "AUC"}
    text = format_table({**about, "rows": [row]})
    assert "| OpenVINO INT8 | 5.0e-01 | 10.0 | 20.0 | 1.0 | -0.0300 [-0.0500, -0.0100], 20 |" in text
    assert text.endswith("Not kept: OpenVINO INT8.")
