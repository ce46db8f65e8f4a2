"""All ten downstream bundles in one server of the stock app, as small as they get."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from common.export.export import export
from common.files import write_json, write_tensors
from common.house.files import bundles_in
from tests.conftest import ROOT, TINY, prepared_images, tiny_bundle

SEGMENTER = {
    "network_def": {
        "_target_": "torch.nn.Conv2d",
        "in_channels": 1,
        "out_channels": "$len(@class_names)",
        "kernel_size": 1,
    }
}
"""An overlay with a segmenter whose lesion is what is bright enough."""

BRIGHT = {"weight": torch.full((1, 1, 1, 1), 40.0), "bias": torch.tensor([-20.0])}
"""Its weights after a perfect training: lesion above a half."""

QUICK = {"batch_size": 4, "num_workers": 0}
"""Knobs with which a training of a few images takes seconds."""

STRICT = {"backbone": "densenet121"}
"""An overlay with a network of ours, the smallest."""

TEN = sorted(path.name for path in bundles_in(ROOT) if path.name != "radimagenet_pretrain")


@pytest.fixture(scope="session")
def exported_bundles(run_bundle, tmp_path_factory) -> dict[str, Path]:
    """By their names in the repository, the folders of the ten; `strict` is breast_us with a network of ours."""
    folder = tmp_path_factory.mktemp("exported")
    return {name: _exported(name, folder / name, run_bundle) for name in (*TEN, "strict")}


def _exported(name, folder, run):
    own = "breast_us" if name == "strict" else name
    head = json.loads((ROOT / "bundles" / own / "configs/train.json").read_text())
    folder.mkdir()
    data = prepared_images(folder, head["task"], head["class_names"])
    overlay = STRICT if name == "strict" else SEGMENTER if own.endswith("_segmentation") else TINY
    segments = head["task"] == "segmentation"
    size = (48, 64) if segments else (32, 32)
    bundle = tiny_bundle(own, overlay, data, folder, run, image_size=size, evaluated=False)
    if segments:
        write_tensors(bundle / "models/model.pt", BRIGHT)
    done = export(bundle, folder / "dist", formats=[]).folder
    return done.rename(folder / "dist/strict_classification") if name == "strict" else done


@pytest.fixture(scope="session")
def server(exported_bundles, tmp_path_factory):
    """The ten; `strict_classification`; `mirrored_classification`, breast_us with another version of the code;
    and `tuned_*`, the exemplars again, to be trained.
    """
    from tests.label.server import serving  # only where MONAI Label is: see collect_ignore in tests/conftest.py

    copies = tmp_path_factory.mktemp("copies")
    classifier, segmenter = exported_bundles["breast_us"], exported_bundles["breast_us_segmentation"]
    mirrored = shutil.copytree(classifier, copies / "mirrored_classification")
    code = mirrored / "scripts/inferers/precision.py"
    code.write_text(code.read_text().replace("return network(inputs, *args, **kwargs)", "return -network(inputs)"))
    tuned = [
        shutil.copytree(classifier, copies / "tuned_classification"),
        shutil.copytree(segmenter, copies / "tuned_segmentation"),
    ]
    for bundle, rate in zip(tuned, (0.01, 0.5), strict=True):
        config = bundle / "configs/train.json"
        write_json(config, {**json.loads(config.read_text()), "learning_rate": rate, **QUICK})
    write_tensors(tuned[1] / "models/model.pt", {name: tensor / 10 for name, tensor in BRIGHT.items()})
    with serving(tmp_path_factory.mktemp("server"), [*exported_bundles.values(), mirrored, *tuned]) as running:
        yield running
