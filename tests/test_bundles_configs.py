"""Every bundle's configurations: as the house wants them, and with the properties MONAI asks for."""

import json

import jsonschema
import monai.bundle
import pytest
from monai.bundle import ConfigWorkflow

from common.bundles import head
from common.house.check import check_bundle
from common.house.files import bundles_in
from common.house.heads import PRETRAINING

from .conftest import ROOT

BUNDLES = bundles_in(ROOT)

EXPECTED = 11
"""Bundles of this collection; a glob that finds fewer tests nothing. Raised with each new one."""


def test_there_are_bundles():
    assert len(BUNDLES) >= EXPECTED
    assert ROOT / "bundles" / "breast_us" in BUNDLES


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_a_bundle_keeps_the_rules_of_the_house(bundle):
    assert check_bundle(bundle) == []


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
@pytest.mark.parametrize("kind", ["train", "evaluate", "inference"])
def test_monai_finds_every_property(bundle, kind, data_like, store, tmp_path):
    files = [bundle / "configs" / f"{stem}.json" for stem in {"evaluate": ["train", "evaluate"]}.get(kind, [kind])]
    types = {"train": ["train"], "evaluate": ["train", "evaluation"], "inference": ["infer"]}[kind]
    knobs = head(bundle / "configs" / "train.json")
    names = tuple(knobs["class_names"])[:4]
    data = store if bundle.name == PRETRAINING and kind != "inference" else data_like(knobs["task"], names)
    for workflow_type in types:
        workflow = ConfigWorkflow(
            [str(file) for file in files],
            workflow_type=workflow_type,
            logging_file=False,
            bundle_root=str(bundle),
            dataset_dir=str(data),
            ckpt_dir=str(tmp_path / "models"),
            output_dir=str(tmp_path / "eval"),
            batch_size=8,
        )
        workflow.initialize()
        assert workflow.check_properties() == []


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_metadata_follows_the_zoos_schema(bundle):
    schema = ROOT.parent / "shared" / "schema" / "meta_schema_20240725.json"
    if not schema.exists():
        pytest.skip(f"the model zoo's schema is not at {schema}")
    jsonschema.validate(json.loads((bundle / "configs" / "metadata.json").read_text()), json.loads(schema.read_text()))


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_the_network_takes_and_gives_what_metadata_says(bundle):
    monai.bundle.verify_net_in_out(
        net_id="network_def",
        meta_file=str(bundle / "configs" / "metadata.json"),
        config_file=str(bundle / "configs" / "inference.json"),
    )
