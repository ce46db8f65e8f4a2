import pytest

from common.errors import ConfigError
from common.house.files import bundles_in, merged, read_config, split


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "a key stands once; 'c' stands twice"),
        ('{"a": 1,}', "a file of JSON; this cannot be read"),
        ("[1]", "a JSON object; this is a list"),
    ],
)
def test_what_is_no_configuration_is_refused(tmp_path, text, message):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_config(tmp_path / "a.json")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "none.json")


def test_head_and_body_are_the_whole(configs):
    for kind in ("train", "evaluate", "inference"):
        head, body = split(configs[kind], kind)
        assert list({**head, **body}.items()) == list(configs[kind].items())
        assert "network_def" not in head
    assert list(split(configs["evaluate"], "evaluate")[0]) == ["_desc_"]
    with pytest.raises(ConfigError, match="a body begins at network_def, which is missing"):
        split({"a": 1}, "train")


def test_evaluate_reaches_into_train_and_leaves_it_as_it_is(configs):
    before = repr(configs["train"])
    both = merged(configs["train"], configs["evaluate"])
    assert both["validate"]["handlers"] == ["@validate::predictions", "@validate::appearance"]
    assert repr(configs["train"]) == before
    with pytest.raises(ConfigError, match=r"valid::x lies inside what train.json does not have"):
        merged(configs["train"], {"valid::x": 1})


def test_a_bundle_that_is_being_written_is_not_seen(tmp_path):
    for name in ("b", "a", ".c.7.tmp"):
        (tmp_path / "bundles" / name / "configs").mkdir(parents=True)
    (tmp_path / "bundles/d/models").mkdir(parents=True)
    assert [folder.name for folder in bundles_in(tmp_path)] == ["a", "b"]
