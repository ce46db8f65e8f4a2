"""Configurations of a portable bundle name no place of this machine's."""

import pytest

from common.export.configs import portable
from common.verify.paths import text_problem


@pytest.mark.parametrize(
    ("written", "travels"),
    [
        ("/home/me/data/mine", "data/mine"),
        ("/home/me/data/mine/", "data/mine"),
        ("../data/mine", "data/mine"),
        ("./data/mine", "data/mine"),
        ("data/breast_us", "data/breast_us"),
        ("$@bundle_root + '/data'", "$@bundle_root + '/data'"),
    ],
)
def test_an_absolute_folder_of_data_becomes_one_of_the_bundles(written, travels):
    assert portable({"dataset_dir": written, "network_def": {}}, {}) == {"dataset_dir": travels, "network_def": {}}
    assert not text_problem(travels)


def test_a_configuration_without_data_gets_none():
    assert portable({"network_def": {}}, {}) == {"network_def": {}}
