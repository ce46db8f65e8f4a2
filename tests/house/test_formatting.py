import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.house.formatting import WIDTH, formatted

FILES = sorted((Path(__file__).parents[2] / "bundles").glob("*/configs/*.json"))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda values: st.lists(values, max_size=5) | st.dictionaries(st.text(max_size=20), values, max_size=5),
    max_leaves=40,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_the_files_of_all_bundles_are_laid_out_so_byte_for_byte(path):
    assert formatted(json.loads(path.read_text())) == path.read_text()


@given(st.dictionaries(st.text(max_size=20), JSON, max_size=5))
def test_a_text_holds_its_configuration_in_its_order_and_is_laid_out_once(config):
    text = formatted(config)
    assert json.dumps(json.loads(text)) == json.dumps(config)
    assert formatted(json.loads(text)) == text


@given(st.dictionaries(st.text("abc", max_size=20), JSON, max_size=5))
def test_only_single_values_are_wider_than_a_line(config):
    for line in formatted(config).splitlines():
        if len(line) > WIDTH:
            value = json.loads("{" + line.strip().removesuffix(",") + "}") if '": ' in line else None
            inner = next(iter(value.values())) if value else json.loads(line.strip().removesuffix(","))
            assert not isinstance(inner, dict | list) or len(inner) == 1


@pytest.mark.parametrize(("length", "lines"), [(WIDTH - 4 - len('"a": ["", 1],'), 4), (WIDTH, 7)])
def test_a_list_that_fits_with_its_key_and_comma_stands_on_one_line(length, lines):
    assert formatted({"a": ["x" * length, 1], "b": 1}).count("\n") == lines
    assert formatted({"a": ["x" * (length + 1), 1], "b": 1}).count("\n") == 7
