"""The proof: passed by what travels well, and not by what only seems to."""

import json
import shutil

import pytest

from common.errors import ExportError
from common.export.proof import prove
from tests.conftest import ROOT


def test_a_portable_bundle_does_elsewhere_what_it_does_here(exported, trained_bundle):
    proof = prove(exported, trained_bundle, root=ROOT)
    assert "byte for byte" in proof.sentence
    assert "inference/predictions.csv" in json.loads(proof.path.read_text())["compared"]


SPOILS = {
    "it predicts something else": (
        "scripts/handlers/predictions.py",
        ("torch.softmax(logits, dim=1)", "torch.softmax(-logits, dim=1)"),
        "differs",
    ),
    "it needs this repository": (
        "configs/inference.json",
        ("scripts.handlers.CollectPredictions", "common.handlers.CollectPredictions"),
        "inference failed in breast_us_classification",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_what_only_seems_to_travel_is_found(exported, trained_bundle, tmp_path, spoil):
    file, (old, new), said = spoil
    folder = shutil.copytree(exported.folder, tmp_path / exported.folder.name)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    with pytest.raises(ExportError, match=said):
        prove(exported._replace(folder=folder), trained_bundle, root=ROOT)
