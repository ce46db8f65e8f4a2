import json

import pytest

from common.comparison.declared import READY, plan_of, read_plan
from common.errors import PlanError


@pytest.mark.parametrize("name", [path.stem for path in READY.glob("*.json")])
def test_a_ready_plan_is_whole_once_it_has_a_bundle(name):
    plan = plan_of({**read_plan(name), "bundles": {"breast_us": "data/breast_us"}})
    trials = plan.trials()
    assert len(trials) == len(set(trials))
    assert len(plan.compared) == (0 if name == "cv" else 1)


def test_the_papers_plan_has_24_scenarios_of_each_initialisation():
    plan = plan_of({**read_plan("paper"), "bundles": {"breast_us": "data/breast_us"}})
    scenarios = {(trial.initialisation, trial.scenario) for trial in plan.trials()}
    of_each = {name: sum(first == name for first, _ in scenarios) for name in plan.initialisations}
    assert of_each == {"radimagenet": 24, "imagenet": 24}
    rates = {(trainable, rate) for _, (_, trainable, rate) in scenarios}
    assert rates == {("all", 1e-3), ("all", 1e-4), ("head", 1e-2), ("head", 1e-3), ("top", 1e-2), ("top", 1e-3)}


def test_every_initialisation_is_trained_alike(content):
    trials = plan_of(content).trials()
    assert len(trials) == 2 * 2 * 2 * 3  # initialisations, scenarios, folds, seeds
    arms = {
        name: [(t.scenario, t.fold, t.seed) for t in trials if t.initialisation == name]
        for name in ("pretrained", "plain")
    }
    assert arms["pretrained"] == arms["plain"]


def test_an_initialisation_may_have_as_many_scenarios_of_its_own(content):
    own = {"pretrained": "random", "scenarios": [{"trainable": "all", "learning_rates": [0.01, 0.001]}]}
    content["initialisations"]["scratch"] = own
    assert {t.trainable for t in plan_of(content).trials() if t.initialisation == "scratch"} == {"all"}


def test_unequal_budgets_are_refused(content):
    own = {"pretrained": "random", "scenarios": [{"trainable": "all", "learning_rates": [0.01, 0.001, 0.0001]}]}
    content["initialisations"]["scratch"] = own
    with pytest.raises(PlanError, match="equally many scenarios; got pretrained 2, plain 2, scratch 3"):
        plan_of(content)


def test_an_unknown_key_is_refused_with_the_nearest_one(content):
    with pytest.raises(PlanError, match="a plan has no key 'seed': did you mean 'seeds'"):
        plan_of({**content, "seed": [0]})
    with pytest.raises(PlanError, match="head has no key 'epochs': did you mean 'max_epochs'"):
        plan_of({**content, "head": {"epochs": 3}})
    with pytest.raises(PlanError, match="a scenario has no key 'rates': did you mean 'learning_rates'"):
        plan_of({**content, "scenarios": [{"trainable": "all", "rates": [1]}]})


def test_what_the_plan_itself_decides_is_no_head_key(content):
    with pytest.raises(PlanError, match="head has no key 'seed'"):
        plan_of({**content, "head": {"seed": 3}})


def test_a_plan_says_everything(content):
    del content["margin"]
    with pytest.raises(PlanError, match=r"it lacks 'margin' \(the AUC difference"):
        plan_of(content)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": []}, "seeds is .* at least one"),
        ({"seeds": [0, 0]}, "seeds names each once"),
        ({"seeds": 3}, "seeds is a list"),
        ({"folds": 5}, "folds is a list"),
        ({"sizes": 100}, "sizes is a list"),
        ({"backbones": "resnet50"}, "backbones is a list"),
        ({"backbones": [50]}, "backbones is a list"),
        ({"bundles": ["breast_us"]}, "bundles is by name"),
        ({"bundles": {"breast_us": 1}}, "bundles is by name"),
        ({"initialisations": ["random"]}, "initialisations is by name"),
        ({"seeds": [-1]}, "whole numbers from 0"),
        ({"bundles": {}}, "bundles is .* at least one"),
        ({"reference": "nobody"}, "reference is one of pretrained, plain; got 'nobody'"),
        ({"mode": "unfair"}, "mode is one of fair, as_published"),
        ({"margin": 2}, "margin is between 0 and 0.5"),
        ({"scenarios": [{"trainable": "most", "learning_rates": [1]}]}, "trainable is one of all, top, top10, head"),
        ({"scenarios": [{"trainable": "all", "learning_rates": [0]}]}, "numbers above 0"),
        ({"scenarios": [{"trainable": "all", "learning_rates": [1, 1]}]}, "a scenario is named once"),
        ({"head": [1]}, "head is an object"),
        ({"initialisations": {"plain": 3}}, "initialisation plain is by name"),
    ],
)
def test_a_value_that_cannot_be_is_refused(content, change, message):
    with pytest.raises(PlanError, match=message):
        plan_of({**content, **change})


def test_a_plan_that_is_not_there_or_no_json_is_refused(tmp_path):
    with pytest.raises(PlanError, match="a plan is cv, paper, quick or the path of a JSON file; there is no 'slow'"):
        read_plan("slow")
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(PlanError, match="a plan is JSON"):
        read_plan(str(tmp_path / "plan.json"))
    (tmp_path / "plan.json").write_text(json.dumps([1]))
    with pytest.raises(PlanError, match="holds list"):
        read_plan(str(tmp_path / "plan.json"))
