import pytest
import torch

from common.comparison.beginnings import beginnings
from common.comparison.declared import plan_of
from common.errors import WeightsError
from common.networks import Classifier


@pytest.fixture
def trained(tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "model.pt"
    torch.save(Classifier("resnet50", 2).state_dict(), path)
    return path


def test_random_weights_need_no_file(content):
    found = beginnings(plan_of({**content, "initialisations": {"plain": "random", "auto": "auto"}}))
    assert {its.sha256 for its in found.values()} == {"random"}


def test_weights_that_are_not_imported_are_refused(content):
    with pytest.raises(WeightsError, match="resnet50 is not imported"):
        beginnings(plan_of({**content, "initialisations": {"plain": "imagenet"}}))


def test_a_file_that_fails_its_certificate_is_refused(content, trained):
    state = torch.load(trained)
    state["backbone.conv1.weight"] = state["backbone.conv1.weight"][:5]
    torch.save(state, trained)
    with pytest.raises(WeightsError):
        beginnings(plan_of({**content, "initialisations": {"plain": str(trained)}}))


@pytest.mark.slow
def test_weights_of_another_network_are_refused_and_warnings_are_kept(content, trained):
    plan = {**content, "initialisations": {"plain": str(trained)}}
    (found,) = beginnings(plan_of(plan)).values()
    assert len(found.sha256) == 64
    assert any("nothing was ever trained here" in warning for warning in found.warnings)
    with pytest.raises(WeightsError, match=r"weights must be of the backbone, densenet121; .* holds resnet50"):
        beginnings(plan_of({**plan, "backbones": ["densenet121"]}))
