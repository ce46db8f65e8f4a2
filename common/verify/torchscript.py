"""TorchScript archives, which hold code: read, never loaded."""

import ast
import re
import zipfile
import zlib
from pathlib import Path

from ..errors import TrustError
from ..weights.formats.pytorch import PLAIN
from .layout import check_layout
from .operators import OPERATORS, PRIMITIVES
from .pickles import imported
from .syntax import dotted

_PICKLED = re.compile(r"torch\.jit\._pickle\.\w+|__torch__\.(?!.*\bclasses\b).*")
"""What TorchScript's pickles import beside tensors: its lists, and classes of the code in the same archive."""

_MEMBERS = re.compile(
    r"[\w.-]+/(?:version|byteorder|\.format_version|\.storage_alignment|\.data/serialization_id|"
    r"(?:data|constants|traced_inputs)(?:\.pkl|/\d+)|code/[\w/]+\.py(?:\.debug_pkl)?)",
    re.ASCII,
)
"""What such an archive holds; torch's reader takes `SAVES.PY` for code, too."""

LONGEST = 2**18
"""Bytes of one file of code, which take some 230 times as much once parsed (CPython 3.11, sums of tensors); our longest
has 20,000."""

SPARSEST = 20
"""Times its own size that an archive may unpack to: its weights do not shrink, code by itself to a tenth."""


def check_torchscript(path: Path) -> list[str]:
    """Return what a TorchScript archive does beyond arithmetic on tensors, a line each."""
    try:
        check_layout(path)
        with zipfile.ZipFile(path) as archive:
            declared = sum(info.file_size for info in archive.infolist())
            if declared > SPARSEST * path.stat().st_size:
                return [f"an archive of {path.stat().st_size:,} bytes that declares {declared:,}"]
            return [problem for info in archive.infolist() for problem in _check(archive, info)]
    except (TrustError, zipfile.BadZipFile, RuntimeError, zlib.error) as error:
        return [f"no sound TorchScript archive: {error}"]


def _check(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> list[str]:
    name = info.filename
    if not _MEMBERS.fullmatch(name):
        return [f"{name!a}: nothing that TorchScript writes of a network"]
    if name.endswith(".pkl"):
        names = imported(archive.read(info))
        foreign = [text for text in names if not (PLAIN.fullmatch(text) or _PICKLED.fullmatch(text))]
        return [f"{name} imports {text}" for text in foreign]
    if not name.endswith(".py"):
        return []
    if info.file_size > LONGEST:
        return [f"{name}: at most {LONGEST:,} bytes of code; got {info.file_size:,}"]
    return [f"{name}: {problem}" for problem in _check_code(archive.read(info))]


def _check_code(content: bytes) -> list[str]:
    try:
        tree = ast.parse(content.decode("ascii"))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [f"no code of TorchScript's ({error})"]
    allowed = {f"torch.{name}" for name in OPERATORS} | {f"ops.{name}" for name in PRIMITIVES}
    foreign = []
    for name in sorted(_whole_names(tree)):
        root = name.partition(".")[0]
        # By itself, `torch` could be given to getattr, or another name.
        if (root in ("torch", "ops") and name not in allowed) or name == "__torch__" or ".classes" in name:
            foreign.append(name)
    return [f"the operator {name} is not on the list of those that only compute" for name in foreign]


def _whole_names(tree: ast.AST) -> set[str]:
    """Return names with all their attributes: `a.b.c`, and not `a.b` and `a` besides."""
    nodes = list(ast.walk(tree))
    parts = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    return {dotted(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute) and id(node) not in parts}
