"""The two pages of a new bundle: what it is and what is not known of it yet; the licence of its data."""

from .subject import NOT_STATED, Subject

SYNTHETIC = "SYNTHETIC images drawn by a program, not patients: for testing software, never for judging a diagnosis."


def readme(name: str, subject: Subject, *, like: str, image_size: list[int]) -> str:
    """Return `docs/README.md` of the bundle `name`, whose exemplar is `like`; Markdown."""
    height, width = image_size
    window = "" if subject.window == "none" else f", through the {subject.window} window"
    state = f"**Not trained yet: there is no score.** {SYNTHETIC if subject.synthetic else ''}".strip()
    usage = "\n".join(f"    {command}" for command in commands(name))
    return f"""\
# {name.replace("_", " ")}

One image in, {subject.logits} out, of which {subject.squash} probabilities. A bundle of the
[RadImageNet collection](../../../README.md); research only, not a medical device. No weights and no images are shipped.

{state}

## Data

{_table(subject)}

`--fold 0` to `4` are ours: patients and near duplicates whole, stratified, 70 / 10 / 20 %.{_official(subject)}

## Use

{usage}

What they leave behind is listed on [{like}'s page](../../{like}/docs/README.md#use).

## Protocol

- Images: luminance in [0, 1]{window}, resized to {height} x {width} by area.
- Task: {subject.task}, classes in this order: {", ".join(subject.class_names)}.
- Network, start, training, augmentation and scores are [{like}'s](../../{like}/docs/README.md#protocol): the body of
  `configs/train.json` is the same word for word, but for the ids in its `_differs_`, which gives a reason for each.

## Results

None: not trained yet. Once it is evaluated, every score stands in `eval/metrics.json` with its n and 95 % interval.

## Limits

- Nothing is known of this bundle's performance; whatever it will be holds for images like these.
{_limits(subject)}"""


def licence_page(subject: Subject) -> str:
    """Return `docs/data_license.txt`."""
    phantoms = "They are laid out as the data set above, hold none of its images, and are under Apache-2.0."
    note = f"\n{SYNTHETIC}\n{phantoms}\n" if subject.synthetic else ""
    return f"""\
No data is shipped with this bundle. The data set that it is trained on, under its own terms:

{subject.title}
    Source: {subject.origin}
    Licence: {subject.licence}
    Cite: {subject.citation}
{note}"""


def commands(name: str) -> list[str]:
    """Return the commands that train, evaluate and use the bundle `name`, from the repository's root."""
    run, configs = "python -m monai.bundle run --config_file", f"bundles/{name}/configs"
    return [
        f"{run} {configs}/train.json",
        f"{run} \"['{configs}/train.json','{configs}/evaluate.json']\"",
        f"{run} {configs}/inference.json --dataset_dir FOLDER",
    ]


def _table(subject: Subject) -> str:
    facts = {"data set": subject.title, **_counted(subject), "source": subject.origin, "cite": subject.citation}
    rows = [f"| {what} | {_cell(text)} |" for what, text in facts.items()]
    rows = [*rows, "| licence | [data_license.txt](data_license.txt) |", f"| prepared in | `{subject.dataset_dir}` |"]
    return "\n".join(["| | |", "|---|---|", *rows])


def _counted(subject: Subject) -> dict[str, str]:
    counts = subject.counts
    if not counts:
        return {"images": "none prepared yet"}
    classes = ", ".join(f"{counts[name]:,} {name}" for name in subject.class_names if name in counts)
    facts = {
        "images": f"{counts['images']:,}" + (f": {classes}" if classes else ""),
        "patients": f"{counts['patients']:,}"
        if counts["patients"]
        else "not known: every score is image-level, optimistic",
    }
    if excluded := counts.get("excluded"):
        facts["left out"] = f"{excluded:,} by the preparation, for the reasons in the column `exclude` of its index"
    return facts


def _official(subject: Subject) -> str:
    folds = ", ".join(f"`{fold}`" for fold in subject.official_folds)
    return f" The publisher's: {folds}." if folds else ""


def _limits(subject: Subject) -> str:
    limits = []
    if subject.counts and not subject.counts["patients"]:
        limits.append("Without patient ids, images of one patient may stand on both sides of a fold.")
    if NOT_STATED in (subject.origin, subject.licence, subject.citation):
        limits.append("Source, licence or citation of the data is not stated: ask its owner before sharing a model.")
    return "".join(f"- {limit}\n" for limit in limits)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
