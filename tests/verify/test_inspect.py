"""Honest bundles pass: ours, as they are and exported; and all that is allowed is needed."""

import json

import pytest

from common.errors import BundleError, ConfigError
from common.locks import LOCK
from common.verify import code
from common.verify import inspect as module
from common.verify.allowed import COMPUTE, OURS, Allowed
from common.verify.archive import opened
from common.verify.configs import check_config
from common.verify.documents import read_document
from common.verify.files import list_files
from common.verify.inspect import inspect
from tests.verify.conftest import ROOT

CONFIGS = sorted([*ROOT.glob("bundles/*/configs/*.json"), *ROOT.glob("common/overlays/*.json")])


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in ROOT.glob("bundles/*/configs")), ids=lambda path: path.name
)
def test_a_bundle_of_ours_passes(folder):
    assert inspect(folder).refusals == []


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_configuration_and_overlay_of_ours_passes(path):
    assert check_config(read_document(path), OURS) == []


def test_an_exported_bundle_passes_as_a_folder_and_as_a_zip(honest):
    assert inspect(honest.folder) == ([], ["no weights here"])
    with opened(honest.zipped()) as folder:
        assert folder != honest.folder
        assert inspect(folder).refusals == []


def test_a_bundle_of_the_repository_is_one_only_where_it_lies(bundle, tmp_path):
    """Elsewhere it is a stranger's, and needs a manifest and code of its own."""
    ours = ROOT / "bundles/breast_us"
    for name in ("LICENSE", *(f"configs/{path.name}" for path in (ours / "configs").iterdir())):
        bundle.write(name, (ours / name).read_bytes())
    bundle.seal()
    assert any("common.trained is not on the list" in line for line in inspect(bundle.folder).refusals)


def test_a_bundle_of_the_repository_has_no_code(bundle, monkeypatch):
    """Its code is common itself; what else lies there would be looked at by nobody."""
    monkeypatch.setattr(module, "COMMON", bundle.folder.parent / "common")
    folder = bundle.folder.rename(bundle.folder.parent / "bundles")
    (folder / "mine/scripts").mkdir(parents=True)
    (folder / "mine/scripts/evil.py").write_text("")
    assert inspect(folder / "mine").refusals == ["scripts/evil.py: a bundle of the repository has no code"]


@pytest.mark.parametrize("kind", Allowed._fields)
def test_whatever_is_allowed_is_used_by_one_of_ours(kind):
    configs = [read_document(path) for path in CONFIGS]
    needless = []
    for name in sorted(getattr(OURS, kind)):
        without = OURS._replace(**{kind: getattr(OURS, kind) - {name}})
        if not any(check_config(config, without) for config in configs):
            needless.append(name)
    assert needless == []


@pytest.mark.parametrize("target", sorted(COMPUTE))
def test_what_only_computes_exists(target):
    from common.house.targets import _located

    assert _located(target) is not None


def test_the_code_of_an_earlier_release_is_known_by_its_hashes(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(code, "RELEASED", tmp_path / "released")
    released = {**code.installed(), "files.py": code.sha256_of_file(ROOT / "LICENSE")}
    bundle.write("scripts/files.py", (ROOT / "LICENSE").read_bytes())
    bundle.seal()
    assert any("scripts/files.py: not as in the common beside" in line for line in inspect(bundle.folder).refusals)
    (tmp_path / "released").mkdir()
    (tmp_path / "released/0.1.0.json").write_text(json.dumps(released))
    assert inspect(bundle.folder).refusals == []


def test_a_release_is_recorded_once(tmp_path, monkeypatch):
    monkeypatch.setattr(code, "RELEASED", tmp_path)
    path = code.record("1.0.0")
    assert code.hashes_of("1.0.0") == code.installed()
    assert code.record("1.0.0") == path
    path.write_text("{}")
    with pytest.raises(ConfigError, match="a version is released once"):
        code.record("1.0.0")


@pytest.mark.parametrize("version", ["../../etc/x", "/etc/x", ""])
def test_a_version_is_no_path(version):
    assert code.hashes_of(version) == {}


def test_neither_folder_nor_zip_is_an_error(tmp_path):
    with pytest.raises(BundleError, match="a folder or a zip of one"), opened(tmp_path / "none"):
        pass


def test_scores_may_have_any_plain_name(bundle):
    bundle.set(
        "eval_metrics",
        {"youden sensitivity": {"value": 0.5}, "Crohn's, gutartig (4 a)": 1, "b\u00f6sartig auc": 1},
        path="configs/metadata.json",
    )
    bundle.seal()
    assert inspect(bundle.folder).refusals == []


def test_what_a_run_leaves_in_a_bundle_of_the_repository_is_passed_over(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / LOCK).touch()
    assert list_files(tmp_path, exported=False) == []
    assert list_files(tmp_path, exported=True)[0].problem
