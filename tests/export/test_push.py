"""Uploading: said beforehand, done by the hub's own client, and refused in one line."""

import sys
from types import SimpleNamespace

import pytest

from common.errors import ExportError
from common.export.push import address, push


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "breast_us_classification" / "models").mkdir(parents=True)
    (tmp_path / "breast_us_classification" / "models" / "model.pt").write_bytes(b"x" * 2_000_000)
    return tmp_path / "breast_us_classification"


def test_a_dry_run_says_what_would_be_uploaded_and_needs_no_client(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    said = push(folder, "ann/breast_us", dry_run=True)
    assert said == "would upload 1 files, 2 MB, to https://huggingface.co/ann/breast_us:\n  models/model.pt"


def test_the_hubs_client_uploads_the_folder_for_its_owner_alone(folder, monkeypatch):
    calls = []
    hub = SimpleNamespace(
        create_repo=lambda *given, **named: calls.append((given, named)),
        upload_folder=lambda **named: calls.append(named),
    )
    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(HfApi=lambda: hub))
    assert push(folder, "ann/breast_us", dry_run=False).startswith("uploaded 1 files")
    assert calls[0] == (("ann/breast_us",), {"repo_type": "model", "private": True, "exist_ok": True})
    assert calls[1]["folder_path"] == str(folder)


def test_a_refusal_is_one_line(folder, monkeypatch):
    with pytest.raises(ExportError, match="a repository on the hub is OWNER/NAME; got 'breast_us'"):
        address("breast_us")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ExportError, match="pip install huggingface_hub"):
        push(folder, "ann/breast_us", dry_run=False)

    def refuse():
        raise OSError("401")

    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(HfApi=refuse))
    with pytest.raises(ExportError, match=r"the hub refused \(401\)"):
        push(folder, "ann/breast_us", dry_run=False)
