"""Labels in every form that an item may carry."""

import json
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from monai.transforms import MapTransform

from ..errors import LabelError

STATES = {"1": 1.0, "0": 0.0, "": float("nan"), "None": float("nan"), "True": 1.0, "False": 0.0}
"""What a finding may be said to be, as text: the index has the first three, JSON also null, true and false."""


class ReadLabeld(MapTransform):
    """Labels as tensors: the class index, int64 `()`, or, of a multi-label task, each finding's state, float32 `(C,)`.

    A class is given by its name, its index, or the path of a JSON label; such a file, as MONAI Label stores one, holds
    a name, an index, or `{"class": name or index}`. Findings are given as `{finding: "1", "0" or ""}`, or by the path
    of a file that holds this, or `{"class": this}`; the state is 1, 0, or NaN where it is empty or left out.

    Args:
        keys: Keys of the items that hold labels.
        class_names: Names in the order of their index, zero-based.
        task: `binary`, `multiclass` or `multilabel`.
    """

    def __init__(self, keys: Hashable | Sequence[Hashable], class_names: Sequence[str], task: str) -> None:
        super().__init__(keys)
        self.class_names = list(class_names)
        self.task = task

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with its labels as tensors.

        Raises:
            LabelError: A label that is not one of the classes, or not of this task.
        """
        item = dict(data)
        for key in self.keys:
            label = item[key]
            if isinstance(label, str) and label.endswith(".json"):
                label = _stored_label(Path(label))
            item[key] = self._states(label) if self.task == "multilabel" else self._index(label)
        return item

    def _index(self, label: Any) -> torch.Tensor:
        if label in self.class_names:
            return torch.tensor(self.class_names.index(label))
        if isinstance(label, int) and 0 <= label < len(self.class_names):
            return torch.tensor(label)
        raise LabelError(f"a label of a {self.task} task is one of {self.class_names} or its index; got {label!r}")

    def _states(self, label: Any) -> torch.Tensor:
        said = {name: str(state) for name, state in label.items()} if isinstance(label, dict) else None
        if said is None or set(said) - set(self.class_names) or set(said.values()) - set(STATES):
            form = dict.fromkeys(self.class_names, "1, 0 or empty")
            raise LabelError(f"a label of a multilabel task is {form}; got {label!r}")
        return torch.tensor([STATES[said.get(name, "")] for name in self.class_names])


def _stored_label(path: Path) -> Any:
    try:
        label = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise LabelError(f"{path}: a label file is JSON such as {{'class': 1}}; it cannot be read ({error})") from error
    return label.get("class", label) if isinstance(label, dict) else label
