import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from common.losses import TaskLoss

NAN = float("nan")
numbers = st.lists(st.floats(-8, 8, width=32), min_size=6, max_size=6)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_classes_have_torchs_cross_entropy(task):
    logits, labels = torch.randn(5, 3), torch.tensor([0, 2, 1, 1, 0])
    assert torch.equal(TaskLoss(task)(logits, labels), torch.nn.CrossEntropyLoss()(logits, labels))


@given(values=numbers)
def test_a_finding_is_a_choice_between_two_classes(values):
    """Binary cross-entropy of a logit is cross-entropy of (0, logit)."""
    logits, labels = torch.tensor(values)[:, None], torch.tensor([0, 1, 0, 1, 1, 0])
    two = torch.cat([torch.zeros_like(logits), logits], dim=1)
    found = TaskLoss("multilabel")(logits, labels[:, None].float())
    assert float(found) == pytest.approx(float(TaskLoss("binary")(two, labels)), abs=1e-5)


@given(values=numbers, other=numbers)
def test_what_is_said_of_an_unknown_label_changes_neither_loss_nor_gradient(values, other):
    labels = torch.tensor([[1.0, NAN, 0.0], [NAN, 1.0, 0.0]])
    outcomes = []
    for at_unknown in (values, other):
        logits = torch.where(labels.isnan(), torch.tensor(at_unknown).view(2, 3), torch.tensor(values).view(2, 3))
        logits.requires_grad_()
        loss = TaskLoss("multilabel")(logits, labels)
        loss.backward()
        outcomes.append((loss.detach(), logits.grad))
    assert torch.equal(outcomes[0][0], outcomes[1][0])
    assert torch.equal(outcomes[0][1], outcomes[1][1])
    assert not outcomes[0][1][labels.isnan()].any()


def test_it_is_the_mean_over_the_known():
    labels = torch.tensor([[1.0, NAN], [0.0, NAN], [NAN, 1.0]])
    logits = torch.randn(3, 2)
    known = ~labels.isnan()
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits[known], labels[known])
    assert float(TaskLoss("multilabel")(logits, labels)) == pytest.approx(float(expected))


def test_a_batch_of_which_nothing_is_known_gives_zero_with_a_gradient():
    logits = torch.randn(2, 3, requires_grad=True)
    loss = TaskLoss("multilabel")(logits, torch.full((2, 3), NAN))
    loss.backward()
    assert float(loss.detach()) == 0
    assert torch.equal(logits.grad, torch.zeros(2, 3))


def test_smoothing_gives_a_share_of_the_truth_to_all_classes():
    logits, labels = torch.randn(5, 4), torch.tensor([0, 1, 2, 3, 0])
    truth = 0.9 * torch.nn.functional.one_hot(labels, 4) + 0.1 / 4
    expected = -(truth * logits.log_softmax(1)).sum(1).mean()
    assert torch.allclose(TaskLoss("multiclass", label_smoothing=0.1)(logits, labels), expected)
