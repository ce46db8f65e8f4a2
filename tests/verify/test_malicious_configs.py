"""Bundles whose configurations do what no bundle needs: each is refused, and for that reason."""

import json

import pytest

from common.verify.inspect import inspect

NAME = "on the list of what expressions may name"
ATTRIBUTE = "not on the list of attributes"
GRAMMAR = "not part of any expression"
TARGET = "not on the list of components"
CLIMBS = "does not climb out of its folder"
ABSOLUTE = "begins in its folder"
KEY = "keys are printable"

HIDDEN = {  # by what the author did, the value of a new key of inference.json, and why it is refused
    "__import__ in an expression": ("$__import__('os').system('id')", NAME),
    "eval in an expression": ("$eval('1')", NAME),
    "exec in an expression": ("$exec('1')", NAME),
    "open in an expression": ("$open('models/model.pt')", NAME),
    "getattr, which reaches everything": ("$getattr(torch, 'load')", NAME),
    "the globals of the evaluation": ("$globals()", NAME),
    "torch.load, which unpickles": ("$torch.load('models/model.pt')", NAME),
    "torch.hub, which runs what it downloads": ("$torch.hub.load('a/b', 'c')", NAME),
    "the module os as an attribute of torch": ("$torch.os.system('id')", NAME),
    "numpy's unpickling": ("$np.load('docs/a.npy', allow_pickle=True)", NAME),
    "a download by MONAI": ("$monai.bundle.download('x')", NAME),
    "an import by name through MONAI": ("$monai.utils.optional_import('os')", NAME),
    "a function of our own that writes files": ("$scripts.files.write_text('a', 'b')", NAME),
    "the repository's common in an exported bundle": ("$common.check_command_line()", NAME),
    "the classic way over all subclasses": ("$().__class__.__bases__[0].__subclasses__()", ATTRIBUTE),
    "a dunder of a reference": ("$@network.__class__", ATTRIBUTE),
    "a dunder of a builtin": ("$len.__self__", NAME),
    "the globals of a lambda": ("$(lambda: 0).__globals__", ATTRIBUTE),
    "an attribute reached by a format string": ("$'{0.__class__}'.format(@network)", ATTRIBUTE),
    "an attribute reached by an f-string": ("$f'{1}'", GRAMMAR),
    "a walrus that binds a name": ("$(x := len)", GRAMMAR),
    "a comprehension that makes a module mean something else": (
        "$[len for torch in [1]]",
        "not to mean something else",
    ),
    "a comprehension that hides a call": ("$[__import__('os') for i in [1]]", NAME),
    "a comprehension that assigns to an attribute": ("$[0 for @network.training in [1]]", "binds a name"),
    "a generator that never ends": ("$len(i for i in [1])", GRAMMAR),
    "a lambda with a default that is evaluated at once": ("$lambda x=__import__('os'): x", NAME),
    "a lambda that is called at once": ("$(lambda: 1)()", "neither a name nor a method"),
    "a lambda that calls whatever it is given": ("$lambda f: f('id')", "neither a name nor a method"),
    "a call of what a call returns": ("$len(@knobs)(1)", "neither a name nor a method"),
    "a power that fills the memory": ("$9**9**9", GRAMMAR),
    "a computed key": ("$@knobs['a' + 'b']", "only a text stands in brackets"),
    "a module handed on by its import": ("$@imports::0.run('id')", "would hand a module on"),
    "a module handed on by a reference": ("@imports::0", "would hand a module on"),
    "MONAI's own variable": ("$__local_refs", "MONAI's own"),
    "code that a reference inside a text lets out": ("$'@if' else __import__('os')", NAME),
    "full-width letters, which Python takes for os": ("$\uff4f\uff53.system('id')", "printable ASCII"),
    "a Cyrillic letter in a name": ("$l\u0435n(@knobs)", "printable ASCII"),
    "a line break in an expression": ("$1\n", "printable ASCII"),
    "an expression too long to be read": ("$" + "1 + " * 500 + "1", "printable ASCII"),
    "parentheses too deep to be parsed": ("$" + "(" * 400 + ")" * 400, "400 characters at most"),
    "half an expression": ("$len(", "not an expression"),
    "bytes": ("$b'x'", "no text, number or truth"),
    "an import outside of imports": ("$import os", "only the list `imports` imports"),
    "an expression in a list in a list": ([[["$eval('1')"]]], NAME),
    "an expression in a description": ({"_desc_": "$eval('1')"}, NAME),
    "an expression in what is disabled": ({"_target_": "Compose", "_disabled_": "$eval('1')"}, NAME),
    "an expression in what is required first": ({"_target_": "Compose", "_requires_": "$eval('1')"}, NAME),
    "an expression in a key": ({"$eval('1')": 1}, KEY),
    "code in a key, which MONAI writes into a text": (
        {"a' and __import__('os').system('id') or '": {"b": "$'%::'"}},
        KEY,
    ),
    "a reference that MONAI completes from the keys": ({"a": {"b": "$'%::'"}}, "a reference says the whole id"),
    "a reference to what is beside": ({"a": "@::b"}, "a reference says the whole id"),
    "a reference to what is beside, with #": ({"a": "@##b"}, "a reference says the whole id"),
    "an argument that ends in a compiler's command line": (
        {"_target_": "SupervisedEvaluator", "compile_kwargs": {"options": {"cpp.march": "native -wrapper sh,-c,id"}}},
        "nothing is compiled",
    ),
    "a function of its own handed on": ({"_target_": "Dataset", "transform": "$scripts.locks.hold"}, "not handed on"),
    "a text taken apart by a list": ("$[scripts.locks.hold(sign) for sign in 'a/']", "gets nothing from a list"),
    "a text taken apart by a call": ("$scripts.locks.hold(*'a/')", "one by one"),
    "a text taken apart by its least sign": ("$min('.a') + min('.a')", "two values or more"),
    "a text taken apart among others": ("$min(*'.a', 'z')", "one by one"),
    "a text formatted from numbers": ("$scripts.locks.hold('a%c%c' % (47, 46))", "formats no text"),
    "another's text formatted from numbers": ("$@a % @b", "formats no text"),
    "an address in the place of a folder": ({"log_dir": "ftp://127.0.0.1/x"}, "has no colon"),
    "an address that grows": ({"log_dir": "$@output_dir + '/a://b'"}, "has no colon"),
    "a folder beside the bundle": ({"folder": "$@bundle_root + 'x'"}, "or it is beside it"),
    "a folder that grows by another's text": ({"folder": "$@output_dir + '/' + @dots"}, "a path grows by"),
    "a component of the operating system": ({"_target_": "os.system", "command": "id"}, TARGET),
    "a process": ({"_target_": "subprocess.Popen", "args": ["id"]}, TARGET),
    "a component that unpickles": ({"_target_": "torch.load", "f": "docs/a"}, TARGET),
    "a component that runs what it downloads": ({"_target_": "torch.hub.load", "model": "x"}, TARGET),
    "a component of MONAI that runs other bundles": ({"_target_": "ConfigWorkflow", "config_file": "a"}, TARGET),
    "a component of MONAI that calls anything": ({"_target_": "monai.utils.module.instantiate"}, TARGET),
    "a component of MONAI that unpickles .npy": ({"_target_": "LoadImaged", "keys": "image"}, TARGET),
    "a component of ours that is for commands": ({"_target_": "scripts.weights.fetch.fetch"}, TARGET),
    "a component deep in lists": ([{"a": [{"_target_": "builtins.exec"}]}], TARGET),
    "a component in another case": ({"_target_": "compose"}, TARGET),
    "a component chosen by an expression": ({"_target_": "$len"}, TARGET),
    "a component chosen by a reference": ({"_target_": "@network"}, TARGET),
    "a component chosen by a list": ({"_target_": ["os.system"]}, TARGET),
    "a component that is a homograph": ({"_target_": "C\u043empose"}, TARGET),
    "the debugger as a mode": ({"_target_": "Compose", "_mode_": "debug"}, "_mode_ is default"),
    "a class handed on": ({"_target_": "Compose", "_mode_": "callable"}, "_mode_ is default"),
    "the debugger as an argument": ({"_target_": "Compose", "_debug_": True}, "keys that begin with _"),
    "a special key in another case": ({"_Target_": "os.system"}, "keys that begin with _"),
    "a special key of full-width letters": ({"_\uff54arget_": "os.system"}, "keys that begin with _"),
    "a file of the machine, included": ("%/etc/config.json::a", "nothing is copied in"),
    "a file beside the bundle, included": ("%../other/train.json::run", "nothing is copied in"),
    "its own metadata, included": ("%configs/metadata.json::task", "nothing is copied in"),
    "a part of itself, copied where it means more": ("%imports", "nothing is copied in"),
    "a path of the machine": ("/etc/passwd", ABSOLUTE),
    "a path of a home": ("~/.ssh/authorized_keys", ABSOLUTE),
    "a path of a Windows machine": ("C:\\Windows", ABSOLUTE),
    "a path that climbs": ("models/../../x", CLIMBS),
    "a path that climbs on Windows": ("models\\..\\..\\x", CLIMBS),
    "a path that climbs in an expression": ("$scripts.weights.load_network(@network, @ckpt_dir + '/../x')", CLIMBS),
    "a path put together from dots": ("$@bundle_root + @bundle_root", "is a folder, which goes to"),
    "a folder kept under another name": ("@bundle_root", "only goes to folders"),
    "a folder as a text": ("$str(@bundle_root)", "is a folder, which goes to"),
    "results of a function in another folder": (
        "$scripts.report.inference.write_inference(@predictions, ckpt_dir=@ckpt_dir, output_dir='a')",
        "output_dir is a reference to a folder",
    ),
    "a component that writes where it likes": (
        {"_target_": "Compose", "log_dir": "$min('a', 'b')"},
        "is a reference to one",
    ),
    "a folder that grows by computing": ({"folder": "$@output_dir + min('a', 'b')"}, "a path grows by"),
    "no folder at all": ({"output_dir": None}, "a folder is a text"),
}


@pytest.mark.parametrize(("value", "reason"), HIDDEN.values(), ids=HIDDEN)
def test_a_configuration_is_refused_for(bundle, value, reason):
    bundle.set("handlers 0", value)
    bundle.seal()
    assert_refused(bundle, reason, where="configs/inference.json")


ELSEWHERE = {  # other keys, and other files
    "an import of a module that runs programs": (
        "inference",
        "imports 0",
        "$import subprocess",
        "imports what our bundles",
    ),
    "an import under another name": ("inference", "imports 0", "$import os as torch", "imports what our bundles"),
    "an import from a module": ("inference", "imports 0", "$from os import system", "imports what our bundles"),
    "two imports, of which MONAI takes one": ("inference", "imports 0", "$import sys, os", "imports what our bundles"),
    "an import and a statement": ("inference", "imports 0", "$import sys; print(1)", "imports what our bundles"),
    "an import in the place of another": ("evaluate", "imports::0", "$import pickle", "imports what our bundles"),
    "an import that is added": ("evaluate", "+imports", ["$import socket"], "imports what our bundles"),
    "an expression among the imports": ("inference", "imports 0", "$__import__('os')", NAME),
    "a component changed by its id": ("evaluate", "network_def::_target_", "os.system", TARGET),
    "a component changed by its id with #": ("evaluate", "network_def#_target_", "os.system", TARGET),
    "a component added to by its id": ("evaluate", "+network_def::_target_", "os.system", TARGET),
    "an expression in a file that nobody runs": ("spare", "", {"a": "$eval('1')"}, NAME),
    "an import in metadata, which MONAI runs": (
        "metadata",
        "description",
        "$import antigravity",
        "only the list `imports`",
    ),
    "an expression in metadata": ("metadata", "version", "$eval('1')", NAME),
    "a file included by metadata": ("metadata", "description", "%/etc/a.json", "nothing is copied in"),
    "results in the user's home": ("inference", "output_dir", "/home/user/.ssh", ABSOLUTE),
    "results above the bundle": ("train", "ckpt_dir", "$@bundle_root + '/../..'", CLIMBS),
    "a root that is the machine's": ("inference", "bundle_root", "/", ABSOLUTE),
    "a root above": ("inference", "bundle_root", "..", CLIMBS),
    "results where an expression says": ("train", "output_dir", "$@backbone + 'x'", "a folder is a reference to one"),
    "results where another key says": ("train", "output_dir", "@backbone", "a folder refers to a folder"),
    "results where a text says that looks like a reference": (
        "train",
        "output_dir",
        "@x/../../../y_dir",
        "a folder refers to a folder",
    ),
    "a name in paths that is computed": ("train", "backbone", "$'a' + 'b'", "which is not computed"),
    "a name in paths that is referred to": ("train", "fold", "@x", "which is not computed"),
    "a name in paths that is an address": ("train", "fold", "ftp://b", "has no colon"),
    "code in an id, which MONAI writes into a text": ("evaluate", "a'or(__import__('os').system('id'))or'::b", 1, KEY),
    "a compiler turned on by its id": ("evaluate", "evaluator::compile", True, "nothing is compiled"),
    "results nowhere": ("train", "output_dir", "", "a folder is a text"),
    "a step that is not run by any of ours": ("train", "run", ["$@train::trainer.terminate()"], ATTRIBUTE),
    "a list in the place of a configuration": ("spare", "", ["$eval('1')"], "a configuration is a JSON object"),
}


@pytest.mark.parametrize(("kind", "key", "value", "reason"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_bundle_is_refused_for(bundle, kind, key, value, reason):
    path = f"configs/{kind}.json"
    if key:
        bundle.set(key, value, path=path)
    else:
        bundle.write(path, json.dumps(value))
    bundle.seal()
    assert_refused(bundle, reason, where=path)


TEXTS = {
    "a key that stands twice": ('{"run": [], "run": ["$1"]}', "stands twice"),
    "a component that stands twice": ('{"a": {"_target_": "Compose", "_target_": "os.system"}}', "stands twice"),
    "NaN": ('{"learning_rate": NaN}', "JSON has no NaN"),
    "infinity": ('{"learning_rate": -Infinity}', "JSON has no -Infinity"),
    "a number that overflows": ('{"learning_rate": 1e999}', "a number is finite"),
    "lists within lists without end": ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "at most 64 deep"),
    "a key of a megabyte": ('{"' + "a" * 2**19 + '": 1}', "at most 200 characters"),
    "a text that never ends": ('"' + '\\"' * 250_000, "not JSON"),
    "a text that never ends, after a backslash": ('"' + '\\"' * 250_000 + "\\", "not JSON"),
    "eighty thousand keys, the last of them twice": (
        "{" + "".join(f'"{number}":1,' for number in range(80_000)) + '"1":1}',
        "stands twice",
    ),
    "a comment": ('{"a": 1} // b', "not JSON"),
    "nothing": ("", "not JSON"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "no UTF-8"),
    "an escaped dollar": ('{"a": "\\u0024eval(1)"}', NAME),
    "a huge number": ('{"a": ' + "9" * 10_000 + "}", "not JSON"),
    "two megabytes": ('{"a": "' + "x" * 2**21 + '"}', "at most 1,048,576 bytes"),
}


@pytest.mark.parametrize(("text", "reason"), TEXTS.values(), ids=TEXTS)
def test_a_configuration_is_refused_whose_text_has(bundle, text, reason):
    bundle.write("configs/train.json", text)
    bundle.seal()
    assert_refused(bundle, reason, where="configs/train.json")


def assert_refused(bundle, reason, *, where):
    """The bundle is refused for that reason, and for nothing in any other file."""
    refusals = inspect(bundle.folder).refusals
    assert any(reason in line for line in refusals), refusals
    assert all(line.strip("'").startswith(where) for line in refusals)
