"""What of `common` a bundle brings: all that it imports, and nothing that it does not."""

import json

import pytest

from common.export.closure import PACKAGE, closure
from common.export.configs import read_configs
from common.export.packages import BASE, VERSIONS
from common.house.files import bundles_in
from tests.conftest import ROOT

BUNDLES = [folder.name for folder in bundles_in(ROOT)]


@pytest.mark.parametrize("name", BUNDLES)
def test_what_a_bundle_does_not_use_stays(name):
    used = closure(list(read_configs(ROOT / "bundles" / name).values()))
    names = {str(file) for file in used.files}
    assert {"__init__.py", "networks/classifier.py", "io/worker.py", "errors.py"} <= names
    assert not {file.parts[0] for file in used.files} & {"phantoms", "comparison", "house", "export", "benchmarks"}
    assert not {f"datasets/{data}.py" for data in ("busbra", "ddti", "mrnet", "rsna_ich", "ct_ich")} & names
    assert used.packages <= set(VERSIONS) | set(BASE)


def test_a_table_that_a_module_names_comes_along():
    used = closure([{"run": ["$import common.pretraining.classes"]}])
    assert [file.name for file in used.files if file.suffix != ".py"] == ["classes.csv"]


def test_a_module_brings_its_packages_and_what_it_imports_inside_functions():
    names = {str(file) for file in closure([{"imports": ["$import common.knobs"]}]).files}
    assert {"knobs.py", "__init__.py", "networks/__init__.py", "networks/backbones.py"} <= names


def test_a_segmenters_code_is_not_a_classifiers():
    segmenter, classifier = (
        closure([json.loads((ROOT / f"bundles/{name}/configs/inference.json").read_text())]).files
        for name in ("breast_us_segmentation", "breast_us")
    )
    masks = {file for file in segmenter if file.parts[:2] == ("report", "segmentation")}
    assert masks
    assert not masks & set(classifier)


def test_all_files_exist():
    used = closure([{"x": {"_target_": "common.networks.Classifier"}}])
    assert all((PACKAGE / file).is_file() for file in used.files)
