import torch

from common.handlers.state_file import CURRENT, PREVIOUS, read_state, write_state


def test_the_newest_whole_state_is_read(tmp_path):
    assert read_state(tmp_path) is None
    for epoch in (1, 2):
        write_state(tmp_path, {"epoch": epoch, "weights": torch.full((3,), float(epoch))})
    assert read_state(tmp_path)["epoch"] == 2
    (tmp_path / CURRENT).unlink()
    assert torch.equal(read_state(tmp_path)["weights"], torch.ones(3))


def test_two_damaged_states_are_no_state(tmp_path, caplog):
    for epoch in (1, 2):
        write_state(tmp_path, {"epoch": epoch})
    for name in (CURRENT, PREVIOUS):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-1])
    assert read_state(tmp_path) is None
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
