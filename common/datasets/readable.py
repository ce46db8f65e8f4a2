"""A folder in which some files cannot be read."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from monai.data import Dataset

from ..errors import ImageError
from ..io.place import place_of


class ReadableDataset(Dataset):
    """Items through a chain of transforms; one whose image is refused becomes a black image that says why.

    Each item gains `refused`: the reason, or "" where the image was read. So one bad file costs one row, not the batch.
    Height and width of the file's image, and its modality, stand beside the image as `size` and `modality`; `place` is
    that of `common.io.place`, its six numbers in a row.

    Args:
        data: Items.
        transform: The chain.
        image_size: `[H, W]` of the image that stands in for a refused one.
    """

    def __init__(self, data: Sequence[Any], transform: Callable[[Any], Any], image_size: Sequence[int]) -> None:
        super().__init__(data, transform)
        self.image_size = tuple(image_size)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Return the image `(1, H, W)`, why it was refused, if it was, and what the file says of it."""
        try:
            image = self._transform(index)["image"]
        except ImageError as error:
            return self._stand_in(error)
        except RuntimeError as error:
            # MONAI's Compose wraps what a transform raises.
            if not isinstance(error.__cause__, ImageError):
                raise
            return self._stand_in(error.__cause__)
        shape, box = place_of(image)
        return {
            "image": image.as_tensor(),
            "refused": "",
            "size": torch.as_tensor(image.meta["spatial_shape"]),
            "modality": image.meta["modality"],
            "place": torch.tensor([*shape, *box]),
        }

    def _stand_in(self, reason: ImageError) -> dict[str, Any]:
        height, width = self.image_size
        return {
            "image": torch.zeros(1, height, width),
            "refused": str(reason),
            "size": torch.tensor([height, width]),
            "modality": "",
            "place": torch.tensor([height, width, 0, 0, height, width]),
        }
