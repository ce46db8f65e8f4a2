"""Collections of said probabilities, with masks on disk."""

import numpy as np
import pytest
import torch
from PIL import Image

from common.handlers import CollectMasks

SIZE = (60, 80)


@pytest.fixture
def collect(tmp_path):
    """Return the function that makes a collection of images `(patient, lesions, predicted)`; blocks are edges."""

    def make(*images, spacing=(float("nan"),) * 2):
        collected, items, logits = CollectMasks(), [], []
        for number, (patient, lesions, predicted) in enumerate(images):
            paths = []
            for place, edges in enumerate(lesions or [(0, 0, 0, 0)]):
                path = tmp_path / f"mask_{number}_{place}.png"
                Image.fromarray(block(edges)).save(path)
                paths.append(str(path))
            image = tmp_path / f"image_{number}.png"
            Image.fromarray(np.full(SIZE, 90, np.uint8)).save(image)
            items.append({"image": str(image), "label": paths, "patient": patient, "study": "", "frame": ""})
            said = np.logical_or.reduce([block(edges) for edges in predicted] or [block((0, 0, 0, 0))])
            logits.append(torch.from_numpy(np.where(said, 3.0, -3.0))[None])
        place = torch.tensor([[*SIZE, 0, 0, *SIZE]] * len(images))
        collected.add(torch.stack(logits), {"place": place})
        collected.items, collected.spacings = items, [spacing] * len(images)
        return collected

    return make


def block(edges):
    mask = np.zeros(SIZE, dtype=np.bool_)
    top, left, bottom, right = edges
    mask[top:bottom, left:right] = True
    return mask
