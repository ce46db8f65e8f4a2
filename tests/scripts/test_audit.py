import json
from pathlib import Path

import pytest

from common.datasets.prepare import prepare
from common.phantoms import busi

SCRIPT = Path(__file__).parents[2] / "scripts/audit.py"


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory):
    root = tmp_path_factory.mktemp("download") / "busi"
    busi.write(root, patients=30, seed=2, difficulty=0.2)
    return root


@pytest.fixture
def prepared(phantoms, tmp_path):
    return prepare("busi", phantoms, tmp_path / "data").folder


def test_all_planted_duplicates_are_found_and_nothing_else(command, phantoms, prepared):
    code, output, _ = command(prepared)
    report = json.loads((prepared / "audit.json").read_text())
    found = {kind: {frozenset(its["files"]) for its in some} for kind, some in report["findings"].items() if some}
    planted = {}
    for fault in json.loads((phantoms / "phantoms.json").read_text())["faults"]:
        planted.setdefault(fault["kind"], set()).add(frozenset((fault["image"], fault["of"])))
    conflicting = planted.get("conflicting duplicate", set())
    assert planted
    assert code == 0
    assert found == {
        kind: pairs
        for kind, pairs in {
            "exact duplicates": planted.get("exact duplicate", set()) | conflicting,
            "near duplicates": planted.get("near duplicate", set()),
            "conflicting labels": conflicting,
        }.items()
        if pairs
    }
    assert output.startswith("BUSI (SYNTHETIC)")
    assert "Synthetic: phantoms" in (prepared / "audit.html").read_text()


def test_a_finding_that_spoils_is_exit_code_1(command, prepared, phantoms):
    victim = next((phantoms / "Dataset_BUSI_with_GT/normal").glob("*).png"))
    pixels = victim.read_bytes()
    victim.unlink()
    try:
        code, output, errors = command(prepared)
    finally:
        victim.write_bytes(pixels)
    assert (code, errors) == (1, "")
    assert "missing file                  1 1 spoils" in output


def test_the_report_can_go_elsewhere(command, prepared, tmp_path):
    command(prepared, "--out", tmp_path / "report")
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"audit.json", "audit.html"}
    assert not (prepared / "audit.json").exists()


def test_an_unprepared_folder_is_one_line(command, tmp_path):
    code, output, errors = command(tmp_path)
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert "is not prepared; run python scripts/prepare.py DATASET SOURCE --out" in errors


def test_help_documents_the_exit_codes_and_an_example(command):
    code, output, _ = command("--help")
    assert code == 0
    assert "Exit code 1 where a result on this data would be wrong" in output
    assert "example: python scripts/audit.py data/busbra" in output
