import pytest

from common.house.files import split
from common.house.heads import HEAD, check_head, check_used
from common.house.references import referenced


@pytest.fixture
def head(configs):
    return split(configs["train"], "train")[0]


def test_the_exemplars_heads_have_their_keys(configs, head):
    assert check_head(head, "train") == []
    assert check_head(split(configs["inference"], "inference")[0], "inference") == []
    assert [*head, "backend", "saliency"] == list(HEAD)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda head: head.pop("seed"), "the head lacks seed"),
        (lambda head: head.update(sead=1), "the head has no sead"),
        (lambda head: head.update(seed=head.pop("seed")), "one order, in which max_epochs stands elsewhere"),
        (lambda head: head.update(window=None), "window is null, which MONAI drops: write none"),
        (lambda head: head.update(_desc_=" "), "_desc_ says what this is; it is empty"),
        (
            lambda head: head.update(_differs_={"loss": "why"}),
            "_differs_ is empty where _like_ is none; it names 'loss'",
        ),
        (lambda head: head.update(_like_="other", _differs_={"loss": " "}), "a reason for each id; 'loss' has none"),
        (lambda head: head.update(_differs_=["loss"]), "_differs_ a dict of reasons by id"),
    ],
)
def test_each_fault_of_a_head_is_named(head, edit, message):
    edit(head)
    (problem,) = check_head(head, "train")
    assert message in problem


def test_a_knob_that_nothing_refers_to_is_named(configs, head):
    used = referenced(configs["train"])
    assert check_used(head, used) == []
    (problem,) = check_used(head, used - {"learning_rate"})
    assert problem.startswith("learning_rate is a knob that nothing refers to")
