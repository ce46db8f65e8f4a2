"""Labels in every form that an item may carry."""

import json
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from monai.transforms import MapTransform

from ..errors import LabelError


class ReadLabeld(MapTransform):
    """The class index, an int64 tensor `()`, of a class name, an index, or the path of a JSON label.

    A JSON label, as MONAI Label stores one, is a name, an index, or `{"class": name or index}`.

    Args:
        keys: Keys of the items that hold labels.
        class_names: Names in the order of their index, zero-based.
    """

    def __init__(self, keys: Hashable | Sequence[Hashable], class_names: Sequence[str]) -> None:
        super().__init__(keys)
        self.class_names = list(class_names)

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with its labels as tensors.

        Raises:
            LabelError: A label that is not one of the classes.
        """
        item = dict(data)
        for key in self.keys:
            item[key] = torch.tensor(self._index(item[key]))
        return item

    def _index(self, label: Any) -> int:
        if isinstance(label, str) and label.endswith(".json"):
            label = _stored_label(Path(label))
        if label in self.class_names:
            return self.class_names.index(label)
        if isinstance(label, int) and 0 <= label < len(self.class_names):
            return label
        raise LabelError(f"a label is one of {self.class_names} or its index; got {label!r}")


def _stored_label(path: Path) -> Any:
    try:
        label = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise LabelError(f"{path}: a label file is JSON such as {{'class': 1}}; it cannot be read ({error})") from error
    return label.get("class") if isinstance(label, dict) else label
