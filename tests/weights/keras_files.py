"""Files as each Keras wrote them, made from Keras's application models with random weights.

Keras writes its present forms itself; the older ones are laid out with h5py as published files of their time are.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Layers = dict[str, dict[str, np.ndarray]]
"""By Keras's name of a layer: its arrays by role (`kernel`, `bias`, `gamma`, `beta`, `moving_mean`, ...), in order."""

KERAS = {
    "resnet50_keras": (
        "ResNet50",
        ["conv1_relu", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "conv5_block3_out"],
    ),
    "densenet121_keras": (
        "DenseNet121",
        ["conv1_relu", "conv2_block6_concat", "conv3_block12_concat", "conv4_block24_concat", "relu"],
    ),
    "inception_v3_keras": ("InceptionV3", ["activation+2", "activation+4", "mixed2", "mixed7", "mixed10"]),
    "inception_resnet_v2": (
        "InceptionResNetV2",
        ["activation+2", "activation+4", "block35_10_ac", "block17_20_ac", "conv_7b_ac"],
    ),
}
"""By our name: Keras's application and the layers that end its stages; `activation+2` is its third of that name."""


def built(network: str) -> Any:
    """Keras's model without top, weights and batch-norm statistics random, all of them exact in half precision."""
    keras = _keras()
    model = getattr(keras.applications, KERAS[network][0])(weights=None, include_top=False, input_shape=(None, None, 3))
    random = np.random.default_rng(11)
    for variable in model.weights:
        value = _random(random, variable.path.rpartition("/")[2], variable.shape)
        variable.assign(value.astype(np.float16).astype(np.float32))
    return model


def stages_of(model: Any, network: str) -> Any:
    """The model whose outputs are those of the five stages."""
    activations = sorted((layer.name for layer in model.layers if layer.name.startswith("activation")), key=_number)
    names = [
        activations[int(name.partition("+")[2])] if name.startswith("activation+") else name
        for name in KERAS[network][1]
    ]
    return _keras().Model(model.input, [model.get_layer(name).output for name in names])


def layers_of(model: Any) -> Layers:
    """The arrays of every layer that has any."""
    return {
        layer.name: {weight.path.rpartition("/")[2]: np.asarray(weight.numpy()) for weight in layer.weights}
        for layer in model.layers
        if layer.weights
    }


def with_head(model: Any) -> Any:
    """The model nested in another, with a classifier on top."""
    layers = _keras().layers
    return _keras().Sequential(
        [_keras().Input((224, 224, 3)), model, layers.GlobalAveragePooling2D(), layers.Dropout(0.5), layers.Dense(2)]
    )


def write_weights(
    path: Path,
    layers: Layers,
    *,
    ending: str = ":0",
    half: bool = False,
    variable: Callable[[str, str], str] | None = None,
) -> None:
    """Weights alone, as `save_weights` wrote them until Keras 2 and as Keras's ImageNet files are.

    Args:
        path: The file.
        layers: What to write.
        ending: Of each variable's name: `:0`, or nothing where Theano or Keras 3 wrote it.
        half: Whether in half precision.
        variable: A variable's name in its layer's group, of layer and role; else `layer/role`.
    """
    variable = variable or (lambda layer, role: f"{layer}/{role}")
    with h5py.File(path, "w") as file:
        _write_layers(
            file,
            {
                layer: {
                    variable(layer, role) + ending: _half(array) if half else array for role, array in arrays.items()
                }
                for layer, arrays in layers.items()
            },
        )


def write_whole_model(path: Path, layers: Layers) -> None:
    """A whole model as TF-Keras wrote it: configuration, weights, and the optimiser's memory of a training."""
    with h5py.File(path, "w") as file:
        _describe(file)
        _write_layers(file.create_group("model_weights"), _named(layers))
        _write_optimizer(file, layers)


def write_nested(path: Path, layers: Layers, *, model: str) -> None:
    """A whole model as TF-Keras wrote it, in which the network is one layer, called `model`, under a dense layer."""
    inside = {name: array for arrays in _named(layers).values() for name, array in arrays.items()}
    width = np.zeros((8, 2), np.float32), np.zeros(2, np.float32)
    head = dict(zip(("dense/kernel:0", "dense/bias:0"), width, strict=True))
    with h5py.File(path, "w") as file:
        _describe(file)
        _write_layers(file.create_group("model_weights"), {"input_2": {}, model: inside, "dropout": {}, "dense": head})
        _write_optimizer(file, layers)


def keras_1_variable(layer: str, role: str) -> str:
    """`conv1_W_1`, `bn_conv1_running_std_1`: Keras 1's variables, whose `running_std` was the variance."""
    short = {"kernel": "W", "bias": "b", "moving_mean": "running_mean", "moving_variance": "running_std"}
    return f"{layer}_{short.get(role, role)}_1"


def with_slashes(layers: Layers) -> Layers:
    """DenseNet's layers as they were called until Keras 3: `conv1/conv`, `conv1/bn`."""
    return _renamed(layers, lambda name: re.sub(r"^conv1_(conv|bn)$", r"conv1/\1", name))


def as_before_keras_2_3(layers: Layers) -> Layers:
    """ResNet50's layers as they were called: `conv2_block1_2_conv` was `res2a_branch2b`."""
    return _renamed(layers, _resnet_before)


def counted_from(layers: Layers, *, convolutions: int, norms: int) -> Layers:
    """Automatic names as in a process that had made layers before; the first of all has no number."""

    def shifted(name: str) -> str:
        for kind, first in (("conv2d", convolutions), ("batch_normalization", norms)):
            if re.fullmatch(rf"{kind}(_\d+)?", name):
                own = [_number(other) for other in layers if re.fullmatch(rf"{kind}(_\d+)?", other)]
                number = _number(name) - min(own) + first
                return f"{kind}_{number}" if number else kind
        return name

    return _renamed(layers, shifted)


def _keras() -> Any:
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    return keras


def _random(random: np.random.Generator, role: str, shape: tuple[int, ...]) -> np.ndarray:
    if role == "kernel":
        return random.normal(0, np.sqrt(2 / np.prod(shape[:3])), shape)
    if role in ("gamma", "moving_variance"):
        return random.uniform(0.5, 1.5, shape)
    return random.normal(0, 0.2, shape)


def _write_layers(group: h5py.Group, layers: Layers) -> None:
    group.attrs["layer_names"] = [name.encode() for name in layers]
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = b"2.4.0"
    for layer, arrays in layers.items():
        own = group.create_group(layer)
        own.attrs["weight_names"] = [name.encode() for name in arrays]
        for name, array in arrays.items():
            own.create_dataset(name, data=array)


def _write_optimizer(file: h5py.File, layers: Layers) -> None:
    """Adam's count of steps and its moments of one layer; they have the names and shapes of weights."""
    layer, arrays = next(iter(layers.items()))
    group = file.create_group("optimizer_weights")
    group.create_dataset("Adam/iter:0", data=np.int64(3000))
    for role, array in arrays.items():
        group.create_dataset(f"Adam/{layer}/{role}/m:0", data=np.ones_like(array))
        group.create_dataset(f"training/{layer}/{role}:0", data=np.ones_like(array))


def _describe(file: h5py.File) -> None:
    file.attrs["backend"] = b"tensorflow"
    file.attrs["keras_version"] = b"2.4.0"
    file.attrs["model_config"] = b'{"class_name": "Functional"}'


def _named(layers: Layers) -> Layers:
    return {layer: {f"{layer}/{role}:0": array for role, array in arrays.items()} for layer, arrays in layers.items()}


def _renamed(layers: Layers, name: Callable[[str], str]) -> Layers:
    return {name(layer): arrays for layer, arrays in layers.items()}


def _resnet_before(name: str) -> str:
    if name in ("conv1_conv", "conv1_bn"):
        return {"conv1_conv": "conv1", "conv1_bn": "bn_conv1"}[name]
    stage, block, branch, kind = re.fullmatch(r"conv(\d)_block(\d)_(\d)_(conv|bn)", name).groups()
    prefix = {"conv": "res", "bn": "bn"}[kind]
    return f"{prefix}{stage}{'abcdef'[int(block) - 1]}_branch{('1', '2a', '2b', '2c')[int(branch)]}"


def _half(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float16)


def _number(name: str) -> int:
    """The number that ends an automatic name; the first has none."""
    found = re.search(r"_(\d+)$", name)
    return int(found[1]) if found else 0
