import numpy as np
import pytest

from common.errors import RunError
from common.features.store import CARD, open_store, write_store

KEYS = [(f"{number}.png", "") for number in range(10)]
FEATURES = np.random.default_rng(0).random((10, 3, 4), dtype=np.float32)


def pieces(done):
    return (FEATURES[first : first + 3] for first in range(done, 10, 3))


def test_what_was_written_is_found_again_by_image_and_frame(tmp_path):
    write_store(tmp_path, KEYS, shape=(3, 4), compute=pieces, card={"source": "a test"})
    store = open_store(tmp_path)
    assert np.array_equal(store.features[store.rows(KEYS[::-1])], FEATURES[::-1])
    assert (store.card["images"], store.card["views"], store.card["width"]) == (10, 2, 4)
    assert not (tmp_path / "done.json").exists()


def test_a_killed_extraction_goes_on_where_it_stopped_and_ends_in_the_same_bytes(tmp_path):
    def dying(done):
        yield FEATURES[:3]
        yield FEATURES[3:6]
        raise KeyboardInterrupt

    asked = []

    def going_on(done):
        asked.append(done)
        return pieces(done)

    with pytest.raises(KeyboardInterrupt):
        write_store(tmp_path, KEYS, shape=(3, 4), compute=dying, card={})
    with pytest.raises(RunError, match="no finished features"):
        open_store(tmp_path)
    write_store(tmp_path, KEYS, shape=(3, 4), compute=going_on, card={})
    assert asked == [6]
    assert np.array_equal(open_store(tmp_path).features, FEATURES)


def test_an_image_that_is_not_in_the_store_is_named(tmp_path):
    write_store(tmp_path, KEYS, shape=(3, 4), compute=pieces, card={})
    with pytest.raises(RunError, match=r"1 are missing, e\.g\. strange\.png 3: delete"):
        open_store(tmp_path).rows([KEYS[0], ("strange.png", "3")])


def test_a_store_without_its_card_is_not_finished(tmp_path):
    write_store(tmp_path, KEYS, shape=(3, 4), compute=pieces, card={})
    (tmp_path / CARD).unlink()
    with pytest.raises(RunError, match="no finished features"):
        open_store(tmp_path)
