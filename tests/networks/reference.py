"""torchvision's networks as plain functions of a state dict under torchvision's names, for comparison with ours.

Written from the papers (ResNet 1512.03385, with the stride in the 3x3 convolution; DenseNet 1608.06993; Inception-v3
1512.00567) and torchvision's documentation, and of `torch.nn.functional` alone: nothing of `common.networks` is used.
"""

from collections.abc import Callable

import torch
from torch.nn.functional import avg_pool2d, batch_norm, conv2d, max_pool2d, relu

Stages = list[torch.Tensor]


class Published(dict[str, torch.Tensor]):
    """A state dict under torchvision's names. A tensor is made, at random, when a network first asks for it.

    Batch norms have random statistics; convolutions keep their input's variance, so that nothing dies or explodes.

    Args:
        seed: Of the random numbers.
        biased: Whether convolutions have biases, as in the port of Keras's ResNet-50 under torchvision's names.
    """

    def __init__(self, seed: int, *, biased: bool = False) -> None:
        super().__init__()
        self.biased = biased
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, name: str, shape: tuple[int, ...], *, std: float) -> torch.Tensor:
        if name not in self:
            self[name] = torch.randn(shape, generator=self.generator) * std
        return self[name]

    def positive(self, name: str, size: int) -> torch.Tensor:
        if name not in self:
            self[name] = 0.5 + torch.rand(size, generator=self.generator)
        return self[name]

    def conv(self, name: str, x: torch.Tensor, outputs: int, kernel: tuple[int, int], **kwargs) -> torch.Tensor:
        shape = (outputs, x.shape[1], *kernel)
        weight = self.normal(f"{name}.weight", shape, std=(2 / (shape[1] * kernel[0] * kernel[1])) ** 0.5)
        bias = self.normal(f"{name}.bias", (outputs,), std=0.1) if self.biased else None
        return conv2d(x, weight, bias, **kwargs)

    def norm(self, name: str, x: torch.Tensor, *, eps: float = 1e-5) -> torch.Tensor:
        size = x.shape[1]
        weight = self.positive(f"{name}.weight", size)
        bias = self.normal(f"{name}.bias", (size,), std=0.2)
        mean = self.normal(f"{name}.running_mean", (size,), std=0.2)
        var = self.positive(f"{name}.running_var", size)
        self.setdefault(f"{name}.num_batches_tracked", torch.tensor(7))
        return batch_norm(x, mean, var, weight, bias, training=False, eps=eps)


def resnet50(state: Published, x: torch.Tensor, *, strided_1x1: bool = False, eps: float = 1e-5) -> Stages:
    """The stem and the four stages; `strided_1x1` is version 1: the first convolution of a stage strides."""

    def block(name: str, x: torch.Tensor, width: int, stride: int, *, first: bool) -> torch.Tensor:
        strides = (stride, 1) if strided_1x1 else (1, stride)
        y = state.conv(f"{name}.conv1", x, width, (1, 1), stride=strides[0])
        y = relu(state.norm(f"{name}.bn1", y, eps=eps))
        y = state.conv(f"{name}.conv2", y, width, (3, 3), stride=strides[1], padding=1)
        y = relu(state.norm(f"{name}.bn2", y, eps=eps))
        y = state.norm(f"{name}.bn3", state.conv(f"{name}.conv3", y, 4 * width, (1, 1)), eps=eps)
        if first:
            x = state.conv(f"{name}.downsample.0", x, 4 * width, (1, 1), stride=stride)
            x = state.norm(f"{name}.downsample.1", x, eps=eps)
        return relu(x + y)

    x = relu(state.norm("bn1", state.conv("conv1", x, 64, (7, 7), stride=2, padding=3), eps=eps))
    stages = [x]
    x = max_pool2d(x, 3, stride=2, padding=1)
    for stage, blocks in enumerate((3, 4, 6, 3), start=1):
        for number in range(blocks):
            stride = 2 if stage > 1 and number == 0 else 1
            x = block(f"layer{stage}.{number}", x, 32 * 2**stage, stride, first=number == 0)
        stages.append(x)
    return stages


def densenet121(state: Published, x: torch.Tensor) -> Stages:
    """The stem and the four dense blocks (growth 32), the last one normalised."""
    x = state.conv("features.conv0", x, 64, (7, 7), stride=2, padding=3)
    x = relu(state.norm("features.norm0", x))
    stages = [x]
    x = max_pool2d(x, 3, stride=2, padding=1)
    for number, layers in enumerate((6, 12, 24, 16), start=1):
        for layer in range(1, layers + 1):
            name = f"features.denseblock{number}.denselayer{layer}"
            y = state.conv(f"{name}.conv1", relu(state.norm(f"{name}.norm1", x)), 128, (1, 1))
            y = state.conv(f"{name}.conv2", relu(state.norm(f"{name}.norm2", y)), 32, (3, 3), padding=1)
            x = torch.cat([x, y], 1)
        stages.append(x)
        if number < 4:
            name = f"features.transition{number}"
            x = state.conv(f"{name}.conv", relu(state.norm(f"{name}.norm", x)), x.shape[1] // 2, (1, 1))
            x = avg_pool2d(x, 2, stride=2)
    stages[-1] = relu(state.norm("features.norm5", x))
    return stages


def inception_v3(state: Published, x: torch.Tensor) -> Stages:
    """Two of the stem, then Mixed_5d, 6e and 7c."""

    def conv(name: str, x: torch.Tensor, outputs: int, *kernel: int, stride: int = 1, pad: bool = True) -> torch.Tensor:
        rows, columns = kernel if len(kernel) == 2 else kernel * 2
        padding = (rows // 2, columns // 2) if pad else 0
        x = state.conv(f"{name}.conv", x, outputs, (rows, columns), stride=stride, padding=padding)
        return relu(state.norm(f"{name}.bn", x, eps=0.001))

    def chain(name: str, x: torch.Tensor, *steps: tuple[str, int, tuple[int, ...]]) -> torch.Tensor:
        for branch, outputs, kernel in steps:
            x = conv(f"{name}.{branch}", x, outputs, *kernel)
        return x

    def pooled(name: str, x: torch.Tensor, outputs: int) -> torch.Tensor:
        return conv(f"{name}.branch_pool", avg_pool2d(x, 3, stride=1, padding=1), outputs, 1)

    def narrow(name: str, x: torch.Tensor, pool: int) -> torch.Tensor:
        five = chain(name, x, ("branch5x5_1", 48, (1,)), ("branch5x5_2", 64, (5,)))
        steps = ("branch3x3dbl_1", 64, (1,)), ("branch3x3dbl_2", 96, (3,)), ("branch3x3dbl_3", 96, (3,))
        return torch.cat([conv(f"{name}.branch1x1", x, 64, 1), five, chain(name, x, *steps), pooled(name, x, pool)], 1)

    def middle(name: str, x: torch.Tensor, c: int) -> torch.Tensor:
        seven = ("branch7x7_1", c, (1,)), ("branch7x7_2", c, (1, 7)), ("branch7x7_3", 192, (7, 1))
        double = ("branch7x7dbl_1", c, (1,)), ("branch7x7dbl_2", c, (7, 1)), ("branch7x7dbl_3", c, (1, 7))
        double += ("branch7x7dbl_4", c, (7, 1)), ("branch7x7dbl_5", 192, (1, 7))
        first = conv(f"{name}.branch1x1", x, 192, 1)
        return torch.cat([first, chain(name, x, *seven), chain(name, x, *double), pooled(name, x, 192)], 1)

    def wide(name: str, x: torch.Tensor) -> torch.Tensor:
        single = conv(f"{name}.branch3x3_1", x, 384, 1)
        double = chain(name, x, ("branch3x3dbl_1", 448, (1,)), ("branch3x3dbl_2", 384, (3,)))
        split = [
            conv(f"{name}.{branch}{part}", y, 384, *kernel)
            for branch, y in (("branch3x3_2", single), ("branch3x3dbl_3", double))
            for part, kernel in (("a", (1, 3)), ("b", (3, 1)))
        ]
        return torch.cat([conv(f"{name}.branch1x1", x, 320, 1), *split, pooled(name, x, 192)], 1)

    x = conv("Conv2d_1a_3x3", x, 32, 3, stride=2, pad=False)
    x = conv("Conv2d_2a_3x3", x, 32, 3, pad=False)
    stages = [conv("Conv2d_2b_3x3", x, 64, 3)]
    x = conv("Conv2d_3b_1x1", max_pool2d(stages[0], 3, stride=2), 80, 1)
    stages.append(conv("Conv2d_4a_3x3", x, 192, 3, pad=False))
    x = max_pool2d(stages[1], 3, stride=2)
    for letter, pool in (("b", 32), ("c", 64), ("d", 64)):
        x = narrow(f"Mixed_5{letter}", x, pool)
    stages.append(x)
    three = conv("Mixed_6a.branch3x3", x, 384, 3, stride=2, pad=False)
    double = chain("Mixed_6a", x, ("branch3x3dbl_1", 64, (1,)), ("branch3x3dbl_2", 96, (3,)))
    double = conv("Mixed_6a.branch3x3dbl_3", double, 96, 3, stride=2, pad=False)
    x = torch.cat([three, double, max_pool2d(x, 3, stride=2)], 1)
    for letter, c in (("b", 128), ("c", 160), ("d", 160), ("e", 192)):
        x = middle(f"Mixed_6{letter}", x, c)
    stages.append(x)
    three = conv("Mixed_7a.branch3x3_2", conv("Mixed_7a.branch3x3_1", x, 192, 1), 320, 3, stride=2, pad=False)
    steps = ("branch7x7x3_1", 192, (1,)), ("branch7x7x3_2", 192, (1, 7)), ("branch7x7x3_3", 192, (7, 1))
    seven = conv("Mixed_7a.branch7x7x3_4", chain("Mixed_7a", x, *steps), 192, 3, stride=2, pad=False)
    x = torch.cat([three, seven, max_pool2d(x, 3, stride=2)], 1)
    return [*stages, wide("Mixed_7c", wide("Mixed_7b", x))]


REFERENCES: dict[str, Callable[[Published, torch.Tensor], Stages]] = {
    "resnet50": resnet50,
    "densenet121": densenet121,
    "inception_v3": inception_v3,
}
"""By the name of the variant."""


def classifier_of(network: str) -> dict[str, tuple[int, ...]]:
    """Shapes of what torchvision's file holds beside the backbone: the ImageNet classifiers."""
    if network == "densenet121":
        return {"classifier.weight": (1000, 1024), "classifier.bias": (1000,)}
    heads: dict[str, tuple[int, ...]] = {"fc.weight": (1000, 2048), "fc.bias": (1000,)}
    if network == "inception_v3":
        heads |= {"AuxLogits.fc.weight": (1000, 768), "AuxLogits.fc.bias": (1000,)}
        for layer, shape in {"conv0": (128, 768, 1, 1), "conv1": (768, 128, 5, 5)}.items():
            heads[f"AuxLogits.{layer}.conv.weight"] = shape
            for leaf in ("weight", "bias", "running_mean", "running_var"):
                heads[f"AuxLogits.{layer}.bn.{leaf}"] = shape[:1]
            heads[f"AuxLogits.{layer}.bn.num_batches_tracked"] = ()
    return heads
