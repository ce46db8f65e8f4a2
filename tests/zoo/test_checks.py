"""The zoo's checks: passed by our export, and each failed by what it is there to find."""

import json
import shutil

import pytest

from common.zoo import files, zoo_checks
from common.zoo.checks import SCHEMAS
from common.zoo.style import style


@pytest.fixture
def spoiled(exported, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(exported.folder, tmp_path / exported.folder.name)


def edit(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def unreachable_schema(reasons):
    """Why the metadata could not be held against the zoo's schema, where it could not."""
    offline = not SCHEMAS.is_dir() and "URLError" in reasons.get("metadata schema", "")
    return "the zoo's schema is not in ../shared/schema, and there is no network to fetch it from" if offline else ""


def test_an_exported_bundle_passes_every_check_in_the_zoos_order(exported):
    checks = zoo_checks(exported.folder)
    failed = {check.name: check.reason for check in checks if not check.passed}
    unreachable = unreachable_schema(failed)
    assert failed.keys() == ({"metadata schema"} if unreachable else set()), failed
    assert [check.name for check in checks] == [
        *("directory", "version and changelog", "metadata schema", "verify_net_in_out", "TorchScript export"),
        *(f"properties of {kind}" for kind in ("train", "evaluate", "inference")),
        *("black", "isort", "flake8", "no file over 25 MB", "no personal path"),
    ]
    if unreachable:
        pytest.skip(unreachable)


@pytest.mark.slow
def test_monais_functions_find_what_is_wrong(spoiled):
    configs = spoiled / "configs"
    metadata = json.loads((configs / "metadata.json").read_text())
    metadata["network_data_format"]["outputs"]["pred"]["num_channels"] = 3
    del metadata["task"]
    (configs / "metadata.json").write_text(json.dumps(metadata))
    train = json.loads((configs / "train.json").read_text())
    train["trainer"] = train["train"].pop("trainer")
    (configs / "train.json").write_text(json.dumps(train))
    (spoiled / "models/model.ts").write_bytes(b"no zip")
    reasons = {check.name: check.reason for check in zoo_checks(spoiled)}
    if unreachable := unreachable_schema(reasons):
        pytest.skip(unreachable)
    assert "'task' is a required property" in reasons["metadata schema"]
    assert "output channel number `2` doesn't match: `3`" in reasons["verify_net_in_out"]
    assert reasons["TorchScript export"]
    assert "train::trainer" in reasons["properties of train"]
    assert reasons["properties of inference"] == ""


def test_a_missing_file_ends_the_checks(spoiled):
    (spoiled / "LICENSE").unlink()
    (only,) = zoo_checks(spoiled)
    assert only.reason == "missing: LICENSE"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": "0.10.0"}, "three digits with points"),
        ({"version": "0.9.9"}, "no line in the changelog"),
        ({"changelog": {}}, "no line in the changelog"),
    ],
)
def test_a_version_is_one_that_the_zoo_can_compare(spoiled, changes, reason):
    edit(spoiled / "configs/metadata.json", **changes)
    assert reason in files.version(spoiled).reason


def test_a_large_file_is_listed_by_its_hash(spoiled, monkeypatch):
    from common.export.manifest import write_large_files

    monkeypatch.setattr(files, "LARGEST", 20_000)
    monkeypatch.setattr("common.export.manifest.LARGEST", 20_000)
    assert "models/model.ts" in files.sizes(spoiled).reason
    assert "models/model.ts" in write_large_files(spoiled, "https://example.org")
    assert files.sizes(spoiled).passed
    (spoiled / "models/model.ts").write_bytes(bytes(30_000))
    assert files.sizes(spoiled).reason.endswith(": models/model.ts")


def test_a_place_on_a_machine_is_found_in_any_file(spoiled):
    assert files.personal_paths(spoiled).passed
    (spoiled / "models/model.bin").write_bytes(b"\x00\xff/home/ann/images\x00")
    assert files.personal_paths(spoiled).reason == "a place on a machine is named in models/model.bin"


def test_untidy_code_is_found_by_the_zoos_own_tools(spoiled):
    (spoiled / "scripts/untidy.py").write_text("import sys, os\nx = [1,\n  2]\n")
    assert [check.passed for check in style(spoiled)] == [False, False, False]
