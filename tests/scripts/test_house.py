import shutil
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/house.py"


pytestmark = pytest.mark.usefixtures("elsewhere")


def test_new_check_and_fix(command, elsewhere):
    code, output, _ = command("new", "knee_mri", "--like", "breast_us")
    assert code == 0
    assert output.startswith("wrote bundles/knee_mri; next:\n")
    assert "--config_file bundles/knee_mri/configs/inference.json --dataset_dir FOLDER" in output
    assert command("--check")[:2] == (0, "nothing wrong in breast_us, knee_mri\n")
    path = elsewhere / "bundles/knee_mri/configs/train.json"
    path.write_text(path.read_text().replace('"optim_set_to_none": true', '"optim_set_to_none": false'))
    code, output, _ = command("--check")
    assert (code, output.count("\n")) == (1, 1)
    assert "train.json: train::trainer::optim_set_to_none is not as in breast_us" in output
    assert command("--fix")[:2] == (
        0,
        "bundles/knee_mri/configs/train.json: train::trainer::optim_set_to_none as in breast_us\n",
    )
    assert command("--fix")[:2] == (0, "nothing to mend\n")
    assert command("--check")[0] == 0


def test_to_find_no_bundle_is_no_success(command, elsewhere):
    shutil.rmtree(elsewhere / "bundles")
    assert command("--check")[:2] == (1, "bundles: there is none\n")


def test_a_mistake_is_one_line(command, elsewhere):
    code, output, errors = command("new", "Knee", "--like", "breast_us")
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("error: a bundle's name has lower-case letters")
    code, _, errors = command("new", "mine", "--from", elsewhere / "none")
    assert (code, errors.count("\n")) == (1, 1)
    assert errors.startswith("error: there is no data set at")


@pytest.mark.parametrize("words", [[], ["--check", "--fix"], ["--check", "new", "a", "--like", "b"], ["new", "a"]])
def test_one_thing_at_a_time(command, words):
    assert command(*words)[0] == 2


def test_help_shows_an_example(command):
    code, output, _ = command("--help")
    assert code == 0
    assert "example: python scripts/house.py new knee_mri --from" in output
