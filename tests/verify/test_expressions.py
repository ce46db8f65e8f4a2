"""Properties of the check of expressions: what MONAI evaluates is what is read, and nothing below Python is reached."""

import ast
import os.path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common.verify.allowed import OURS
from common.verify.configs import _RELATIVE
from common.verify.expressions import as_evaluated, check_expression
from common.verify.paths import text_problem

SIGNS = st.text("@:#_ab1 '\"[](){}.,+*$", max_size=30)


class Anything(dict):
    """References to whatever is asked for."""

    def __contains__(self, key):
        return True


@given(SIGNS)
def test_what_is_read_is_what_monai_evaluates(text):
    from monai.bundle import ConfigParser, ReferenceResolver

    whole = f"${text}"
    if not _RELATIVE.search(whole):
        whole = ConfigParser.resolve_relative_ids("any::id", whole)
    assert as_evaluated(f"${text}") == ReferenceResolver.update_refs_pattern(whole, Anything())[1:]


ATOMS = st.sampled_from(["@network", "len", "torch.device", "1", "'a'", "@knobs['task']", "engine", "()", "[]"])
DUNDERS = st.sampled_from(
    ["__class__", "__globals__", "__init__", "__subclasses__", "__dict__", "__reduce__", "__self__"]
)
FRAMES = st.sampled_from([
    "{}", "len({})", "[{}]", "({}, 1)", "{} if True else 1", "1 if {} else 2", "lambda engine: {}", "@network.to({})",
    "[name for name in {}]", "[name for name in [1] if {}]", "-{}", "not {}", "{} + 'a'", "str({})", "({})['pred']",
    "({}).run()", "({})()", "common.trained({}, 1)", "common.check_knobs(**{})", "common.check_knobs(a={})", "[*{}]",
    "{{'a': {}}}", "{} > 0", "{} and 1", "lambda a={}: a", "({}).data",
])  # fmt: skip


@given(ATOMS, DUNDERS, st.lists(FRAMES, max_size=4))
def test_no_expression_with_a_dunder_attribute_passes(atom, dunder, frames):
    text = f"({atom}).{dunder}"
    for frame in frames:
        text = frame.format(text)
    assume(_parses(text))
    assert check_expression(f"${text}", OURS)


@given(st.text(max_size=40) | SIGNS)
def test_any_text_at_all_gets_an_answer(text):
    check_expression(f"${text}", OURS)


@pytest.mark.parametrize(
    "text", ["-" * 398 + "1", "1+" * 199 + "1", "not " * 99 + "1", "[" * 199 + "]" * 199, "@a" * 199]
)
def test_the_deepest_expression_gets_an_answer(text):
    check_expression(f"${text}", OURS)


PIECES = st.sampled_from(["a", "/", ".", "..", "/a", "a/", "../", "/..", "./", "a.", ".a", "\\", "..\\"])
TERMS = st.one_of(
    PIECES.map(repr), st.sampled_from(["@bundle_root", "@output_dir", "@fold", "@a", "str(@fold)", "str(@bundle_root)"])
)


@given(st.lists(TERMS, min_size=1, max_size=5), PIECES, PIECES)
def test_no_path_that_passes_leads_out_of_the_bundle(terms, a, b):
    assume(not (text_problem(a) or text_problem(b)))
    text = " + ".join(terms)
    if check_expression(f"${text}", OURS, folder=True) == []:
        values = {"bundle_root": ".", "output_dir": "./eval", "fold": a, "a": b}
        path = os.path.normpath(eval(as_evaluated(f"${text}"), {"__local_refs": values}).replace("\\", "/"))
        assert not path.startswith("/")
        assert path.partition("/")[0] != ".."


@pytest.mark.parametrize("text", ["$@output_dir + '/inference/saliency'", "$@bundle_root + '/models'", "$@ckpt_dir"])
def test_a_path_inside_passes(text):
    assert check_expression(text, OURS, folder=True) == []


def _parses(text):
    try:
        ast.parse(as_evaluated(f"${text}"), mode="eval")
    except SyntaxError:
        return False
    return True
