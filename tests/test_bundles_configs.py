"""Every bundle's configurations: complete, bound to what they name, and with the properties MONAI asks for."""

import importlib
import inspect
import json
from pathlib import Path
from pydoc import locate

import monai.bundle
import pytest
from monai.bundle import ComponentLocator, ConfigWorkflow

from common.bundles import head

from .conftest import ROOT

BUNDLES = sorted(path.parent for path in (ROOT / "bundles").glob("*/configs"))
CONFIGS = [
    path for bundle in BUNDLES for path in sorted((bundle / "configs").glob("*.json")) if path.stem != "metadata"
]
KNOBS = [path for path in CONFIGS if path.stem in ("train", "inference")]

HEAD = [
    "_desc_",
    "_like_",
    "_differs_",
    "imports",
    "bundle_root",
    "dataset_dir",
    "ckpt_dir",
    "output_dir",
    "task",
    "class_names",
    "backbone",
    "pretrained",
    "input_contract",
    "trainable",
    "window",
    "image_size",
    "fold",
    "seed",
    "max_epochs",
    "patience",
    "val_interval",
    "batch_size",
    "learning_rate",
    "precision",
    "tensorboard",
    "num_workers",
    "device",
]
"""The head of every train.json, in this order; an inference.json has those that apply to it."""

ONLY_IN_TRAINING = {"fold", "seed", "max_epochs", "patience", "val_interval", "learning_rate", "tensorboard"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_are_bundles():
    assert [bundle.name for bundle in BUNDLES] == ["breast_us"]


@pytest.mark.parametrize("bundle", BUNDLES, ids=name)
def test_a_bundle_is_complete(bundle):
    files = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()}
    configs = ("train.json", "evaluate.json", "inference.json", "metadata.json", "logging.conf")
    assert files >= {"LICENSE", "docs/README.md", "docs/data_license.txt", *(f"configs/{file}" for file in configs)}


@pytest.mark.parametrize("path", KNOBS, ids=name)
def test_the_head_has_its_keys_in_their_order(path):
    expected = HEAD if path.stem == "train" else [key for key in HEAD if key not in ONLY_IN_TRAINING] + ["saliency"]
    assert list(head(path)) == expected


@pytest.mark.parametrize("path", KNOBS, ids=name)
def test_no_knob_is_null_and_every_knob_is_used(path):
    config = json.loads(path.read_text())
    text = json.dumps(config)
    for key, value in head(path).items():
        assert value is not None, key
        assert key.startswith("_") or key in ("imports", "trainable") or f"@{key}" in text or key == "task", key


def components(config: object, where: str = ""):
    """Every (id, component) of a configuration."""
    entries = config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    if isinstance(config, dict) and "_target_" in config:
        yield where, config
    for key, value in entries:
        yield from components(value, f"{where}::{key}".strip(":"))


@pytest.mark.parametrize("path", CONFIGS, ids=name)
def test_every_target_exists_and_takes_its_arguments(path):
    """MONAI passes over a misspelt component until something refers to it, and over nothing in its arguments."""
    locator, found = ComponentLocator(), 0
    for where, component in components(json.loads(path.read_text())):
        target = component["_target_"]
        module = locator.get_component_module_name(target)
        factory = getattr(importlib.import_module(module), target) if isinstance(module, str) else locate(target)
        assert callable(factory), f"{where}: {target}"
        arguments = {key: value for key, value in component.items() if not key.startswith("_")}
        inspect.signature(factory).bind(**arguments)
        found += 1
    assert found


@pytest.mark.parametrize("bundle", BUNDLES, ids=name)
@pytest.mark.parametrize("kind", ["train", "evaluate", "inference"])
def test_monai_finds_every_property(bundle, kind, phantoms, tmp_path):
    files = [bundle / "configs" / f"{stem}.json" for stem in {"evaluate": ["train", "evaluate"]}.get(kind, [kind])]
    types = {"train": ["train"], "evaluate": ["train", "evaluation"], "inference": ["infer"]}[kind]
    for workflow_type in types:
        workflow = ConfigWorkflow(
            [str(file) for file in files],
            workflow_type=workflow_type,
            logging_file=False,
            bundle_root=str(bundle),
            dataset_dir=str(phantoms),
            ckpt_dir=str(tmp_path / "models"),
            output_dir=str(tmp_path / "eval"),
        )
        workflow.initialize()
        assert workflow.check_properties() == []


@pytest.mark.parametrize("bundle", BUNDLES, ids=name)
def test_metadata_follows_the_zoos_schema_and_describes_the_network(bundle):
    metadata = json.loads((bundle / "configs" / "metadata.json").read_text())
    assert metadata["version"] in metadata["changelog"]
    classes = metadata["network_data_format"]["outputs"]["pred"]["channel_def"]
    assert list(classes.values()) == head(bundle / "configs" / "train.json")["class_names"]
    schema = ROOT.parent / "shared" / "schema" / "meta_schema_20240725.json"
    if not schema.exists():
        pytest.skip(f"the model zoo's schema is not at {schema}")
    import jsonschema

    jsonschema.validate(metadata, json.loads(schema.read_text()))


@pytest.mark.parametrize("bundle", BUNDLES, ids=name)
def test_the_network_takes_and_gives_what_metadata_says(bundle):
    monai.bundle.verify_net_in_out(
        net_id="network_def",
        meta_file=str(bundle / "configs" / "metadata.json"),
        config_file=str(bundle / "configs" / "inference.json"),
    )
