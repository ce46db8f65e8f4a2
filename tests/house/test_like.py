import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.house.like import check_like, differences, restored

KEYS = st.sampled_from("abcd")
JSON = st.recursive(
    st.booleans() | st.integers(0, 2) | st.sampled_from(["x", "y"]),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(KEYS, values, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(KEYS, JSON, max_size=4)


def check(body, model, *declared):
    return check_like(body, model, declared=declared, exemplar="model")


@given(BODIES)
def test_a_body_is_like_itself(body):
    assert check(body, deepcopy(body)) == []
    assert restored(body, body, []) == body


@given(BODIES, BODIES)
def test_every_difference_is_found_and_no_other(body, model):
    found = differences(body, model)
    assert (found == []) == (json.dumps(body, sort_keys=True) == json.dumps(model, sort_keys=True))
    assert set(found) == set(differences(model, body))
    if found:
        assert [problem.partition(" ")[0] for problem in check(body, model)] == found


@given(BODIES, BODIES, st.data())
def test_what_is_declared_stays_and_all_else_becomes_the_exemplars(body, model, data):
    found = differences(body, model)
    declared = data.draw(st.lists(st.sampled_from([*found, "a", "b::c", "nowhere"]), unique=True))
    mended = restored(body, model, declared)
    holders = {id: [other for other in declared if f"{id}::".startswith(f"{other}::")] for id in found}
    covered = [id for id in found if holders[id]]
    assert sorted(differences(mended, model)) == sorted(covered)
    assert set(differences(mended, body)) == set(found) - set(covered)
    assert json.dumps(restored(mended, model, declared)) == json.dumps(mended)
    needed = {max(holders[id], key=len) for id in covered}
    unfounded = [id for id in declared if id not in needed]
    assert [problem.split()[2].rstrip(",") for problem in check(mended, model, *declared)] == unfounded


MODEL = {"loss": {"_target_": "A", "weight": 1}, "train": {"transforms": [1, 2], "handlers": ["h"]}, "run": ["r"]}


@pytest.mark.parametrize(
    ("edit", "id"),
    [
        (lambda body: body["loss"].update(weight=2), "loss::weight"),
        (lambda body: body["loss"].update(weight=True), "loss::weight"),
        (lambda body: body["loss"].pop("weight"), "loss::weight"),
        (lambda body: body["loss"].update(reduction="sum"), "loss::reduction"),
        (lambda body: body["train"]["transforms"].pop(), "train::transforms"),
        (lambda body: body["train"]["handlers"].append("i"), "train::handlers"),
        (lambda body: body["train"]["transforms"].__setitem__(1, 3), "train::transforms::1"),
        (lambda body: body.pop("run"), "run"),
        (lambda body: body.update(more=1), "more"),
    ],
)
def test_a_difference_is_declared_by_its_id_or_by_one_that_holds_it(edit, id):
    body = deepcopy(MODEL)
    edit(body)
    assert check(body, MODEL) == [f"{id} is not as in model: name it in _differs_ with the reason, or run "
                                  "scripts/house.py --fix"]  # fmt: skip
    parts = id.split("::")
    for depth in range(1, len(parts) + 1):
        holder = "::".join(parts[:depth])
        assert check(body, MODEL, holder) == []
        assert restored(body, MODEL, [holder]) == body
        assert check(MODEL, MODEL, holder) == [f"_differs_ names {holder}, which is as in model: take it out"]
    assert restored(body, MODEL, []) == MODEL


def test_a_name_that_begins_like_a_declared_one_is_not_covered():
    body = {**MODEL, "loss_weights": 1}
    assert [problem.split()[0] for problem in check(body, MODEL, "loss")] == ["loss_weights", "_differs_"]


def test_an_addition_keeps_its_place_and_the_rest_the_exemplars():
    body = {"loss": MODEL["loss"], "more": 1, "run": MODEL["run"], "train": MODEL["train"]}
    assert list(restored(body, MODEL, ["more"])) == ["loss", "more", "train", "run"]
    (problem,) = check(body, MODEL, "more")
    assert problem.startswith("the body's keys stand in another order than in model")
