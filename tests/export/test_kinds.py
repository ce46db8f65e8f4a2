"""Segmentation and pretraining travel as classification does: proved elsewhere, and passed by the zoo's checks."""

import pytest

from common.export.export import export
from common.export.proof import prove
from common.zoo import zoo_checks
from tests.conftest import ROOT, TINY, TINY_SEGMENTER, tiny_bundle

pytestmark = pytest.mark.slow

KINDS = {
    "breast_us_segmentation": (TINY_SEGMENTER, "phantoms", "breast_us_segmentation"),
    "radimagenet_pretrain": (TINY, "store", "radimagenet_pretrain_classification"),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_travels(name, request, run_bundle, tmp_path):
    network, data, called = KINDS[name]
    bundle = tiny_bundle(name, network, request.getfixturevalue(data), tmp_path, run_bundle)
    done = export(bundle, tmp_path / "dist")
    assert done.folder.name == called
    assert "byte for byte" in prove(done, bundle, root=ROOT).sentence
    assert [(check.name, check.reason) for check in zoo_checks(done.folder) if not check.passed] == []
