"""Run by itself in a copy of a portable bundle: what MONAI's functions say of it. Imports nothing of ours.

`python -P -s inside.py FOLDER IMAGES SCHEMAS`; the last line of the output is JSON, a pair for each check: its name,
and why it is not passed. The calls are those of the zoo's `ci/verify_bundle.py`, and of its unit tests.
"""

import json
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

COPIES = 100
"""Of each image in the list of items, so that the largest batch is filled: pretraining's has 256."""

META, INFERENCE = "configs/metadata.json", "configs/inference.json"


def main(folder: str, images: str, schemas: str) -> None:
    """Ask everything, and print the answers."""
    os.chdir(folder)
    sys.path.insert(0, folder)
    train, evaluate = ["configs/train.json"], ["configs/train.json", "configs/evaluate.json"]
    questions: dict[str, Callable[[], object]] = {
        "metadata schema": lambda: schema(Path(schemas)),
        "verify_net_in_out": network,
        "TorchScript export": torchscript,
        "properties of train": lambda: properties(train, "train", images),
        "properties of evaluate": lambda: properties(evaluate, "infer", images),
        "properties of inference": lambda: properties([INFERENCE], "infer", images),
    }
    answers = [(name, reason(ask)) for name, ask in questions.items()]
    sys.stdout.write(f"\n{json.dumps(answers)}\n")


def reason(ask: Callable[[], object]) -> str:
    """Return why a question is not passed: what it returned, or raised; empty if neither."""
    try:
        return str(ask() or "")
    except Exception as error:
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        return f"{type(cause).__name__}: {str(cause).strip().splitlines()[0] if str(cause).strip() else ''}"


def schema(copies: Path) -> None:
    """Have `metadata.json` validated by the schema that it names; MONAI downloads nothing that is there."""
    from monai.bundle import verify_metadata

    copy = copies / Path(json.loads(Path(META).read_text())["schema"]).name
    if copy.is_file():
        Path("eval").mkdir(exist_ok=True)
        shutil.copy(copy, "eval/schema.json")
    verify_metadata(meta_file=META, filepath="eval/schema.json")


def network() -> None:
    """Have an image of the metadata's form go through the network."""
    from monai.bundle import verify_net_in_out

    verify_net_in_out(
        net_id="network_def", meta_file=META, config_file=INFERENCE, bundle_root=str(Path.cwd()), device="cpu"
    )


def torchscript() -> None:
    """Have the network exported with its weights, and what is exported already loaded."""
    import torch
    from monai.bundle import ckpt_export

    ckpt_export(
        net_id="network_def",
        filepath="models/verify_model.ts",
        ckpt_file="models/model.pt",
        meta_file=META,
        config_file=INFERENCE,
        bundle_root=str(Path.cwd()),
    )
    if Path("models/model.ts").is_file():
        jit: Any = torch.jit
        jit.load("models/model.ts")


def properties(files: Sequence[str], kind: str, images: str) -> str:
    """Return which properties of MONAI's bundle specification are missing, or lie at another id than it says."""
    from monai.bundle import ConfigWorkflow

    workflow: Any = ConfigWorkflow(
        config_file=list(files), meta_file=META, logging_file=False, workflow_type=kind, **overrides(files, images)
    )
    workflow.initialize()
    wrong = workflow.check_properties()
    return f"wrong or missing: {', '.join(wrong)}" if wrong else ""


def overrides(files: Sequence[str], images: str) -> dict[str, Any]:
    """Return what MONAI Label overrides too: items in place of a prepared data set, which is not here."""
    items = [{"image": str(path), "label": 0} for path in sorted(Path(images).iterdir())] * COPIES
    given: dict[str, Any] = {"bundle_root": str(Path.cwd()), "dataset_dir": images, "device": "cpu", "num_workers": 0}
    given["initialize"] = []  # it reads data, which are not here either
    train = json.loads(Path(files[0]).read_text())
    whole = {"_target_": "Dataset", "data": items}  # for a sharded store, which has no list of items
    for part in ("train", "validate") if "train" in train else ():
        listed = "data" in train[part]["dataset"]
        given |= {f"{part}::dataset::data": items} if listed else {f"{part}::dataset": whole}
    if len(files) > 1:
        listed = "data" in json.loads(Path(files[-1]).read_text())["dataset"]
        given |= {"dataset::data": items} if listed else {"dataset": whole}
    return given


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    main(*sys.argv[1:])
