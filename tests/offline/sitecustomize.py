"""Imported by every Python that starts with this folder on PYTHONPATH: whoever turns to the network is refused.

Each attempt is also written to the file that OFFLINE_LOG names, because a program may catch the refusal and go on.
Sockets within this machine stay: `multiprocessing` uses them.
"""

import os
import sys
from pathlib import Path

HERE = ("127.0.0.1", "::1", "localhost", "", None)

HOST = {
    "socket.getaddrinfo": lambda host, *_: host,
    "socket.gethostbyname": lambda host, *_: host,
    "socket.connect": lambda _, address: address[0] if isinstance(address, tuple) else None,  # AF_UNIX: a path
    "socket.sendto": lambda _, address: address[0] if isinstance(address, tuple) else None,
}
"""The host that each of CPython's audit events names."""


def refuse(event: str, arguments: tuple) -> None:
    if event in HOST and (host := HOST[event](*arguments)) not in HERE:
        with Path(os.environ["OFFLINE_LOG"]).open("a") as log:
            log.write(f"{event} {host} by {' '.join(sys.argv)}\n")
        raise ConnectionRefusedError(f"offline: {event} {host}")


sys.addaudithook(refuse)
