import json
from pathlib import Path

import pytest
import torch

from common.networks.backbones import BACKBONES

SCRIPT = Path(__file__).parents[2] / "scripts/weights.py"


@pytest.fixture(autouse=True)
def nothing_imported(monkeypatch, tmp_path):
    monkeypatch.setenv("RADIMAGENET_WEIGHTS", str(tmp_path / "imported"))


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    path = tmp_path_factory.mktemp("published") / "w.pth"
    torch.save(BACKBONES["densenet121"].build().state_dict(), path)
    return path


def test_check_certifies_and_warns_by_its_exit_code(command, untrained, tmp_path):
    code, out, _ = command("check", untrained, "--json", tmp_path / "certificate.json")
    assert code == 1
    assert "densenet121: all 725 tensors matched, 7,037,504 values" in out
    assert "nothing was ever trained here" in out
    facts = json.loads((tmp_path / "certificate.json").read_text())
    assert facts["network"] == "densenet121"
    assert len(facts["batch_norms"]) == 121


def test_import_makes_a_name_that_list_knows(command, untrained):
    assert "imagenet_densenet121                   densenet121          torchvision        no" in command("list")[1]
    code, out, _ = command("import", untrained)
    assert code == 0
    assert out.endswith("next: --backbone densenet121 --pretrained imagenet\n")
    assert "imagenet_densenet121                   densenet121          torchvision        yes" in command("list")[1]


def test_a_file_that_is_none_is_refused_in_one_line(command, tmp_path):
    (tmp_path / "w.h5").write_bytes(b"<html>")
    code, out, errors = command("import", tmp_path / "w.h5")
    assert (code, out) == (1, "")
    assert errors.startswith("error: ") and errors.count("\n") == 1
    assert not (tmp_path / "imported").exists()


def test_nothing_is_fetched_before_the_terms_are_accepted(command, tmp_path):
    code, out, errors = command("fetch", "imagenet_resnet50")
    assert code == 1
    assert "terms: ImageNet's images are for non-commercial research" in out
    assert "give --accept-terms" in errors
    assert not (tmp_path / "imported").exists()
