import pytest

from common.house.targets import check_targets


@pytest.mark.parametrize(
    ("component", "problem"),
    [
        ({"_target_": "Resized", "keys": "image", "spatial_size": [1, 1]}, ""),
        ({"_target_": "torch.nn.CrossEntropyLoss", "_desc_": "any", "_disabled_": True}, ""),
        ({"_target_": "common.io.ReadImaged", "keys": "image", "window": "none"}, ""),
        ({"_target_": "Resizd", "keys": "image"}, "a::0: there is no 'Resizd'"),
        ({"_target_": "common.io.Nothing"}, "a::0: there is no 'common.io.Nothing'"),
        ({"_target_": "common.io"}, "a::0: there is no 'common.io'"),
        ({"_target_": "Resized", "keys": "image"}, "a::0: Resized does not take these arguments: missing a required"),
        (
            {"_target_": "torch.nn.CrossEntropyLoss", "wieght": 1},
            "a::0: torch.nn.CrossEntropyLoss does not take these arguments: got an unexpected keyword argument 'w",
        ),
    ],
)
def test_a_component_exists_and_takes_its_arguments(component, problem):
    problems = check_targets({"a": [component]})
    assert len(problems) == bool(problem)
    assert "".join(problems).startswith(problem)
