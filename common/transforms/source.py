"""Predictions at the size of the files that their images were read from."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from monai.transforms import MapTransform

from ..io.place import place_of, restored


class ToSourced(MapTransform):
    """What was predicted of the network's pixels, `(C, h, w)`, of those of the image's file: float32 `(C, H, W)`.

    Crops and resizing of the preprocessing are undone, whatever they were; 0 where the network did not look. It does
    what MONAI's Invertd does, but bilinearly: the inverse of a resizing by area repeats pixels.

    Args:
        keys: Keys of the items that hold predictions.
        image: Key of the image, with its metadata.
    """

    def __init__(self, keys: Hashable | Sequence[Hashable], image: str = "image") -> None:
        super().__init__(keys)
        self.image = image

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with its predictions restored."""
        item = dict(data)
        for key in self.key_iterator(item):
            item[key] = restored(item[key], place_of(item[self.image]))
        return item
