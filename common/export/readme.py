"""`docs/README.md` of a portable bundle, in the model zoo's template.

The template: https://github.com/Project-MONAI/model-zoo/blob/dev/models/spleen_ct_segmentation/docs/README.md
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..house.files import Config
from .metadata import headline, without_paths
from .scores import Score, shown

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_COMMANDS = re.compile(r"(?:(?<=\n)[^\n]+:\n\n)?(?:^ {4}.*\n)+\n?", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")
_KNOBS = ("backbone", "weights_source", "image_size", "window", "max_epochs", "best_epoch", "batch_size",
          "learning_rate", "precision", "fold", "seed", "trainable", "input_contract")  # fmt: skip
"""Of `model.json`, what says how the network was trained."""


def sections(readme: str) -> dict[str, str]:
    """Return the sections of the repository's page, by title, as they can be read alone: without links to other pages.

    Commands are left out: they are the repository's.
    """
    parts = _SECTION.split(readme)
    texts = (_LINK.sub(r"\1", _COMMANDS.sub("", text)).strip() for text in parts[2::2])
    return dict(zip(parts[1::2], texts, strict=True))


def limits(readme: str) -> list[str]:
    """Return what a bundle's page says under Limits, a sentence or two each."""
    items = re.split(r"^- ", sections(readme).get("Limits", ""), flags=re.MULTILINE)
    return [" ".join(item.split()) for item in items if item.strip()]


def portable_readme(
    readme: str,
    metadata: Config,
    card: Mapping[str, Any],
    *,
    scores: Mapping[str, Score],
    figures: Sequence[str],
    formats: str,
) -> str:
    """Return the page.

    Args:
        readme: The repository's page of the bundle.
        metadata: Completed.
        card: `model.json`.
        scores: On the test part.
        figures: Names of the plots, beside the page.
        formats: The table of export formats, or what is brought untested.
    """
    own = sections(readme)
    image = metadata["network_data_format"]["inputs"]["image"]
    rows, columns = image["spatial_shape"]
    parts = [
        f"# Model Overview\n{metadata['task']}. {headline(card, scores)}\n\n{metadata['intended_use']}",
        f"## Data\n{metadata['data_source']}.\n\n{own.get('Data', '')}\n\n"
        "No image is shipped; the data sets' terms are in [data_license.txt](data_license.txt).",
        f"## Training configuration\n{_training(card)}\n\n{own.get('Protocol', '')}",
        f"### Input\n{image['modality']}, {rows} x {columns} (rows, columns): {metadata['image_classes']}.",
        f"### Output\n{metadata['pred_classes']}. Channels: {metadata['label_classes']}.",
        f"## Performance\n{_performance(scores, figures)}",
        f"### Formats\n{formats}",
        f"## MONAI Bundle Commands\n{_COMMAND_PAGE}",
        f"# Limits\n{own.get('Limits', 'None are known, which does not mean that there are none.')}",
        "# References\n" + "\n".join(f"[{n}] {text}\n" for n, text in enumerate(metadata["references"], 1)),
        f"# License\n{metadata['copyright']}. {_LICENSE}",
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(part.rstrip() for part in parts)) + "\n"


def _training(card: Mapping[str, Any]) -> str:
    lines = [f"- {key.replace('_', ' ')}: {without_paths(str(card[key]))}" for key in _KNOBS if key in card]
    images = ", ".join(f"{count:,} in {part}" for part, count in card["images"].items())
    return "\n".join([*lines, f"- images: {images}"])


def _performance(scores: Mapping[str, Score], figures: Sequence[str]) -> str:
    if not scores:
        return "Not evaluated: there is no score."
    rows = [f"| {name.replace('_', ' ')} | {shown(score)} |" for name, score in scores.items()]
    table = "\n".join(["| score on the test part | value [95 % interval], n |", "|---|---|", *rows])
    return "\n\n".join([table, *(f"![{name.removesuffix('.png').replace('_', ' ')}]({name})" for name in figures)])


_COMMAND_PAGE = r"""From this folder, in an environment with the packages of `configs/metadata.json`.

#### Execute inference on a folder of images:
```
python -m monai.bundle run --config_file configs/inference.json --dataset_dir FOLDER
```

Probabilities or masks, refused files and their reasons are written to `eval/inference`.

#### Execute training, on a data set that the collection's `scripts/prepare.py` has prepared:
```
python -m monai.bundle run --config_file configs/train.json --dataset_dir DATA
```

#### Override the `train` config to execute multi-GPU training:
```
torchrun --standalone --nnodes=1 --nproc_per_node=2 -m monai.bundle run \
    --config_file "['configs/train.json','configs/multi_gpu.json']" --dataset_dir DATA
```

#### Override the `train` config to execute evaluation with the trained model:
```
python -m monai.bundle run --config_file "['configs/train.json','configs/evaluate.json']" --dataset_dir DATA
```

#### Export the checkpoint to TorchScript:
```
python -m monai.bundle ckpt_export network_def --filepath models/model.ts --ckpt_file models/model.pt \
    --meta_file configs/metadata.json --config_file configs/inference.json
```"""

_LICENSE = """\
The code and the weights are under the Apache License, Version 2.0, as far as the terms of the data allow:
see [data_license.txt](data_license.txt).

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License."""
