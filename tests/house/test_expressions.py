import pytest

from common.house.expressions import check_expressions

IMPORTS = ["$import common", "$import common.datasets.items", "$import math"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("$math.radians(10)", ""),
        ("$@seed if @network is None else monai.utils.set_determinism(seed=@seed)", ""),
        ("$[side * 0.1 for side in @image_size]", ""),
        ("$lambda output: (output['pred'], output['label'])", ""),
        ("$common.datasets.items.read_items(@dir, len(@names))", ""),
        ("$common.bundle_root('x')", ""),
        ("math.radians(", ""),
        ("$math.radians(", "a: not an expression"),
        ("$numpy.zeros(1) + np.ones(1)", ""),
        ("$sys.stderr.isatty()", "a: it needs $import sys among the imports"),
        ("$common.runs.check()", "a: it needs $import common.runs among the imports"),
        ("$common.datasets.folds.deal()", "a: it needs $import common.datasets.folds among the imports"),
        ("$output['pred']", "a: it needs $import output among the imports"),
        ("$[x for x in y]", "a: it needs $import y among the imports"),
    ],
)
def test_an_expression_parses_and_uses_what_is_imported(text, problem):
    problems = check_expressions({"imports": IMPORTS, "a": text})
    assert len(problems) == bool(problem)
    assert "".join(problems).startswith(problem)


def test_an_import_is_of_a_module():
    assert check_expressions({"imports": [*IMPORTS, "$import common.none", "$import sis"]}) == [
        "imports: there is no module 'common.none'",
        "imports: there is no module 'sis'",
    ]
