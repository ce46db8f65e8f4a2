from collections import Counter
from itertools import islice

from common.phantoms.draw import from_block, in_turn, stream

BLOCK = ("a", "a", "a", "b")


def test_streams_are_equal_for_equal_keys_only():
    first = stream(0, "busi", 3).random(4)
    assert (first == stream(0, "busi", 3).random(4)).all()
    for other in (stream(1, "busi", 3), stream(0, "busbra", 3), stream(0, "busi", 4), stream(0, "busi", 3, 0)):
        assert not (first == other.random(4)).any()


def test_each_block_holds_the_same_elements_in_its_own_order():
    drawn = [from_block(BLOCK, index, seed=0, key="label") for index in range(80)]
    turns = [tuple(drawn[start : start + 4]) for start in range(0, 80, 4)]
    assert all(Counter(turn) == Counter(BLOCK) for turn in turns)
    assert len(set(turns)) == 4


def test_in_turn_is_the_sequence_of_from_block():
    expected = [from_block(BLOCK, index, seed=5, key="label") for index in range(10)]
    assert list(islice(in_turn(BLOCK, seed=5, key="label"), 10)) == expected
