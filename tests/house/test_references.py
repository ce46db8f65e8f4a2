import pytest

from common.house.references import check_references, referenced


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("@network", ""),
        ("$@train::trainer.run()", ""),
        ("$len(@train::handlers::0)", ""),
        ("$[@seed for _ in @network]", ""),
        ("%network", ""),
        ("@::seed", ""),
        ("somebody@hospital", ""),
        ("@netwrk", "train::x: there is no 'netwrk': did you mean 'network'?"),
        ("$@train::trainr.run()", "train::x: there is no 'train::trainr': did you mean 'train::trainer'?"),
        ("$@seed + @sed", "train::x: there is no 'sed': did you mean 'seed'?"),
        ("%netwrk", "train::x: there is no 'netwrk': did you mean 'network'?"),
        ("%other.json::network", "train::x: there is no 'other.json::network'"),
        ("@::sead", "train::x: there is no 'train::sead': did you mean 'train::seed'?"),
        ("@train#seed", "train::x: MONAI reads # as ::, in any text; got '@train#seed'"),
        ("figure #1", "train::x: MONAI reads # as ::, in any text; got 'figure #1'"),
    ],
)
def test_a_reference_is_to_something_that_is_there(text, problem):
    config = {"network": 1, "seed": 0, "train": {"seed": 0, "trainer": {}, "handlers": [1], "x": text}}
    problems = check_references(config)
    assert len(problems) == bool(problem)
    assert "".join(problems).startswith(problem)


def test_a_key_has_no_hash_either():
    assert "got 'train#seed'" in check_references({"train#seed": 1})[0]


def test_what_is_referred_to_is_found_whole():
    assert referenced({"a": "@folder", "b": "$@fold + 1", "c": "fold @fold"}) == {"folder", "fold"}
