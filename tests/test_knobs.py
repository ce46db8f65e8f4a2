import re

import pytest

from common.errors import ConfigError
from common.knobs import SEGMENTATION, check_knobs
from common.networks.backbones import BACKBONES


@pytest.mark.parametrize("backbone", BACKBONES)
def test_an_image_has_at_least_its_backbones_smallest_side(backbone):
    smallest = BACKBONES[backbone].smallest
    check_knobs(backbone=backbone, device="cpu", task="binary", image_size=[smallest, smallest])
    for size in ([smallest - 1, smallest], [smallest, smallest - 1]):
        refusal = f"image_size is [height, width], each from {smallest} for {backbone}; got {size}: give --image_size"
        with pytest.raises(ConfigError, match=re.escape(refusal)):
            check_knobs(backbone=backbone, device="cpu", task="binary", image_size=size)


def test_a_backbone_that_does_not_exist_is_refused_before_its_image_size():
    with pytest.raises(ConfigError, match=r"backbone is one of resnet50, .*inception_resnet_v2; got 'resnet51'"):
        check_knobs(backbone="resnet51", device="cpu", task="binary", image_size=[1, 1])


def test_a_backbone_is_a_text():
    with pytest.raises(ConfigError, match=r"backbone is one of resnet50, .*; got 0: give --backbone another value"):
        check_knobs(backbone=0, device="cpu", task="binary")


@pytest.mark.parametrize("device", ["mps", "xpu", "meta", "vulkan:0", "cuda:x", None])
def test_a_device_is_a_cpu_or_a_gpu_of_cuda(device):
    refusal = f"device is cpu, cuda or cuda:N; got {device!r}: give --device another value"
    with pytest.raises(ConfigError, match=re.escape(refusal)):
        check_knobs(backbone="resnet50", device=device, task="binary")


def test_several_backbones_need_the_largest_image_of_any_and_classes_of_which_an_image_has_one():
    knobs = {"backbone": "resnet50 + inception_v3 with flips", "device": "cpu"}
    check_knobs(**knobs, task="multiclass", image_size=[75, 75])
    with pytest.raises(ConfigError, match="each from 75 for resnet50"):
        check_knobs(**knobs, task="binary", image_size=[32, 32])
    with pytest.raises(ConfigError, match="of which an image has one; the task is multilabel: give --backbone one of"):
        check_knobs(**knobs, task="multilabel", image_size=[75, 75])
    with pytest.raises(ConfigError, match="got 'resnet51'"):
        check_knobs(backbone="resnet51", device="cpu", task="multilabel", image_size=[75, 75])


def test_a_segmenter_has_one_task_and_one_class():
    knobs = {"backbone": "resnet50", "device": "cpu", "tasks": SEGMENTATION}
    check_knobs(**knobs, task="segmentation", class_names=["lesion"])
    with pytest.raises(ConfigError, match="task is one of segmentation; got 'binary': give --task"):
        check_knobs(**knobs, task="binary", class_names=["a", "b"])
    with pytest.raises(ConfigError, match="task is one of binary, multiclass, multilabel; got 'segmentation'"):
        check("segmentation", ["lesion"])
    with pytest.raises(ConfigError, match="class_names is one different names, each a text, for a segmentation task"):
        check_knobs(**knobs, task="segmentation", class_names=["lesion", "cyst"])


def check(task, names):
    check_knobs(backbone="resnet50", device="cpu", task=task, class_names=names)


@pytest.mark.parametrize(
    ("task", "names"),
    [("binary", ["a", "b"]), ("multiclass", ["a", "b"]), ("multiclass", [*"abc"]), ("multilabel", ["a"])],
)
def test_a_task_has_its_number_of_classes(task, names):
    check(task, names)


@pytest.mark.parametrize(
    ("task", "names", "says"),
    [
        ("binary", ["a", "b", "c"], "class_names is two different names, each a text, for a binary task; got"),
        ("binary", "ab", "class_names is two different names"),
        ("multiclass", ["a"], "class_names is two or more different names, each a text, for a multiclass task; got"),
        ("multiclass", [2, 3], "each a text, for a multiclass task; got [2, 3]"),
        ("multilabel", [], "class_names is one or more different names, each a text, for a multilabel task; got []"),
        ("multilabel", ["a", "a"], "class_names is one or more different names"),
        ("regression", ["a", "b"], "task is one of binary, multiclass, multilabel; got 'regression': give --task"),
    ],
)
def test_another_task_or_number_of_classes_is_refused(task, names, says):
    with pytest.raises(ConfigError, match=re.escape(says)):
        check(task, names)


@pytest.mark.parametrize(
    ("knobs", "says"),
    [
        (
            {"warmup_epochs": 3, "max_epochs": 3},
            "warmup_epochs is less than max_epochs, which are the others; got 3 of 3",
        ),
        ({"ema": 1}, "ema is a number from 0 to less than 1; got 1: give --ema another value"),
        ({"label_smoothing": -0.1}, "label_smoothing is a number from 0 to less than 1; got -0.1"),
        ({"balanced": "yes"}, "balanced is true or false; got 'yes'"),
        ({"accumulation": 0}, "accumulation is a whole number from 1; got 0"),
        ({"weight_decay": float("inf")}, "weight_decay is a number from 0; got inf"),
    ],
)
def test_knobs_of_the_pretraining_have_their_ranges(knobs, says):
    with pytest.raises(ConfigError, match=re.escape(says)):
        check_knobs(backbone="resnet50", device="cpu", task="multiclass", **knobs)
