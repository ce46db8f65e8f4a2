"""A methods paragraph, ready for a paper, from what a run knows of itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from .parts import note, plain
from .scores import scores_in

TRAINED = {
    "all": "All layers were trained",
    "top": "The last block of the backbone and the classifier were trained",
    "head": "The classifier alone was trained, on a frozen backbone",
}
"""What `trainable` means."""

FOLDS = {
    "ours": "Parts were drawn by us: patients and near-duplicate images were kept together, classes were spread evenly "
    "(70 % to train, 10 % to validate, 20 % to test)",
    "official": "Training and test part are the publisher's",
}
"""What kind of split a fold is."""

STATISTICS = {
    "auc": (
        "Intervals of the AUC are from DeLong's variance{clustered}",
        "DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) 837; clustered: Obuchowski, Biometrics 53 (1997) 567",
    ),
    "sensitivity": (
        "those of sensitivity, specificity and other proportions are Wilson's{design}",
        "Wilson, JASA 22 (1927) 209; design effect: Rao and Scott, Biometrics 48 (1992) 577",
    ),
    "average_precision": (
        "those of other scores are from a bootstrap{resampled}",
        "Efron and Tibshirani, An Introduction to the Bootstrap, Chapman and Hall 1993",
    ),
    "kappa": (
        "agreement with the ordered classes is weighted kappa",
        "Cohen, Psychological Bulletin 70 (1968) 213",
    ),
}
"""Where an interval comes from, by what the name of a score contains; each with its reference."""

CHOSEN = (
    "Decision thresholds (Youden's, and the one for 95 % sensitivity) and the calibration temperature were chosen on "
    "the validation part alone"
)
CHOSEN_REFERENCES = (
    "Youden, Cancer 3 (1950) 32",
    "Guo, Pleiss, Sun, Weinberger, On calibration of modern neural networks, ICML 2017",
    "Cardoso et al., MONAI: an open-source framework for deep learning in healthcare, arXiv:2211.02701, 2022",
)
"""Of what is chosen on validation, and of the software."""

RADIMAGENET = "Mei et al., RadImageNet, Radiology: Artificial Intelligence 4 (2022) e210315"


def methods_section(card: Mapping[str, Any], metrics: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Return the paragraph and its references."""
    names = [path[-1] for path, _ in scores_in(metrics)]
    known = "optimistic" not in str(metrics.get("level", ""))
    statistics, references = _statistics(names, known=known)
    text = " ".join([*_data(card, run), *_training(card), f"{CHOSEN}. {statistics}", _software(card, run)])
    if "radimagenet" in str(card["weights_source"]).lower():
        references = [RADIMAGENET, *references]
    listed = "".join(note(reference, tag="li") for reference in references)
    return f'<div class="methods">{note(text)}<ol class="references">{listed}</ol></div>'


def _data(card: Mapping[str, Any], run: Mapping[str, Any]) -> Iterator[str]:
    images = {**card["images"], **run.get("images", {})}
    synthetic = "synthetic images (phantoms) of " if card["dataset"]["synthetic"] else ""
    counts = f"{images['train']:,} images to train, {images['valid']:,} to validate"
    tested = f" and {images['test']:,} to test" if "test" in images else ""
    yield (
        f"A network was trained to tell {plain(card['class_names'])} apart in {synthetic}{card['dataset']['name']}: "
        f"{counts}{tested} (fold {card['fold']})."
    )
    yield f"{FOLDS['official' if str(card['fold']).startswith('official') else 'ours']}."
    for pair, count in card["dataset"]["shared_patients"].items():
        yield f"{count} patients of this split are in both {pair}."


def _training(card: Mapping[str, Any]) -> Iterator[str]:
    height, width = card["image_size"]
    window = "" if card["window"] == "none" else f" in the {card['window']} window"
    yield f"Images were read as luminance{window}, scaled to [0, 1] and resized to {height} x {width} pixels by area."
    yield f"The network was {card['backbone']}, started from {card['weights_source']}, with a linear classifier."
    recipe = card.get("recipe", {})
    optimizer, loss = (_name(recipe.get(key)) for key in ("optimizer", "loss"))
    by = f" with {optimizer}" if optimizer else ""
    towards = f" and {loss}" if loss else ""
    yield (
        f"{TRAINED[card['trainable']]}{by} at a learning rate of {card['learning_rate']:g}{towards}, in batches of "
        f"{card['batch_size']} for at most {card['max_epochs']} epochs, stopped after {card['patience']} without a "
        f"better score on validation; epoch {card['best_epoch']} was kept (seed {card['seed']})."
    )
    if told := list(_descriptions(recipe.get("train::random_transforms"))):
        yield f"Augmentation: {'; '.join(told)}."


def _descriptions(transforms: Any) -> Iterator[str]:
    """Yield what each transform says of itself, else its name and its arguments."""
    entries = transforms if isinstance(transforms, list) else [transforms]
    for entry in entries:
        if not isinstance(entry, Mapping):
            continue
        own = {key: value for key, value in entry.items() if not key.startswith("_") and key not in ("keys", "prob")}
        arguments = ", ".join(f"{key} {str(plain(value)).lstrip('$')}" for key, value in own.items())
        name = _name(entry)
        yield f"{name} ({arguments}; probability {entry['prob']})" if "prob" in entry else f"{name} ({arguments})"


def _name(component: Any) -> str:
    return str(component.get("_target_", "")).rpartition(".")[2] if isinstance(component, Mapping) else ""


def _statistics(names: list[str], *, known: bool) -> tuple[str, list[str]]:
    used = {key: entry for key, entry in STATISTICS.items() if any(key in name for name in names)}
    words = {
        "clustered": ", clustered by patient" if known else ", as if images were independent",
        "design": ", with the design effect of patients" if known else "",
        "resampled": " of patients" if known else " of images",
    }
    sentences = [text.format(**words) for text, _ in used.values()]
    joined = "; ".join(sentences)
    unknown = "" if known else " Patients were not known, so the intervals are image-level and optimistic."
    references = [reference for _, reference in used.values()]
    return f"{joined[:1].upper()}{joined[1:]}.{unknown}" if joined else unknown, [*references, *CHOSEN_REFERENCES]


def _software(card: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    versions = run.get("versions", {})
    told = ", ".join(f"{name} {versions[name]}" for name in ("monai", "torch") if name in versions)
    precision = f"Computed in {card['precision']}" if "precision" in card else "Computed"
    return f"{precision} with {told} on {run.get('machine', 'a machine that was not noted')}." if told else ""
