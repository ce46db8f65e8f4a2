import csv
import json

import numpy as np
import pytest

from common.comparison.declared import plan_of
from common.comparison.efficiency import area
from common.comparison.results import sentences, write_results
from common.comparison.setup import set_up
from common.errors import PlanError, SplitError
from common.statistics import Decision, Paired
from common.statistics.delong import auc_interval

from ..statistics.arms import arms, changed
from .conftest import calls, table_of

pytestmark = pytest.mark.usefixtures("without_alternatives")

SIZES = [10, 25, 50, 100]


@pytest.fixture
def sized(content):
    """A plan with four sizes, of weights whose head start is gone once all patients are there."""
    arms = {"early": "early", "plain": "poor"}
    return {**content, "initialisations": arms, "sizes": SIZES, "seeds": [0, 1, 2]}


def test_a_planted_head_start_pays_below_a_number_of_patients_and_the_verdict_is_about_all(sized, compared):
    found = compared(sized)
    (curve,) = found.curves
    differences = [its.value for its in curve.differences]
    assert differences == sorted(differences, reverse=True)
    assert differences[0] > 0.2
    assert curve.patients == pytest.approx([7, 16, 32, 64], abs=1)
    assert curve.payoff.start == curve.patients[0]
    assert curve.payoff.low > curve.patients[1]
    assert found.contrasts[0].verdict.decision is not Decision.BETTER
    assert found.contrasts[0].verdict.difference == differences[-1]
    assert any("early" in line and "training patients" in line for line in sentences(found))


def test_of_few_patients_nothing_is_said(sized, compared, tmp_path):
    sized["bundles"] = {"breast_us": str(table_of(tmp_path, patients=50))}
    (curve,) = compared({**sized, "sizes": [50, 100]}).curves
    assert curve.sentence.endswith("pays is not said, since fewer than 20 patients are positive, or negative.")


def test_trainings_on_all_patients_are_those_of_the_comparison_without_sizes(sized, compared, tmp_path):
    compared({**sized, "sizes": [100]})
    before = calls(tmp_path / "out")
    found = compared(sized)
    assert calls(tmp_path / "out") == {kind: 4 * count for kind, count in before.items()}
    assert len(found.chosen) == 12
    assert len(found.smaller) == 36


@pytest.mark.usefixtures("weights")
def test_a_smaller_training_gets_the_overlay_last_and_so_does_its_evaluation(sized, tmp_path):
    from common.comparison.jobs import evaluation

    setup = set_up(plan_of(sized), tmp_path)
    trial, job = next((trial, job) for trial, job in setup.jobs.items() if trial.size == 25)
    assert "['bundles/breast_us/configs/train.json','common/overlays/share.json']" in job.arguments
    assert "--train::share 25" in job.command
    tested = evaluation(job, trial, setup.plan, setup.problems["breast_us"])
    assert "evaluate.json','common/overlays/share.json']" in tested.arguments[4]
    assert "--train::share 25" in tested.command
    assert str(trial).endswith("seed 0 25 %")


def test_the_area_of_one_initialisation_is_that_of_delong_with_its_interval():
    generator = np.random.default_rng(1)
    label = np.repeat([0, 1], 40)
    score = generator.normal(size=80) + label
    patient = np.arange(80).astype(str)
    same = {"seed": 0, "fold": "0", "label": label, "image": patient, "patient": patient}
    pair = Paired(**same, score_a=score, score_b=generator.normal(size=80))
    its, other = area([pair]), auc_interval(label, score, patients=patient)
    assert its.value == pytest.approx(other.value)
    assert (its.low, its.high) == pytest.approx((other.low, other.high), abs=2e-3)
    constant = Paired(**same, score_a=np.ones(80), score_b=score)
    assert area([constant]) == auc_interval(label, np.ones(80), patients=patient)


@pytest.mark.parametrize("folds", [1, 5, 6, 7, 9, 10, 11])
def test_the_area_of_a_perfect_model_is_1_whatever_the_number_of_folds(folds):
    pairs = [changed(pair, score_a=pair.label * 1.0) for pair in arms(folds=folds)]
    assert 0.8 < area(pairs).low < area(pairs).value == area(pairs).high == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": [25, 50]}, "sizes is .* the last of them 100"),
        ({"sizes": [50, 25, 100]}, "in rising order"),
        ({"sizes": [0, 100]}, "sizes is"),
        ({"initialisations": {"plain": "poor"}}, "sizes compare initialisations, two or more"),
    ],
)
def test_sizes_that_cannot_be_are_refused(sized, change, message):
    with pytest.raises(PlanError, match=message):
        plan_of({**sized, **change})


@pytest.mark.usefixtures("weights")
def test_a_share_without_a_class_is_refused_before_anything_trains(sized, tmp_path):
    sized |= {"bundles": {"breast_us": str(table_of(tmp_path, patients=90, positive=9))}, "sizes": [2, 100]}
    with pytest.raises(SplitError, match=r"2 % of \d+ training patients .* have no malignant"):
        set_up(plan_of(sized), tmp_path / "out")


def test_page_json_and_csv_have_the_curve(sized, compared, tmp_path):
    write_results(compared(sized), command="")
    out = tmp_path / "out"
    assert "<h2>Label efficiency</h2>" in (out / "comparison.html").read_text()
    (told,) = json.loads((out / "verdict.json").read_text())["label_efficiency"]
    assert [its["percent"] for its in told["sizes"]] == SIZES
    assert set(told["sizes"][0]["difference"]) == {"value", "low", "high", "n"}
    with (out / "label_efficiency.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["percent"] for row in rows] == list(map(str, SIZES))
    assert {"auc_first_value", "difference_low", "training_patients"} <= set(rows[0])
