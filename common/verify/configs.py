"""A bundle's configurations: their keys, components, expressions, references and paths, as MONAI will read them.

MONAI parses every text of a configuration, wherever it stands, and metadata.json beside it: `$` is evaluated, `@`
replaced, `%` copied in from any file, and all imports run before anything else.
"""

import re
from typing import Any

from ..bundles import walk
from .allowed import COMPUTE, Allowed
from .expressions import check_expression, check_import
from .paths import PIECES, is_folder, piece_problem, refers_to_folder, text_problem

_OWN_KEYS = ("_target_", "_desc_", "_like_", "_differs_", "_disabled_", "_requires_", "_mode_")
"""Keys that begin with an underscore: MONAI's and ours. `_debug_`, say, opens a debugger."""

_IMPORTS = re.compile(r"\+?imports::\d+")
"""Where a configuration imports."""

_IN_NO_KEY = re.compile(r"[$@%'\"`\\]")
"""What no key has, since MONAI writes keys into texts in the place of `@::`, which are evaluated only then."""

_SCORES = "eval_metrics::"
"""In metadata, scores by the names of classes, which are anybody's."""

_RELATIVE = re.compile(r"[@%](?:::|#)")
"""What MONAI replaces in every text by the keys above it."""

_COMPILES = ("compile", "compile_kwargs")
"""Arguments of MONAI's engines that end in the command line of a compiler."""

_REFERENCE = re.compile(r"@[a-zA-Z0-9]\w*(?:::[a-zA-Z0-9]\w*)*", re.ASCII)
"""A reference: not to `_meta_`, or a `_desc_`, whose texts may be anything."""


def check_config(config: Any, allowed: Allowed) -> list[str]:
    """Return what a configuration has that none of ours needs, a line each, with its id.

    Args:
        config: The content of a JSON file.
        allowed: What it may name.
    """
    if not isinstance(config, dict):
        return ["a configuration is a JSON object"]
    return [
        f"{where!a}: {problem}" if not where.isprintable() or not where.isascii() else f"{where}: {problem}"
        for where, value in walk(config)
        for problem in _check(where.replace("#", "::"), value, allowed)
    ]


def _check(where: str, value: Any, allowed: Allowed) -> list[str]:
    key = where.rpartition("::")[2].lstrip("+")
    problems = _check_key(where)
    if key in _COMPILES:
        problems.append("nothing is compiled: what a compiler is told may run a program")
    if isinstance(value, str) and _RELATIVE.search(value):
        problems.append(f"a reference says the whole id; got {value!a}")
    return problems + _check_value(where.lstrip("+"), key, value, allowed)


def _check_value(where: str, key: str, value: Any, allowed: Allowed) -> list[str]:
    if key == "_target_":
        return _check_target(value, allowed)
    if key == "_mode_" and value != "default":
        return [f"_mode_ is default: debug opens a debugger, callable hands a class on; got {value!a}"]
    if is_folder(key):
        return _check_folder(key, value, allowed)
    if where in PIECES:
        return _check_piece(where, value, allowed)
    return _check_text(where, value, allowed) if isinstance(value, str) else []


def _check_key(where: str) -> list[str]:
    parts = [part.lstrip("+") for part in where.split("::")]
    refused = re.compile(r"[$@%]") if where.startswith(_SCORES) else _IN_NO_KEY
    if odd := [part for part in parts if not part.isprintable() or refused.search(part)]:
        return [f"keys are printable, without quotes, $, @, % and backslash; got {odd[0][:80]!a}"]
    if any(part.startswith("_") and part not in _OWN_KEYS for part in parts):
        return [f"of the keys that begin with _, a bundle has {', '.join(_OWN_KEYS)}"]
    return []


def _check_target(value: Any, allowed: Allowed) -> list[str]:
    if isinstance(value, str) and value in allowed.targets | COMPUTE:
        return []
    return [f"not on the list of components: {value!a}"]


def _check_folder(key: str, value: Any, allowed: Allowed) -> list[str]:
    if not isinstance(value, str) or not value or value.startswith("%"):
        return [f"a folder is a text, an expression or a reference; got {value!a}"]
    if value.startswith("$"):
        return check_expression(value, allowed, folder=True)
    if value.startswith("@"):
        known = _REFERENCE.fullmatch(value) and refers_to_folder(value[1:])
        return [] if known else [f"a folder refers to a folder; got {value!a}"]
    problem = "" if (key, value) == ("bundle_root", ".") else piece_problem(value)
    return [problem] if problem else []


def _check_piece(key: str, value: Any, allowed: Allowed) -> list[str]:
    """Return what is wrong with a key that a path may have in it: a text, a number, or of the model."""
    if not isinstance(value, str):
        return [f"{key} may be part of a path: a text or a number; got {value!a}"] * isinstance(value, dict | list)
    if value in (f"${package}.trained('{key}', @bundle_root, @ckpt_dir)" for package in ("common", "scripts")):
        return _check_text(key, value, allowed)
    if value[:1] in ("$", "@", "%"):
        return [f"{key} may be part of a path, which is not computed; got {value!a}"]
    problem = piece_problem(value)
    return [problem] if problem else []


def _check_text(where: str, text: str, allowed: Allowed) -> list[str]:
    if text.startswith("$"):
        if re.search(r"\bimport\b", text):
            imports = _IMPORTS.fullmatch(where)
            return check_import(text, allowed) if imports else [f"only the list `imports` imports; got {text!a}"]
        return check_expression(text, allowed)
    if text.startswith("%"):
        return [f"nothing is copied in, from this file or another; got {text!a}"]
    if text.startswith("@"):
        return _check_reference(text.replace("#", "::"))
    problem = text_problem(text)
    return [problem] if problem else []


def _check_reference(text: str) -> list[str]:
    if not _REFERENCE.fullmatch(text):
        return [f"a reference is @ and an id; got {text!a}"]
    if "imports" in text[1:].split("::"):
        return ["@imports would hand a module on"]
    return [f"{text} is a folder, which only goes to folders"] if refers_to_folder(text[1:]) else []
