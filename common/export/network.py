"""The trained network of a bundle, as its `inference.json` builds it."""

from pathlib import Path

from torch import nn

from ..weights import load_network


def trained_network(folder: Path, weights: Path) -> nn.Module:
    """Return the network in evaluation mode, its weights loaded strictly.

    Args:
        folder: The bundle's.
        weights: Its `model.pt`, with `model.json` beside it.

    Raises:
        WeightsError: Weights of another network.
    """
    from monai.bundle import ConfigParser

    parser = ConfigParser()
    parser.read_config(str(folder / "configs/inference.json"))
    parser["bundle_root"], parser["ckpt_dir"] = str(folder), str(weights.parent)
    network: nn.Module = parser.get_parsed_content("network_def")
    load_network(network, weights)
    return network.eval()
