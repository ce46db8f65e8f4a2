"""Weights and arrays that are not what they should be."""

import math
import pickle
import re

import pytest
import torch
from torch import nn

from common.verify.inspect import inspect

from .conftest import Evil, zip_of

WEIGHTS = {
    "a pickle that runs code": (lambda state, path: torch.save({"a": Evil()}, path), "opening it would run code"),
    "a bare pickle that runs code": (
        lambda state, path: path.write_bytes(pickle.dumps(Evil(), protocol=2)),
        "opening it would run code",
    ),
    "a whole module": (lambda state, path: torch.save(nn.Linear(1, 1), path), "opening it would run code"),
    "code beside the tensors": (lambda state, path: torch.save({**state, "a": Evil()}, path), "would run code"),
    "numbers beside the tensors": (lambda state, path: torch.save({**state, "epoch": 1}, path), "is a state dict"),
    "the weights of another network": (
        lambda state, path: torch.save({"fc.weight": torch.zeros(1)}, path),
        "all 7[0-9]* tensors must match|all .* tensors must match",
    ),
    "a head for other classes": (
        lambda state, path: torch.save({**state, "classifier.1.bias": torch.zeros(3)}, path),
        "1 of another shape, e.g. classifier.1.bias",
    ),
    "NaN among the weights": (
        lambda state, path: torch.save({**state, "classifier.1.bias": torch.full([2], math.nan)}, path),
        "1 not finite, e.g. classifier.1.bias",
    ),
    "half a file": (lambda state, path: path.write_bytes(b"PK\x03\x04" + bytes(100)), "damaged"),
    "a web page": (lambda state, path: path.write_text("<html>"), "a web page"),
    "a script": (lambda state, path: path.write_text("#!/bin/sh\nid\n"), "no weights file's beginning"),
}


@pytest.mark.parametrize(("save", "reason"), WEIGHTS.values(), ids=WEIGHTS)
def test_a_bundle_is_refused_whose_weights_are(bundle, weights, capsys, save, reason):
    save(weights, bundle.folder / "models/model.pt")
    bundle.seal()
    (refusal,) = inspect(bundle.folder).refusals
    assert refusal.startswith("models/model.pt: ")
    assert re.search(reason, refusal)
    assert capsys.readouterr().out == ""


def test_swapped_weights_are_refused_though_they_fit(bundle, weights):
    torch.save(weights, bundle.folder / "models/model.pt")
    bundle.seal()
    assert inspect(bundle.folder).refusals == []
    torch.save({**weights, "classifier.1.bias": torch.ones(2)}, bundle.folder / "models/model.pt")
    (refusal,) = inspect(bundle.folder).refusals
    assert refusal.startswith("models/model.pt: not the file that manifest.json lists")


def test_weights_in_safetensors_pass(bundle, weights):
    from safetensors.torch import save_file

    save_file(weights, bundle.folder / "models/model.safetensors")
    bundle.seal()
    assert inspect(bundle.folder) == ([], [])


def test_weights_of_a_mean_are_those_of_all_its_networks(bundle, weights):
    whole = {**weights, **{f"others.0.{name}": tensor for name, tensor in weights.items()}}
    bundle.set("backbone", "densenet121 + densenet121 with flips", path="models/model.json")
    torch.save(whole, bundle.folder / "models/model.pt")
    bundle.seal()
    assert inspect(bundle.folder).refusals == []
    torch.save(weights, bundle.folder / "models/model.pt")
    bundle.seal()
    (refusal,) = inspect(bundle.folder).refusals
    assert "missing, e.g. others.0.backbone." in refusal


@pytest.mark.parametrize("backbone", [" + ".join(["resnet50"] * 1000), "densenet121 + os.system", ["densenet121"], 7])
def test_a_card_is_refused_that_names_no_network_or_a_thousand(bundle, weights, backbone):
    bundle.set("backbone", backbone, path="models/model.json")
    torch.save(weights, bundle.folder / "models/model.pt")
    bundle.seal()
    assert any("names backbone and class_names of a network of ours" in its for its in inspect(bundle.folder).refusals)


def test_weights_that_claim_more_than_the_file_holds_are_refused(bundle, weights):
    large = {**weights, "classifier.1.bias": torch.zeros(1).expand(3 * 10**9)}
    torch.save(large, bundle.folder / "models/model.pt")
    bundle.seal()
    (refusal,) = inspect(bundle.folder).refusals
    assert "in a file of" in refusal


def test_arrays_that_claim_more_than_any_memory_are_refused(bundle):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000000,), }"
    array = b"\x93NUMPY\x01\x00" + (len(header) + 1).to_bytes(2, "little") + header + b"\n"
    bundle.write("models/reference.npz", zip_of({"a.npy": array}))
    bundle.seal()
    (refusal,) = inspect(bundle.folder).refusals
    assert "not arrays of numbers" in refusal
