"""The command that exports: what it says where it cannot."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "export.py"


def test_an_untrained_bundle_is_not_exported(command, elsewhere):
    code, _, error = command("breast_us", "--out", elsewhere / "dist")
    assert code == 1
    assert error.startswith("error: no trained model in ")
    assert error.endswith("run this bundle's train.json first\n")
    assert not (elsewhere / "dist").exists()


def test_an_unknown_bundle_is_named_with_those_that_exist(command, elsewhere):
    code, _, error = command("breast")
    assert (code, error) == (1, "error: a bundle is one of breast_us; got 'breast': give its name\n")
