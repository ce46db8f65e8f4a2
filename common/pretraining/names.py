"""What the images of a store are called: its tables know, and are read when somebody asks."""

from collections.abc import Iterable

from .sharded import ShardedDataset
from .shards import read_lines


def image_names(dataset: ShardedDataset, indices: Iterable[int]) -> list[str]:
    """Return the paths of images below the root of their originals, by their place in the dataset."""
    places = [int(dataset.places[index]) for index in indices]
    size = dataset.card.shard_images
    wanted = set(places)
    names = {
        place: picture.image
        for number in sorted({place // size for place in places})
        for place, (picture, _) in enumerate(read_lines(dataset.folder, number), start=number * size)
        if place in wanted
    }
    return [names[place] for place in places]
