"""The published weights: what each training is, what input it wants and how that is known, where to get it."""

from typing import NamedTuple


class File(NamedTuple):
    """One published file of a training: its name, what is known of its content, and its address if it has one.

    `sha256` may be the beginning of the hash, where the publisher gives no more; `size` is in bytes, 0 if unknown.
    """

    name: str
    sha256: str = ""
    md5: str = ""
    size: int = 0
    url: str = ""


class PretrainedSource(NamedTuple):
    """One training of one network: `pretrained: name` with `backbone: network`.

    `contract` is the input it was trained with, `evidence` how that is known, `where` how a person gets the files.
    """

    name: str
    network: str
    title: str
    contract: str
    evidence: str
    files: tuple[File, ...]
    licence: str
    terms: str
    citation: str
    where: str


_MEI = "Mei et al., Radiology: Artificial Intelligence 2022;4(5):e210315, https://doi.org/10.1148/ryai.210315"
_RUSSAKOVSKY = "Russakovsky et al., Int J Comput Vis 2015;115:211, https://doi.org/10.1007/s11263-015-0816-y"
_RADIMAGENET_LICENCE = "MIT (the repository, https://github.com/BMEII-AI/RadImageNet); the images are under agreement"
_RADIMAGENET_TERMS = (
    "RadImageNet's images are lent under a signed agreement (https://www.radimagenet.com); its holders were told not "
    "to publish generative models trained on them. Weights are for research, not for diagnosis."
)
_DRIVE = "https://drive.google.com/drive/folders/1Es7cK1hv7zNHJoUW0tI0e6nLFVYTqPqK (linked from the authors' README)"
_MIRROR = "https://huggingface.co/Lab-Rasool/RadImageNet/resolve/main"
_IMAGENET_TERMS = (
    "ImageNet's images are for non-commercial research; weights trained on them are passed on as they are."
)
_TORCHVISION = "https://download.pytorch.org/models"
_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications"


def _radimagenet(network: str, file: str) -> PretrainedSource:
    return PretrainedSource(
        "radimagenet",
        network,
        "RadImageNet's PyTorch training",
        "symmetric",
        "2 x - 1: a linear probe on the 165 classes reaches 74.3 % top-1 with it",
        (File(file, url=f"{_MIRROR}/{file}"),),
        _RADIMAGENET_LICENCE,
        _RADIMAGENET_TERMS,
        _MEI,
        f"{file} in RadImageNet_pytorch.zip, {_DRIVE}; a mirror: {_MIRROR}/{file}",
    )


def _radimagenet_keras(network: str, *files: File) -> PretrainedSource:
    return PretrainedSource(
        "radimagenet_keras",
        network,
        "RadImageNet's Keras training",
        "radimagenet_keras",
        "the authors' scripts feed (BGR - [103.939, 116.779, 123.68]) / 255",
        files,
        _RADIMAGENET_LICENCE,
        _RADIMAGENET_TERMS,
        _MEI,
        f"{files[0].name} in RadImageNet_models.zip, {_DRIVE}",
    )


def _torchvision(network: str, file: str, sha256: str) -> PretrainedSource:
    return PretrainedSource(
        "imagenet",
        network,
        "torchvision's ImageNet training",
        "torchvision",
        "torchvision's presets normalise by ImageNet's mean and standard deviation",
        (File(file, sha256=sha256, url=f"{_TORCHVISION}/{file}"),),
        "BSD-3-Clause (torchvision)",
        _IMAGENET_TERMS,
        _RUSSAKOVSKY,
        f"{_TORCHVISION}/{file}",
    )


def _keras(network: str, file: str, md5: str, *, contract: str, mode: str) -> PretrainedSource:
    return PretrainedSource(
        "imagenet",
        network,
        "Keras's ImageNet training",
        contract,
        f'its preprocess_input has mode "{mode}"',
        (File(file.rpartition("/")[2], md5=md5, url=f"{_KERAS}/{file}"),),
        "Apache-2.0 (Keras)",
        _IMAGENET_TERMS,
        _RUSSAKOVSKY,
        f"{_KERAS}/{file}",
    )


_NOTOP = "weights_tf_dim_ordering_tf_kernels_notop.h5"
_PORT = "https://huggingface.co/MONAI/checkpoints/resolve/main/RadImageNet-ResNet50_notop.pth"

_ALL = (
    _radimagenet("resnet50", "ResNet50.pt"),
    _radimagenet("densenet121", "DenseNet121.pt"),
    _radimagenet("inception_v3", "InceptionV3.pt"),
    _radimagenet_keras(
        "resnet50_keras",
        File(
            "RadImageNet-ResNet50_notop.h5",
            sha256="1f1d1c9fe6ab6980daa5e528145fe0db249c55415f8b3e1f3e3b1624d184f159",
            size=94_852_768,
        ),
        File("RadImageNet-ResNet50_notop.pth", url=_PORT),
    ),
    _radimagenet_keras("densenet121_keras", File("RadImageNet-DenseNet121_notop.h5")),
    _radimagenet_keras("inception_v3_keras", File("RadImageNet-InceptionV3_notop.h5")),
    _radimagenet_keras("inception_resnet_v2", File("RadImageNet-IRV2_notop.h5")),
    _torchvision("resnet50", "resnet50-0676ba61.pth", "0676ba61"),
    _torchvision("densenet121", "densenet121-a639ec97.pth", "a639ec97"),
    _torchvision("inception_v3", "inception_v3_google-0cc3c7bd.pth", "0cc3c7bd"),
    _keras(
        "resnet50_keras",
        f"resnet/resnet50_{_NOTOP}",
        "4d473c1dd8becc155b73f8504c6f6626",
        contract="caffe",
        mode="caffe",
    ),
    _keras(
        "densenet121_keras",
        f"densenet/densenet121_{_NOTOP}",
        "30ee3e1110167f948a6b9946edeeb738",
        contract="torchvision",
        mode="torch",
    ),
    _keras(
        "inception_v3_keras",
        f"inception_v3/inception_v3_{_NOTOP}",
        "bcbd6486424b2319ff4ef7d526e38f63",
        contract="symmetric",
        mode="tf",
    ),
    _keras(
        "inception_resnet_v2",
        f"inception_resnet_v2/inception_resnet_v2_{_NOTOP}",
        "d19885ff4a710c122648d3b5c3b684e4",
        contract="symmetric",
        mode="tf",
    ),
)

SOURCES = {(source.name, source.network): source for source in _ALL}
"""By name and network.

Hashes: RadImageNet's by our own reading of the file; torchvision's are the digits in its file names, which its own
download checks; Keras's (MD5) stand beside each `get_file` in keras/src/applications (v3.15.1).
"""

NAMES = tuple(dict.fromkeys(source.name for source in _ALL))
"""What `pretrained` may be beside `auto`, `random` and a path."""
