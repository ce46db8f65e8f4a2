"""A methods paragraph, ready for a paper, from what a run knows of itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from .parts import note, plain
from .scores import scores_in

TRAINED = {
    "all": "All layers were trained",
    "top": "The last block of the backbone and the {head} were trained",
    "top10": "What the last ten Keras layers of the backbone hold and the {head} were trained",
    "head": "The {head} alone was trained, on a frozen backbone",
}
"""What `trainable` means."""

HEADS = {"segmentation": ("decoder", "a U-shaped decoder")}
"""What stands on the backbone, by task, and how it is introduced; else a linear classifier."""

LOSSES = {
    "binary": "cross-entropy",
    "multiclass": "cross-entropy",
    "multilabel": "binary cross-entropy of each finding that is known",
    "segmentation": "sum of the Dice loss and the binary cross-entropy of the pixels",
}
"""The loss of each task (`common.losses.TaskLoss`; of a segmenter MONAI's `DiceCELoss`)."""

FOLDS = {
    "ours": "Parts were drawn by us: patients and near-duplicate images were kept together, classes were spread evenly "
    "(70 % to train, 10 % to validate, 20 % to test)",
    "official": "Training and test part are the publisher's",
}
"""What kind of split a fold is."""

EFRON = "Efron and Tibshirani, An Introduction to the Bootstrap, Chapman and Hall 1993"

STATISTICS = {
    "auc": (
        "of the AUC by DeLong's variance{clustered}",
        "DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) 837; clustered: Obuchowski, Biometrics 53 (1997) 567",
    ),
    "sensitivity": (
        "of sensitivity, specificity and other proportions by Wilson's method{design}",
        "Wilson, JASA 22 (1927) 209; design effect: Rao and Scott, Biometrics 48 (1992) 577",
    ),
    "average_precision": ("of other scores by a bootstrap{resampled}", EFRON),
    "dice": ("of Dice, IoU, Hausdorff distances and areas by a bootstrap{resampled}", EFRON),
    "found": (
        "of shares of lesions and images by Wilson's method{design}",
        "Wilson, JASA 22 (1927) 209; design effect: Rao and Scott, Biometrics 48 (1992) 577",
    ),
    "top1": (
        "of accuracies by Wilson's method, of their mean over classes by that of Zou and Donner",
        "Wilson, JASA 22 (1927) 209; Zou and Donner, Statistics in Medicine 27 (2008) 1693",
    ),
    "macro_auc": ("of the macro AUC from those of the classes", "Zou, Psychological Methods 12 (2007) 399"),
    "macro_f1": ("of macro F1 by a bootstrap{resampled}", EFRON),
}
"""How an interval was computed, by a score that has such a one; each with its reference."""

YOUDEN = "Youden, Cancer 3 (1950) 32"
TEMPERATURE = "Guo, Pleiss, Sun, Weinberger, On calibration of modern neural networks, ICML 2017"
MONAI = "Cardoso et al., MONAI: an open-source framework for deep learning in healthcare, arXiv:2211.02701, 2022"
RADIMAGENET = "Mei et al., RadImageNet, Radiology: Artificial Intelligence 4 (2022) e210315"


MOST_NAMED = 20
"""Classes up to which a sentence names them."""


class References:
    """The works that a text cites, in the order of their first mention."""

    def __init__(self) -> None:
        self.cited: list[str] = []

    def __call__(self, work: str) -> str:
        """Return the mark in the text, such as `[1]`."""
        if work not in self.cited:
            self.cited.append(work)
        return f"[{self.cited.index(work) + 1}]"


def methods_section(card: Mapping[str, Any], metrics: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Return the paragraph and its references."""
    cite = References()
    sentences = [
        *_data(card, metrics, run),
        *_training(card, cite),
        *_statistics(metrics, cite),
        *_software(card, run, cite),
    ]
    listed = "".join(note(work, tag="li") for work in cite.cited)
    return f'<div class="methods">{note(" ".join(sentences))}<ol class="references">{listed}</ol></div>'


def _data(card: Mapping[str, Any], metrics: Mapping[str, Any], run: Mapping[str, Any]) -> Iterator[str]:
    images = {**card["images"], **run.get("images", {})}
    synthetic = "synthetic images (phantoms) of " if card["dataset"]["synthetic"] else ""
    classes = card["class_names"]
    names = plain(classes) if len(classes) <= MOST_NAMED else f"{len(classes)} classes"
    what = {"multilabel": f"find {names}", "segmentation": f"outline {names}"}.get(card["task"], f"tell {names} apart")
    counts = f"{images['train']:,} images to train, {images['valid']:,} to validate"
    patients = metrics.get("test", {}).get("patients")
    whose = f" (of {patients:,} patients)" if patients else ""
    tested = f" and {images['test']:,}{whose} to test" if "test" in images else ""
    yield (
        f"A network was trained to {what} in {synthetic}{card['dataset']['name']}: "
        f"{counts}{tested}, fold {card['fold']}."
    )
    yield f"{FOLDS['official' if str(card['fold']).startswith('official') else 'ours']}."
    for pair, count in card["dataset"]["shared_patients"].items():
        yield f"{count} patients of this split are in both {pair}."


def _training(card: Mapping[str, Any], cite: References) -> Iterator[str]:
    height, width = card["image_size"]
    window = "" if card["window"] == "none" else f" in the {card['window']} window"
    yield f"Images were read as luminance{window}, scaled to [0, 1] and resized to {height} x {width} pixels by area."
    source = card["weights_source"]
    origin = f" {cite(RADIMAGENET)}" if "radimagenet" in source.lower() and not source.startswith("random") else ""
    head, introduced = HEADS.get(card["task"], ("classifier", "a linear classifier"))
    yield f"The network was {card['backbone']}, started from {source}{origin}, with {introduced}."
    recipe = card.get("recipe", {})
    optimizer = _name(recipe.get("optimizer"))
    by = f" by {optimizer}" if optimizer else ""
    on = f" on the {LOSSES[card['task']]}"
    trained = TRAINED[card["trainable"]].format(head=head)
    yield (
        f"{trained}{by}{on} at a learning rate of {card['learning_rate']:g}, in batches of "
        f"{card['batch_size']}, for {_length(card)}; epoch {card['best_epoch']} was kept (seed {card['seed']})."
    )
    if "ema" in card:
        yield (
            f"The learning rate rose over {card['warmup_epochs']} epochs and fell with a cosine to 0; labels were "
            f"smoothed by {card['label_smoothing']:g}; what was kept is the exponential average of the weights "
            f"(decay {card['ema']:g})."
        )
    if told := _augmentation(recipe.get("train::random_transforms")):
        yield f"Augmentation: {told}."


def _length(card: Mapping[str, Any]) -> str:
    if "patience" not in card:
        return f"{card['max_epochs']} epochs"
    waited = f"{card['patience']} passed without a better score on validation"
    return f"at most {card['max_epochs']} epochs or until {waited}"


def _augmentation(transforms: Any) -> str:
    """Return the transforms' names and arguments."""
    entries = [entry for entry in transforms or [] if isinstance(entry, Mapping)]
    return "; ".join(f"{_name(entry)} ({_arguments(entry)})" for entry in entries)


def _arguments(component: Mapping[str, Any]) -> str:
    own = {key: value for key, value in component.items() if not key.startswith("_") and key != "keys"}
    return ", ".join(f"{key} {plain(value).lstrip('$')}" for key, value in own.items())


def _name(component: Any) -> str:
    return str(component.get("_target_", "")).rpartition(".")[2] if isinstance(component, Mapping) else ""


def _statistics(metrics: Mapping[str, Any], cite: References) -> Iterator[str]:
    names = {path[-1] for path, _ in scores_in(metrics)}
    known = "optimistic" not in str(metrics.get("level", ""))
    words = {
        "clustered": ", clustered by patient" if known else ", as if images were independent",
        "design": ", with the design effect of patients" if known else "",
        "resampled": " of patients" if known else " of images",
    }
    yield _chosen_on_validation(metrics, cite)
    methods = [f"{text.format(**words)} {cite(work)}" for key, (text, work) in STATISTICS.items() if key in names]
    if methods:
        yield f"Intervals are at 95 %: {', '.join(methods)}."
    if not known:
        yield "Patients were not known: the intervals are image-level, and optimistic."


def _chosen_on_validation(metrics: Mapping[str, Any], cite: References) -> str:
    if metrics.get("task") == "segmentation":
        return (
            "Pixels are compared at the size of the files; the threshold of greatest mean Dice on validation decides."
        )
    temperature = f"calibration temperature {cite(TEMPERATURE)}"
    if "thresholds" not in metrics:
        return f"The {temperature} was chosen on the validation part alone."
    return (
        f"Decision thresholds (Youden's {cite(YOUDEN)}, and the highest that finds 95 % of the positives) and the "
        f"{temperature} were chosen on the validation part alone."
    )


def _software(card: Mapping[str, Any], run: Mapping[str, Any], cite: References) -> Iterator[str]:
    if versions := run.get("versions"):
        yield (
            f"Computed in {card['precision']} with MONAI {versions['monai']} {cite(MONAI)} and PyTorch "
            f"{versions['torch']} on {run['machine']}."
        )
