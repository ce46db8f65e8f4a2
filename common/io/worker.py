"""Decoding of untrusted files in a process of its own, which may crash, hang or swell without harm to this one."""

import contextlib
import math
import os
import pickle
import signal
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import ConfigError, ImageError
from .decode import decode
from .decode.decoded import Decoded

STARTUP_SECONDS = 60.0
"""How long the process may take to import NumPy and Pillow (0.3 s on an idle machine, much more on a busy disk)."""

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Each thread of a BLAS claims address space, and the more cores a machine has, the less the cap would leave."""

_BLAME = "damaged, or made to do harm"

REFUSALS = {"ImageError": ImageError, "ConfigError": ConfigError}
"""What `decode` raises, by name."""

Answer = tuple[str, Any]
"""The name of a refusal, and its words; or an empty name, and the values of a `Decoded`.

Nothing of this package's own goes through the pipe: it is found by the name of its module, under which MONAI Label has
another bundle's by now.
"""


class Decoder:
    """`decode` in a child process with a cap on time and memory, reused from file to file.

    The child is started with the first file, and again after it was stopped. It ends with its owner, however that ends.
    A copy in another process (a fork, or pickled to a DataLoader's worker) starts a child of its own. Not for use by
    several threads at a time.

    Args:
        seconds: Time for one file.
        megabytes: Address space of the child (2^20 bytes each), of which its libraries take about 200.
    """

    def __init__(self, seconds: float = 5.0, megabytes: int = 1024) -> None:
        self.seconds = seconds
        self.megabytes = megabytes
        self._owner = os.getpid()
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def decode(self, path: str | Path, frame: int | None = None, *, window: str = "none") -> Decoded:
        """Return what `io.decode.decode` returns for the same arguments.

        Raises:
            ImageError: As there; or the file took too long, needed too much memory, or crashed the decoder.
            ConfigError: No window has this name.
        """
        path = Path(path).absolute()  # the child keeps the working directory that it was started in
        try:
            refusal, answer = self._ask(self._connected(), (path, frame, window))
        except BaseException:  # Ctrl-C too: its late answer must not be taken for the next file's
            self.close()
            raise
        if refusal:
            raise REFUSALS[refusal](answer)
        return Decoded(*answer)

    def _ask(self, pipe: Connection, request: tuple[Path, int | None, str]) -> Answer:
        try:
            pipe.send(request)
            if not pipe.poll(self.seconds):
                raise ImageError(f"{request[0]}: decoding took more than {self.seconds:g} s: {_BLAME}")
            answer: Answer = pipe.recv()
            return answer
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise ImageError(f"{request[0]}: the decoder crashed: {_BLAME}") from error

    def close(self) -> None:
        """Stop the child, if there is one; another `decode` starts a new one."""
        child, pipe, self._child, self._pipe = self._child, self._pipe, None, None
        if pipe:
            pipe.close()
        if child and self._owner == os.getpid():
            child.kill()
            child.wait()

    def _connected(self) -> Connection:
        if self._owner != os.getpid():
            self.close()
            self._owner = os.getpid()
        if self._pipe is None:
            self._pipe = self._started()
        return self._pipe

    def _started(self) -> Connection:
        # Not multiprocessing: a DataLoader's worker may have no children of that kind, a fork would bring torch's
        # address space along, and spawn imports the main program. The child finds this very package, called `common`
        # here and `scripts` in a portable bundle, from any working directory: by its own name, below its own root.
        root = str(Path(__file__).resolve().parents[__name__.count(".")])
        pipe, theirs = Pipe()
        call = f"serve({theirs.fileno()}, {self.seconds!r}, {self.megabytes!r})"
        program = f"import sys; sys.path[:] = {[root, *sys.path]!r}; from {__name__} import serve; {call}"
        with theirs:
            self._child = subprocess.Popen(
                [sys.executable, "-c", program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **_ONE_THREAD},
                start_new_session=True,  # Ctrl-C is its owner's to handle
            )
        try:
            if not pipe.poll(STARTUP_SECONDS):
                raise RuntimeError(f"the decoder did not start within {STARTUP_SECONDS:g} s")
            pipe.recv()
        except (EOFError, OSError) as error:
            raise RuntimeError("the decoder did not start: its reason stands above") from error
        return pipe

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def __reduce__(self) -> tuple[type["Decoder"], tuple[float, int]]:
        return Decoder, (self.seconds, self.megabytes)


def serve(descriptor: int, seconds: float, megabytes: int) -> None:
    """Be the child: answer requests on a pipe, each with what `decode` returned or raised, until it is closed."""
    import resource

    limit = megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a patient's image has no place in a core dump
    pipe = Connection(descriptor)
    pipe.send("ready")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libraries print of a file belongs in no log
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            request = pipe.recv()
            # Ends a child that hangs after its owner was killed; its owner itself is never that late.
            signal.alarm(math.ceil(seconds) + 1)
            pipe.send_bytes(_answer(*request, megabytes=megabytes))
            signal.alarm(0)


def _answer(path: Path, frame: int | None, window: str, *, megabytes: int) -> bytes:
    answer: Answer
    try:
        answer = "", tuple(decode(path, frame, window=window))
    except (ImageError, ConfigError) as error:
        answer = type(error).__name__, str(error)
    except MemoryError:
        answer = "ImageError", f"{path}: decoding needed more than {megabytes:,} MB: {_BLAME}"
    except Exception as error:
        answer = "ImageError", f"{path}: the decoder crashed ({type(error).__name__}): {_BLAME}"
    return pickle.dumps(answer)
