import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.errors import ImageError, UserError
from common.io.decode import decode_image
from common.io.worker import Decoder

from .hanging import Hanging

ROOT = Path(__file__).parents[2]


@pytest.fixture
def image(tmp_path) -> Path:
    Image.fromarray((np.arange(240) % 251).astype(np.uint8).reshape(12, 20)).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def child_of(decoder: Decoder) -> int:
    return decoder._child.pid


def is_running(pid: int) -> bool:
    """Whether a process exists; a zombie does."""
    return Path(f"/proc/{pid}").exists()


def ends(pid: int, within: float = 10) -> bool:
    deadline = time.monotonic() + within
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def test_it_returns_what_decoding_here_returns(image):
    with Decoder() as decoder:
        decoded = decoder.decode(image)
    np.testing.assert_array_equal(decoded.pixels, decode_image(image))
    assert decoded.pixels.dtype == np.float32
    assert decoded.frames == 1


def test_frames_are_passed_on(tmp_path):
    np.save(tmp_path / "a.npy", np.stack([np.zeros((9, 9), np.uint8), np.full((9, 9), 255, np.uint8)]))
    with Decoder() as decoder:
        assert decoder.decode(tmp_path / "a.npy", 1).pixels.min() == 1
        with pytest.raises(ImageError, match="frames are 0 to 1; asked for 2"):
            decoder.decode(tmp_path / "a.npy", 2)


def test_one_child_serves_many_files_and_survives_a_refusal(image, tmp_path):
    (tmp_path / "b").write_bytes(b"not an image at all")
    with Decoder() as decoder:
        decoder.decode(image)
        child = child_of(decoder)
        with pytest.raises(ImageError, match="not an image this reader knows"):
            decoder.decode(tmp_path / "b")
        decoder.decode(image)
        assert child_of(decoder) == child


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_read(image):
    with Decoder(seconds=0.5) as decoder:
        decoder.decode(image)
        hanging, start = child_of(decoder), time.monotonic()
        with pytest.raises(ImageError, match=r"a\.png: decoding took more than 0\.5 s"):
            decoder.decode(image, Hanging())
        assert time.monotonic() - start < 5
        assert not is_running(hanging)
        np.testing.assert_array_equal(decoder.decode(image).pixels, decode_image(image))


def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_one_is_read(image, tmp_path):
    np.save(tmp_path / "big.npy", np.zeros((12_000, 12_000), np.uint8))  # 144 MB, as float32 576 MB
    with Decoder(megabytes=512) as decoder:
        with pytest.raises(ImageError, match=r"big\.npy: decoding needed more than 512 MB"):
            decoder.decode(tmp_path / "big.npy")
        assert decoder.decode(image).pixels.shape == (12, 20)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_crash_is_a_refusal_and_the_next_file_is_read(image, number):
    with Decoder() as decoder:
        decoder.decode(image)
        threading.Timer(0.2, os.kill, (child_of(decoder), number)).start()
        with pytest.raises(ImageError, match=r"a\.png: the decoder crashed"):
            decoder.decode(image, Hanging())
        assert decoder.decode(image).pixels.shape == (12, 20)


def test_an_error_that_no_decoder_should_raise_is_a_refusal_that_names_it(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((9, 9), np.uint8))
    with Decoder() as decoder, pytest.raises(ImageError, match=r"the decoder crashed \(TypeError\)"):
        decoder.decode(tmp_path / "a.npy", frame="first")


def test_a_window_is_passed_on_and_its_error_comes_back(image):
    with Decoder() as decoder:
        with pytest.raises(ImageError, match="Hounsfield"):
            decoder.decode(image, window="brain")
        child = child_of(decoder)
        with pytest.raises(UserError, match="brian"):
            decoder.decode(image, window="brian")
        assert child_of(decoder) == child


def test_it_leaves_no_process_and_no_zombie(image):
    with Decoder() as decoder:
        decoder.decode(image)
        closed = child_of(decoder)
    assert not is_running(closed)
    forgotten = Decoder()
    forgotten.decode(image)
    child = child_of(forgotten)
    del forgotten
    assert not is_running(child)


def test_the_child_ends_when_its_owner_is_killed(image):
    program = f"""
        from common.io.worker import Decoder
        from tests.io.hanging import Hanging
        decoder = Decoder(seconds=3)
        decoder.decode({str(image)!r})
        print(decoder._child.pid, flush=True)
        decoder.seconds = 60
        decoder.decode({str(image)!r}, Hanging())
    """
    owner = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    child = int(owner.stdout.readline())
    time.sleep(1)  # until it hangs: else it would end by the end of the pipe
    owner.kill()
    owner.communicate()
    assert is_running(child)
    assert ends(child), "a child that hangs in a file must end by its own alarm"


def test_ctrl_c_stops_the_child_and_the_decoder_still_works(image):
    with Decoder(seconds=20) as decoder:
        decoder.decode(image)
        interrupted = child_of(decoder)
        start = time.monotonic()
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            decoder.decode(image, Hanging())
        assert time.monotonic() - start < 10
        assert not is_running(interrupted)
        assert decoder.decode(image).pixels.shape == (12, 20)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_copy_in_another_process_has_a_child_of_its_own(image, method):
    """As in the workers of a DataLoader, which are daemons: multiprocessing allows these no children."""
    context = multiprocessing.get_context(method)
    with Decoder() as decoder, context.Pool(2) as pool:
        decoder.decode(image)
        answers = pool.starmap(decoded_elsewhere, [(decoder, image)] * 4)
        for child, pixels in answers:
            assert child != child_of(decoder)
            np.testing.assert_array_equal(pixels, decode_image(image))
        assert decoder.decode(image).pixels.shape == (12, 20)
        pool.terminate()
        assert all(ends(child) for child, _ in answers)


def decoded_elsewhere(decoder: Decoder, image: Path) -> tuple[int, np.ndarray]:
    pixels = decoder.decode(image).pixels
    return child_of(decoder), pixels


def test_a_decoder_that_was_used_before_a_fork_is_not_shared_with_it(image):
    with Decoder() as decoder:
        decoder.decode(image)
        child, (ours, theirs) = child_of(decoder), os.pipe()
        pid = os.fork()
        if pid == 0:
            decoder.decode(image)
            os.write(theirs, str(child_of(decoder)).encode())
            decoder.close()
            os._exit(0)
        assert int(os.read(ours, 20)) != child
        assert os.waitpid(pid, 0)[1] == 0
        decoder.decode(image)
        assert child_of(decoder) == child
        os.close(ours)
        os.close(theirs)


def test_a_copy_keeps_its_caps():
    copy = pickle.loads(pickle.dumps(Decoder(seconds=2, megabytes=300)))
    assert (copy.seconds, copy.megabytes) == (2, 300)


def test_any_package_name_and_working_directory_will_do(image, tmp_path):
    """In a portable bundle the package is called `scripts`, and lies where nobody's PYTHONPATH points."""
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "scripts").symlink_to(ROOT / "common")
    program = f"""
        import sys
        sys.path.insert(0, {str(bundle)!r})
        from scripts.io.worker import Decoder
        with Decoder() as decoder:
            print(decoder.decode({image.name!r}).pixels.shape, "common" in sys.modules)
    """
    output = subprocess.check_output([sys.executable, "-c", textwrap.dedent(program)], text=True, cwd=image.parent)
    assert output.strip() == "(12, 20) False"


def test_a_relative_path_is_meant_from_here(image, monkeypatch):
    with Decoder() as decoder:
        decoder.decode(image)
        monkeypatch.chdir(image.parent)
        assert decoder.decode(image.name).pixels.shape == (12, 20)


def test_a_child_that_cannot_start_is_an_error_of_the_installation(image, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Decoder() as decoder, pytest.raises(RuntimeError, match="the decoder did not start"):
        decoder.decode(image)


def test_the_child_imports_neither_torch_nor_monai():
    """They alone claim 1.3 GB of address space."""
    program = "import sys, common.io.worker; print({'torch', 'monai'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True, cwd=ROOT).strip() == "set()"
