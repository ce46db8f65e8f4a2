"""What MONAI Label would let pass is refused by the bundle itself, and no bundle runs another's code."""

import pytest
import torch

from tests.label.pictures import lesion, png

STRICT, EXEMPLAR, MIRRORED = "strict_classification", "breast_us_classification", "mirrored_classification"


def of_another_network(state):
    return {**state, "variant_id": torch.tensor(1)}


def without_its_head(state):
    return {name: tensor for name, tensor in state.items() if not name.startswith("classifier")}


def of_another_contract(state):
    return {**state, "contract.mean": state["contract.mean"] + 0.1}


WRONG = {
    "another network's": (of_another_network, "weights must be of densenet121; these are of resnet50"),
    "without its head": (without_its_head, "weights of a Classifier have all of its tensors; these lack 2"),
    "for other inputs": (of_another_contract, "input contract 1 has mean"),
    "nobody's": (lambda state: {"layer.weight": torch.zeros(3)}, "these have none: another network's"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_checkpoint_is_refused_and_the_right_one_served_again(server, tmp_path, wrong):
    spoil, said = wrong
    image, path = png(lesion(), tmp_path), server.model(STRICT) / "models/model.pt"
    expected, right = server.scores(STRICT, image), path.read_bytes()
    torch.save(spoil(torch.load(path, weights_only=True)), path)
    assert said in server.refusal(lambda: server.infer(STRICT, image))
    path.write_bytes(right)
    assert server.scores(STRICT, image) == pytest.approx(expected)


def test_two_versions_of_the_code_side_by_side_each_run_their_own(server, tmp_path):
    """One bundle's code was changed: it turns the network's answer round."""
    image = png(lesion(), tmp_path)
    for _ in range(3):
        plain, mirrored = server.scores(EXEMPLAR, image), server.scores(MIRRORED, image)
        assert mirrored["benign"] == pytest.approx(plain["malignant"], abs=1e-5)
        assert plain["benign"] != pytest.approx(0.5, abs=1e-3)
