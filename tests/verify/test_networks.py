"""Networks that do more than compute; and honest ones of every form."""

import pickle
import re
import zipfile

import pytest
import torch
from torch import nn

from common.networks import Classifier
from common.verify.exported_program import check_exported_program
from common.verify.inspect import inspect
from common.verify.onnx_file import check_onnx
from common.verify.torchscript import check_torchscript

from .conftest import Evil, two_directories, zip_of


@pytest.fixture(scope="module")
def network():
    return Classifier(backbone="resnet50", num_classes=2, pretrained="random").eval()


IMAGE = torch.zeros(2, 1, 64, 64)


def test_our_networks_pass_in_every_form(network, tmp_path):
    torch.jit.script(network).save(tmp_path / "scripted.ts")
    torch.jit.trace(network, IMAGE).save(tmp_path / "traced.ts")
    batch = {0: torch.export.Dim("batch")}
    torch.export.save(torch.export.export(network, (IMAGE,), dynamic_shapes=(batch,)), tmp_path / "model.pt2")
    torch.onnx.export(network, (IMAGE,), tmp_path / "model.onnx", external_data=False, verbose=False)
    assert check_torchscript(tmp_path / "scripted.ts") == []
    assert check_torchscript(tmp_path / "traced.ts") == []
    assert check_exported_program(tmp_path / "model.pt2") == []
    assert check_onnx(tmp_path / "model.onnx") == []


class Saves(nn.Module):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        torch.save(image, "/tmp/x")
        return image


class Maps(nn.Module):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.from_file("/etc/passwd", False, 10, dtype=torch.uint8)


@pytest.mark.parametrize("kind", [Saves, Maps])
def test_torchscript_that_touches_files_is_refused(bundle, kind):
    torch.jit.script(kind()).save(bundle.folder / "models/model.ts")
    bundle.seal()
    (refusal,) = inspect(bundle.folder).refusals
    assert re.search(r"model.ts: .*the operator (torch.save|torch.from_file) is not on the list", refusal)


CODES = {
    "a member reached by getattr": (
        ".py",
        b"torch.relu(input)",
        b'getattr(torch, "save")(input, "/tmp/x")',
        "torch is not",
    ),
    "a namespace of operators reached by getattr": (
        ".py",
        b"torch.relu(input)",
        b'getattr(ops.prim, "SetAttr")(input)',
        "ops.prim is not",
    ),
    "torch under another name": (".py", b"    return", b"    t = torch\n    return", "torch is not"),
    "a class of somebody's": (".py", b"    return", b"    t = __torch__.torch.classes.evil.Run\n    return", "evil"),
    "more code than can be read": (".py", b"    return", b"    a = 1\n" * 50_000 + b"    return", "bytes of code"),
}


@pytest.mark.parametrize("change", CODES.values(), ids=CODES)
def test_torchscript_is_refused_with(bundle, tmp_path, change):
    member, old, new, reason = change
    torch.jit.script(nn.ReLU()).save(tmp_path / "a.ts")

    def edit(content):
        return content.replace(old, new)

    rewrite(tmp_path / "a.ts", bundle.folder / "models/model.ts", member, edit)
    bundle.seal()
    refusals = inspect(bundle.folder).refusals
    assert any(reason in refusal for refusal in refusals), refusals


def test_torchscript_is_refused_whose_code_python_does_not_take_for_code(bundle, tmp_path):
    torch.jit.script(nn.ReLU()).save(tmp_path / "a.ts")
    with zipfile.ZipFile(tmp_path / "a.ts") as old:
        members = {info.filename: old.read(info) for info in old.infolist()}
    renamed = {name.replace(".py", ".PY"): content for name, content in members.items()}
    bundle.write("models/model.ts", zip_of(renamed))
    bundle.seal()
    assert "nothing that TorchScript writes" in inspect(bundle.folder).refusals[0]
    bundle.write("models/model.ts", two_directories(zip_of(renamed), zip_of(members)))
    bundle.seal()
    assert "has something between" in inspect(bundle.folder).refusals[0]


def test_torchscript_whose_pickle_runs_code_is_refused(bundle, tmp_path):
    torch.jit.script(nn.ReLU()).save(tmp_path / "a.ts")
    rewrite(
        tmp_path / "a.ts", bundle.folder / "models/model.ts", "data.pkl", lambda _: pickle.dumps(Evil(), protocol=2)
    )
    bundle.seal()
    (refusal,) = inspect(bundle.folder).refusals
    assert "data.pkl imports __builtin__.print" in refusal


def test_torchscript_whose_pickle_computes_a_name_is_refused(bundle, tmp_path):
    torch.jit.script(nn.ReLU()).save(tmp_path / "a.ts")
    rewrite(
        tmp_path / "a.ts", bundle.folder / "models/model.ts", "data.pkl", lambda _: pickle.dumps(Evil(), protocol=4)
    )
    bundle.seal()
    assert "computes what it imports" in inspect(bundle.folder).refusals[0]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "model.pt2"
    batch = {0: torch.export.Dim("batch")}
    torch.export.save(torch.export.export(nn.Linear(3, 2), (torch.zeros(2, 3),), dynamic_shapes=(batch,)), path)
    return path


PROGRAMS = {
    "an operator that maps files": (
        "models/model.json",
        "torch.ops.aten.linear.default",
        "torch.ops.aten.from_file.default",
        "the operator",
    ),
    "an operator of somebody's": (
        "models/model.json",
        "torch.ops.aten.linear.default",
        "torch.ops.evil.run.default",
        "the operator",
    ),
    "a Python function": ("models/model.json", "torch.ops.aten.linear.default", "os.system", "the operator"),
    "a size that is evaluated": (
        "models/model.json",
        "Symbol('",
        "__import__('os').system('id') or Symbol('",
        "which would be evaluated",
    ),
    "weights that are pickled": (
        "model_weights_config.json",
        '"use_pickle": false',
        '"use_pickle": true',
        "weights as pickles",
    ),
    "guards in code": ("models/model.json", '"guards_code": []', '"guards_code": ["exit()"]', "holds code"),
}


@pytest.mark.parametrize("change", PROGRAMS.values(), ids=PROGRAMS)
def test_an_exported_program_is_refused_with(bundle, program, change):
    member, old, new, reason = change

    def edit(content):
        assert old.encode() in content
        return content.replace(old.encode(), new.encode())

    rewrite(program, bundle.folder / "models/model.pt2", member, edit)
    bundle.seal()
    refusals = inspect(bundle.folder).refusals
    assert refusals
    assert all(reason in refusal for refusal in refusals)


def test_an_exported_program_with_a_library_is_refused(bundle, program):
    rewrite(program, bundle.folder / "models/model.pt2", "none", None)
    with zipfile.ZipFile(bundle.folder / "models/model.pt2", "a") as archive:
        archive.writestr("model/data/aotinductor/model/a.so", b"\x7fELF")
    bundle.seal()
    (refusal,) = inspect(bundle.folder).refusals
    assert "nothing that torch.export writes of a network" in refusal


def test_an_exported_program_whose_sample_runs_code_is_refused(bundle, program, tmp_path):
    torch.save(Evil(), tmp_path / "evil.pt")
    rewrite(
        program,
        bundle.folder / "models/model.pt2",
        "sample_inputs/model.pt",
        lambda _: (tmp_path / "evil.pt").read_bytes(),
    )
    bundle.seal()
    (refusal,) = inspect(bundle.folder).refusals
    assert "sample_inputs/model.pt imports __builtin__.print" in refusal


def test_an_exported_program_is_refused_whose_sample_torch_reads_otherwise(bundle, program, tmp_path):
    """torch looks at the first bytes, and takes them for a pickle; `DATA.PKL` it takes for `data.pkl`."""
    torch.save({"a": torch.zeros(1)}, tmp_path / "good.pt")
    good = (tmp_path / "good.pt").read_bytes()
    with zipfile.ZipFile(tmp_path / "good.pt") as archive:
        members = {info.filename.replace("data.pkl", "DATA.PKL"): archive.read(info) for info in archive.infolist()}
    for sample, reason in ((pickle.dumps(Evil()) + good, "do not follow one another"), (zip_of(members), "DATA.PKL")):
        rewrite(program, bundle.folder / "models/model.pt2", "sample_inputs/model.pt", lambda _, its=sample: its)
        bundle.seal()
        (refusal,) = inspect(bundle.folder).refusals
        assert reason in refusal


@pytest.mark.parametrize(
    "kind", ["weights elsewhere", "sparse weights elsewhere", "a domain of somebody's", "functions", "no onnx"]
)
def test_an_onnx_file_is_refused_with(bundle, kind):
    from onnx import TensorProto, helper

    weight = helper.make_tensor("w", TensorProto.FLOAT, [1], [0.0])
    if kind.endswith("weights elsewhere"):
        weight.ClearField("float_data")
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value="../../../etc/passwd")
    sparse = helper.make_sparse_tensor(weight, helper.make_tensor("i", TensorProto.INT64, [1], [0]), [1])
    node = helper.make_node("Add", ["x", "w"], ["y"], domain="evil" if kind == "a domain of somebody's" else "")
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
    kept = {"sparse_initializer": [sparse]} if kind.startswith("sparse") else {"initializer": [weight]}
    model = helper.make_model(helper.make_graph([node], "g", [x], [y], **kept))
    if kind == "functions":
        model.functions.append(helper.make_function("evil", "f", ["x"], ["y"], [node], [helper.make_opsetid("", 20)]))
    content = b"\xff\xff" if kind == "no onnx" else model.SerializeToString()
    bundle.write("models/model.onnx", content)
    bundle.seal()
    reason = {"a domain of somebody's": "is not ONNX's own"}
    (refusal,) = inspect(bundle.folder).refusals
    if kind.endswith("weights elsewhere"):
        reason[kind] = "lie in another file"
    assert reason.get(kind, "functions of its own" if kind == "functions" else "no ONNX file") in refusal


def rewrite(source, target, member, edit):
    """Copy an archive, with what `edit` makes of the member whose name ends so."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, edit(content) if info.filename.endswith(member) else content)
