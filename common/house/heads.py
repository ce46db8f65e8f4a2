"""The head of a configuration: the same keys in the same order in every bundle, values of its own."""

from .files import EXEMPLAR, Config

HEAD = (
    "_desc_",
    "_like_",
    "_differs_",
    "imports",
    "bundle_root",
    "dataset_dir",
    "ckpt_dir",
    "output_dir",
    "task",
    "class_names",
    "backbone",
    "pretrained",
    "input_contract",
    "trainable",
    "window",
    "image_size",
    "fold",
    "seed",
    "max_epochs",
    "patience",
    "val_interval",
    "batch_size",
    "learning_rate",
    "precision",
    "tensorboard",
    "num_workers",
    "device",
    "backend",
    "saliency",
)
"""The heads' keys, in this order (DESIGN.md); a train.json and an inference.json have those that apply to it."""

ONLY_IN_TRAINING = frozenset({"fold", "seed", "max_epochs", "patience", "val_interval", "learning_rate", "tensorboard"})

ONLY_IN_INFERENCE = frozenset({"backend", "saliency"})

PRETRAINING = "radimagenet_pretrain"
"""The bundle with a head of its own, which is nobody's sibling: another store, another schedule, no folds."""

_HOW_IT_IS_PRETRAINED = (
    *("seed", "max_epochs", "warmup_epochs", "val_interval", "batch_size", "accumulation", "learning_rate"),
    *("weight_decay", "label_smoothing", "ema", "balanced", "damaged_shards", "state_interval"),
)

PRETRAINING_HEAD = {
    "train": (
        *HEAD[: HEAD.index("input_contract")],
        *("dropout", "image_size", *_HOW_IT_IS_PRETRAINED, "precision", "tensorboard", "num_workers", "device"),
    ),
    "inference": (
        *HEAD[: HEAD.index("input_contract")],
        *("dropout", "window", "image_size", "batch_size", "precision", "num_workers", "device", "backend", "saliency"),
    ),
}
"""The keys of its heads, in their order, by kind of configuration."""

ONLY_OF_CLASSIFIERS = frozenset({"saliency"})
"""Head keys that a segmenter's configuration may leave out: its output shows by itself where the evidence lies."""

UNREFERENCED = frozenset({"imports", "task"})
"""Head keys that nothing has to refer to: MONAI itself runs the imports, and a task that decides nothing in a
configuration is still what its reader wants to know."""


def check_head(head: Config, kind: str, *, bundle: str = "") -> list[str]:
    """Return what is wrong with the keys, the nulls and the signature of the head of a bundle's configuration."""
    return [
        *_check_keys(list(head), _expected(head, kind, bundle)),
        *(f"{key} is null, which MONAI drops: write none" for key, value in head.items() if value is None),
        *check_signature(head),
    ]


def _expected(head: Config, kind: str, bundle: str) -> list[str]:
    if bundle == PRETRAINING:
        return list(PRETRAINING_HEAD[kind])
    foreign = ONLY_IN_INFERENCE if kind == "train" else ONLY_IN_TRAINING
    left_out = ONLY_OF_CLASSIFIERS - set(head)
    return [key for key in HEAD if key not in foreign | left_out]


def check_signature(head: Config) -> list[str]:
    """Return what is wrong with `_desc_`, `_like_` and `_differs_`, as far as they are there."""
    differs, like = head.get("_differs_", {}), head.get("_like_", EXEMPLAR)
    if not isinstance(differs, dict) or not isinstance(like, str):
        return ["_like_ is a bundle's name or none, and _differs_ a dict of reasons by id"]
    problems = [
        f"_differs_ gives a reason for each id; {id!r} has none: say why"
        for id, reason in differs.items()
        if not (isinstance(reason, str) and reason.strip())
    ]
    if like == EXEMPLAR and differs:
        problems.append(
            f"_differs_ is empty where _like_ is none; it names {next(iter(differs))!r}: say from which bundle"
        )
    if not str(head.get("_desc_") or "").strip():
        problems.append("_desc_ says what this is; it is empty")
    return problems


def check_used(head: Config, used: set[str]) -> list[str]:
    """Return the head keys that nothing refers to; `used` are the ids that something does."""
    roots = {id.partition("::")[0] for id in used}
    return [
        f"{key} is a knob that nothing refers to: use it as @{key}, or take it out"
        for key in head
        if not (key.startswith("_") or key in UNREFERENCED or key in roots)
    ]


def _check_keys(keys: list[str], expected: list[str]) -> list[str]:
    if missing := [key for key in expected if key not in keys]:
        return [f"the head lacks {', '.join(missing)}"]
    if unknown := [key for key in keys if key not in expected]:
        return [f"the head has no {', '.join(unknown)}: a body begins at network_def, and modes are overlays"]
    if keys != expected:
        first = next(key for key, place in zip(keys, expected, strict=True) if key != place)
        return [f"the head's keys have one order, in which {first} stands elsewhere: {' '.join(expected)}"]
    return []
