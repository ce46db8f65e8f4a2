"""Files that are damaged, mistaken or hostile: each ends in one line that says what is wrong, and loads nothing."""

import io
import json
import pickle
import struct
import zipfile

import h5py
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from common.errors import WeightsError
from common.weights.recognise import read_weights

KERNEL = "features.denseblock2.denselayer3.layers.conv1.weight"
"""A kernel with other inputs (192) than outputs (128)."""

NORM = "features.denseblock2.denselayer3.layers.norm2"


@pytest.fixture(scope="module")
def densenet(remembering):
    return remembering("densenet121", "torchvision")


def refused(path, match):
    with pytest.raises(WeightsError, match=match) as refusal:
        read_weights(path)
    assert "\n" not in str(refusal.value)


@pytest.fixture(scope="module", params=["PyTorch", "PyTorch before 1.6", "HDF5", "safetensors"])
def writes(request, written_by_keras):
    """Writes a DenseNet's state dict in one form."""
    return {
        "PyTorch": torch.save,
        "PyTorch before 1.6": lambda state, path: torch.save(state, path, _use_new_zipfile_serialization=False),
        "HDF5": lambda state, path: written_by_keras(path, "densenet121_keras", state),
        "safetensors": lambda state, path: save_file({name: state[name].contiguous() for name in state}, path),
    }[request.param]


@pytest.fixture(scope="module")
def intact(writes, densenet, tmp_path_factory):
    path = tmp_path_factory.mktemp("intact") / "weights"
    writes(densenet, path)
    return path.read_bytes()


def test_the_intact_file_is_read(intact, tmp_path, densenet):
    (tmp_path / "weights").write_bytes(intact)
    tensors = read_weights(tmp_path / "weights").tensors
    assert all(torch.equal(tensor, densenet[name]) for name, tensor in tensors.items())


@pytest.mark.parametrize("kept", [0.0001, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_refused(intact, tmp_path, kept):
    (tmp_path / "weights").write_bytes(intact[: int(kept * len(intact))])
    refused(tmp_path / "weights", r"damaged|not a whole|download it again|must match|state dict")


MUTATIONS = {
    "a kernel is missing": (lambda s: s.pop(KERNEL), "1 missing, e.g. features.denseblock2"),
    "a variance is missing": (lambda s: s.pop(f"{NORM}.running_var"), "1 missing"),
    "a key is renamed": (lambda s: s.update({"features.typo.weight": s.pop(KERNEL)}), "1 missing.*1 unexpected"),
    "a tensor too many": (lambda s: s.update({"extra.weight": torch.zeros(3, 3)}), "1 unexpected"),
    "a kernel transposed": (lambda s: s.update({KERNEL: s[KERNEL].transpose(0, 1).contiguous()}), "of another shape"),
    "a bias too long": (lambda s: s.update({f"{NORM}.bias": torch.zeros(129)}), "1 of another shape"),
    "half the tensors": (lambda s: [s.pop(name) for name in list(s)[::2]], r"\d{3} missing"),
    "a NaN": (lambda s: s[KERNEL].view(-1)[7].fill_(float("nan")), "1 not finite, e.g. features.denseblock2"),
    "an infinity": (lambda s: s[f"{NORM}.running_mean"][0].fill_(float("inf")), "1 not finite"),
    "a negative variance": (lambda s: s[f"{NORM}.running_var"][0].fill_(-1.0), "1 negative"),
    "another depth": (
        lambda s: [s.pop(name) for name in list(s) if "denseblock4.denselayer16" in name],
        "5 missing|10 missing",
    ),
    "a single-channel stem": (
        lambda s: s.update({"features.conv0.weight": s["features.conv0.weight"][:, :1].contiguous()}),
        "1 of another shape, e.g. features.conv0",
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_state_is_refused_by_name(writes, densenet, tmp_path, mutation):
    change, message = MUTATIONS[mutation]
    state = {name: tensor.clone() for name, tensor in densenet.items() if "num_batches" not in name}
    change(state)
    writes(state, tmp_path / "weights")
    refused(tmp_path / "weights", message)


class Exploit:
    def __reduce__(self):
        return (print, ("code in a pickle ran",))


def zipped(content: bytes) -> bytes:
    """A PyTorch archive around a pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        archive.writestr("archive/version", "3\n")
    return buffer.getvalue()


def saved(value) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def archive_with(name: str) -> bytes:
    buffer = io.BytesIO(saved({"conv1.weight": torch.zeros(2)}))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, "outside")
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(10**7))
    return buffer.getvalue()


FILES = {
    "empty": (lambda: b"", "an empty file"),
    "a web page": (lambda: b"<!DOCTYPE html><html>Quota exceeded", "a web page"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "no weights file's beginning"),
    "text": (lambda: b"version https://git-lfs.github.com/spec/v1", "no weights file's beginning"),
    "a pickle that runs code": (lambda: pickle.dumps(Exploit()), "would run code"),
    "one in an archive": (lambda: zipped(pickle.dumps({"conv1.weight": Exploit()})), "would run code"),
    "one in an old pickle": (lambda: pickle.dumps({"conv1.weight": Exploit()}, protocol=2), "would run code"),
    "a whole module": (lambda: saved(torch.nn.Conv2d(1, 1, 1)), "would run code .*Conv2d"),
    "a list": (lambda: saved([torch.zeros(2)]), "holds a list"),
    "a tensor": (lambda: saved(torch.zeros(2)), "holds a Tensor"),
    "an empty dict": (lambda: saved({}), "an empty dict"),
    "a checkpoint without weights": (lambda: saved({"epoch": 3, "lr": 0.1}), "a dict with 'epoch': int"),
    "nested dicts": (lambda: saved({"net": {"conv1.weight": torch.zeros(2)}}), "a dict with 'net': dict"),
    "only a classifier": (lambda: saved({"fc.weight": torch.zeros(1000, 2048)}), "only a classifier"),
    "another network": (lambda: saved({f"features.{i}.weight": torch.zeros(8) for i in range(30)}), "30 unexpected"),
    "a ResNet-18": (
        lambda: saved({"conv1.weight": torch.zeros(64, 3, 7, 7), "bn1.bias": torch.zeros(64)}),
        "must match, 2 do",
    ),
    "an absolute path": (lambda: archive_with("/etc/cron.d/job"), "parts of a weights file lie inside it"),
    "a parent path": (lambda: archive_with("archive/../../job"), "parts of a weights file lie inside it"),
    "a bomb": (bomb, "that declares 10000000 is refused"),
    "a .keras archive": (lambda: archive_with("model.weights.h5"), "a .keras archive"),
    "a huge header": (lambda: struct.pack("<Q", 2**60) + b"{" + bytes(100), "not a whole safetensors file"),
    "a header beyond its data": (lambda: safetensors_of([1000, 1000]), "not a whole safetensors file"),
}


def safetensors_of(shape: list[int]) -> bytes:
    header = json.dumps({"conv1.weight": {"dtype": "F32", "shape": shape, "data_offsets": [0, 4_000_000]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(16)


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_weights_file_is_refused_without_running_it(tmp_path, kind, capsys):
    content, message = FILES[kind]
    (tmp_path / "weights.pt").write_bytes(content())
    refused(tmp_path / "weights.pt", message)
    assert "ran" not in capsys.readouterr().out


def external_link(file, folder):
    with h5py.File(folder / "other.h5", "w") as other:
        other["kernel:0"] = np.zeros(3)
    file["conv1_conv"] = h5py.ExternalLink(str(folder / "other.h5"), "/")


def external_storage(file, folder):
    (folder / "secret").write_bytes(bytes(64))
    file.create_dataset("conv1_conv/kernel:0", (8,), "f4", external=[(str(folder / "secret"), 0, 64)])


def virtual(file, folder):
    with h5py.File(folder / "other.h5", "w") as other:
        other["kernel"] = np.zeros(8, dtype="f4")
    layout = h5py.VirtualLayout(shape=(8,), dtype="f4")
    layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "kernel", shape=(8,))
    file.create_virtual_dataset("conv1_conv/kernel:0", layout)


def soft_link(file, _):
    file["real/kernel:0"] = np.zeros(3, dtype="f4")
    file["conv1_conv"] = h5py.SoftLink("/real")


def circle(file, _):
    group = file.create_group("conv1_conv")
    group["again"] = group


def huge(file, _):
    file.create_dataset("conv1_conv/kernel:0", (10**6, 10**6), "f4", chunks=(100, 100))


def twice(file, _):
    file["conv1_conv/conv1_conv/kernel:0"] = np.zeros(3, dtype="f4")
    file["conv1_conv/kernel:0"] = np.zeros(3, dtype="f4")
    file["bn/kernel:0"] = np.zeros(3, dtype="f4")


def no_keras(file, _):
    file["images"] = np.zeros((3, 3), dtype="f4")


def unnamed(file, _):
    file["layers/conv2d/vars/0"] = np.zeros((1, 1, 3, 8), dtype="f4")


HDF5 = {
    external_link: "is a link, which is not followed",
    external_storage: "lies in another file, which is not opened",
    virtual: "lies in another file, which is not opened",
    soft_link: "is a link, which is not followed",
    circle: "nested deeper than 16, or in a circle",
    huge: "declares 4000000000000 or more is refused",
    twice: "two tensors are called conv1_conv/kernel",
    no_keras: "not a Keras file",
    unnamed: "does not say which layer it is",
}


@pytest.mark.parametrize("make", HDF5, ids=lambda make: make.__name__)
def test_an_hdf5_file_that_reaches_out_or_lies_is_refused(tmp_path, make):
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        make(file, tmp_path)
    refused(tmp_path / "weights.h5", HDF5[make])


def test_quantised_weights_are_refused(densenet, tmp_path):
    torch.save({name: tensor.to(torch.int8) for name, tensor in densenet.items()}, tmp_path / "w.pt")
    refused(tmp_path / "w.pt", "weights are floating-point; .* is torch.int8")
