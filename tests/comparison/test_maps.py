import json
import shutil

import numpy as np
import pytest

from common.comparison.declared import plan_of
from common.comparison.maps import annotated, compare_maps
from common.comparison.results import sentences, write_results
from common.comparison.setup import set_up
from common.datasets.prepared import read_prepared, write_prepared
from common.errors import PlanError

from .conftest import table_of

pytestmark = pytest.mark.usefixtures("without_alternatives", "weights")


def test_better_maps_are_found_and_stand_beside_the_papers_gain(content, compared, tmp_path):
    found = compared(content, masked=["breast_us"])
    (its,) = found.maps
    assert its.decision == "better"
    assert its.difference.value == pytest.approx(0.14, abs=0.02)
    assert its.relative.value == pytest.approx(100 * (its.dice[0] / its.dice[1] - 1))
    assert its.relative.low < its.relative.value < its.relative.high
    assert (its.images, its.patients, its.seeds, its.scenarios) == (100, 50, 3, 2)
    assert all(one.low > 0 for one in its.over_random)
    assert any("maps of pretrained overlap the lesions better" in line for line in sentences(found))
    write_results(found, command="")
    (told,) = json.loads((tmp_path / "out" / "verdict.json").read_text())["localisation"]
    assert told["published_percent"] == 16.4
    assert "<td>+16.4 %</td>" in (tmp_path / "out" / "comparison.html").read_text()


def test_maps_of_every_scenario_count_alike_and_sizes_below_all_patients_do_not(content, compared, tmp_path):
    """The planted maps differ in their noise only: of two scenarios together it is less than of either."""
    found = compared({**content, "sizes": [50, 100]}, masked=["breast_us"])
    assert len(list((tmp_path / "out").glob("runs/*/localised.json"))) == 24
    alone = [
        compare_maps([its for its in found.trained if its.trial.size == 100 and its.trial.learning_rate == rate],
                     ["breast_us"], ["pretrained"], "plain")[0]
        for rate in (0.01, 0.001)
    ]  # fmt: skip
    (both,) = found.maps
    assert both.difference.value == pytest.approx(np.mean([its.difference.value for its in alone]))
    assert both.dice == pytest.approx(np.mean([its.dice for its in alone], axis=0))
    assert {its.scenarios for its in alone} == {1}
    assert "3 seeds, 2 scenarios." in both.sentence


def test_lesions_of_folds_that_share_a_test_part_count_once(content, compared):
    found = compared({**content, "folds": ["0v0", "0v1"], "seeds": [0]}, masked=["breast_us"])
    assert (found.maps[0].images, found.maps[0].patients) == (50, 25)


def test_maps_of_equal_networks_cannot_be_told_apart_and_the_other_way_round_is_worse(content, compared, tmp_path):
    alike = {**content, "initialisations": {"pretrained": "poor too", "plain": "poor"}}
    assert compared(alike, tmp_path / "alike", masked=["breast_us"]).maps[0].decision == "cannot tell"
    turned = compared({**content, "reference": "pretrained"}, tmp_path / "turned", masked=["breast_us"]).maps[0]
    assert turned.decision == "worse"
    assert turned.difference.value < 0


def test_maps_that_do_not_beat_random_weights_give_no_verdict(content, compared, monkeypatch):
    from . import stand_in

    monkeypatch.setattr(stand_in, "QUALITY", {"good": 2.0, "poor": 0.6})
    monkeypatch.setitem(stand_in.QUALITY, "good", -1.0)
    monkeypatch.setitem(stand_in.QUALITY, "poor", -0.5)
    its = compared(content, masked=["breast_us"]).maps[0]
    assert its.decision == "no verdict"
    assert "neither is shown to beat maps of random weights" in its.sentence


def test_few_lesions_give_no_verdict(content, compared, tmp_path):
    content["bundles"] = {"breast_us": str(table_of(tmp_path, patients=50))}
    assert "fewer than 20 patients have a lesion" in compared(content, masked=["breast_us"]).maps[0].sentence


def test_maps_are_measured_where_there_are_masks_and_in_mode_fair(content, tmp_path):
    with pytest.raises(PlanError, match=r"needs masks of lesions; the data of breast_us have none"):
        annotated(set_up(plan_of(content), tmp_path))
    data = read_prepared(shutil.copytree(table_of(tmp_path, patients=60).parent, tmp_path / "masked") / "data")
    rows = [{**row, "mask": row["image"]} for row in data.rows]
    write_prepared(data.folder, description=data.description, root=data.root, rows=rows)
    content["bundles"] = {"breast_us": str(data.folder)}
    assert annotated(set_up(plan_of(content), tmp_path)) == ["breast_us"]
    with pytest.raises(PlanError, match="in mode fair"):
        annotated(set_up(plan_of({**content, "mode": "as_published"}), tmp_path))
