import re

import pytest

from common.errors import ConfigError
from common.knobs import check_knobs
from common.networks.backbones import BACKBONES


@pytest.mark.parametrize("backbone", BACKBONES)
def test_an_image_has_at_least_its_backbones_smallest_side(backbone):
    smallest = BACKBONES[backbone].smallest
    check_knobs(backbone=backbone, device="cpu", image_size=[smallest, smallest])
    for size in ([smallest - 1, smallest], [smallest, smallest - 1]):
        refusal = f"image_size is [height, width], each from {smallest} for {backbone}; got {size}: give --image_size"
        with pytest.raises(ConfigError, match=re.escape(refusal)):
            check_knobs(backbone=backbone, device="cpu", image_size=size)


def test_a_backbone_that_does_not_exist_is_refused_before_its_image_size():
    with pytest.raises(ConfigError, match=r"backbone is one of resnet50, .*inception_resnet_v2; got 'resnet51'"):
        check_knobs(backbone="resnet51", device="cpu", image_size=[1, 1])
