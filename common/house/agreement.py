"""What a bundle's files say of the same thing, they say alike."""

from typing import Any

from ..bundles import walk
from .files import Config

PATHS = ("dataset_dir", "ckpt_dir", "output_dir")

OF_THE_MODEL = ("task", "class_names", "backbone", "window", "image_size")
"""Head keys that belong to a trained model: inference has train's value, or asks the model."""


def check_root(head: Config, name: str) -> list[str]:
    """Return whether a configuration takes another folder for its own than the bundle `name`."""
    root = f"$common.bundle_root('{name}')"
    found = head["bundle_root"]
    return [] if found == root else [f"bundle_root is {root}, the bundle's own folder; got {found!r}"]


def check_agreement(train: Config, inference: Config) -> list[str]:
    """Return where `inference.json` would use a network otherwise than `train.json` trained it."""
    problems = [
        f"{key} is not train.json's: inference would look elsewhere" for key in PATHS if train[key] != inference[key]
    ]
    for key in OF_THE_MODEL:
        if key not in train:  # a sharded store has no window left to choose
            continue
        asks = f"$common.trained('{key}', @bundle_root, @ckpt_dir)"
        if inference[key] not in (train[key], asks):
            problems.append(f"{key} is train.json's or asks the model ({asks}); got {inference[key]!r}")
    if train["network_def"] != inference["network_def"]:
        problems.append("network_def is not train.json's")
    chain = _image_chain(train, "validate::preprocessing")
    # What a sharded store holds has been through its chain.
    if chain is not None and chain != _image_chain(inference, "preprocessing"):
        problems.append(
            "preprocessing does to an image what train.json's validate::preprocessing does; here it differs"
        )
    return problems


def check_metadata(metadata: Config, head: Config) -> list[str]:
    """Return where `metadata.json` does not describe the network that this head of `train.json` makes."""
    try:
        image = metadata["network_data_format"]["inputs"]["image"]
        logits = metadata["network_data_format"]["outputs"]["pred"]
        names, of_pixels = head["class_names"], head["task"] == "segmentation"
        facts = [
            ("spatial_shape of image", image["spatial_shape"], head["image_size"]),
            ("spatial_shape of pred", logits["spatial_shape"], head["image_size"] if of_pixels else []),
            ("num_channels of pred", logits["num_channels"], len(names)),
            ("channel_def of pred", logits["channel_def"], {str(index): name for index, name in enumerate(names)}),
        ]
        known = metadata["version"] in metadata["changelog"]
    except (KeyError, TypeError) as error:
        return [f"the zoo's schema asks for what is not here ({type(error).__name__}: {error})"]
    problems = [
        f"{what} is {expected!r} in train.json; got {found!r}" for what, found, expected in facts if found != expected
    ]
    return problems if known else [*problems, f"version {metadata['version']!r} has no line in the changelog"]


def _image_chain(config: Config, place: str) -> Any:
    """Return the transforms of the image at an id, without what only says or guards: `_desc_`, `trusted: false`."""
    ids = dict(walk(config))
    transforms = ids.get(f"{place}::transforms")
    while isinstance(transforms, str) and transforms.startswith("@"):
        transforms = ids.get(transforms.removeprefix("@"))
    if not isinstance(transforms, list) or not all(isinstance(transform, dict) for transform in transforms):
        return transforms
    return [
        {key: value for key, value in transform.items() if key != "_desc_" and (key, value) != ("trusted", False)}
        for transform in transforms
        if "image" in _listed(transform.get("keys", []))
    ]


def _listed(keys: Any) -> list[Any]:
    return keys if isinstance(keys, list) else [keys]
