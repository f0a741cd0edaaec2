"""ports - free ports on loopback. Each process has a stretch of its own, and goes round in it: what
a program had that was killed is not given to another before it is back."""

import contextlib
import fcntl
import functools
import itertools
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Below those that the system gives to who only connects.
FIRST, STRETCHES, SIZE = 10_000, 20, 1_100


def _is_mine(stretch: int) -> bool:
    """From now until this process ends."""
    path = Path(tempfile.gettempdir()) / f"lokethub-ports-{os.getuid()}-{stretch}"
    lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    return True


@functools.cache
def _ports() -> Iterator[int]:
    stretch = next(filter(_is_mine, range(STRETCHES)))
    begin = FIRST + stretch * SIZE
    return itertools.cycle(range(begin, begin + SIZE))


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        found: list[int] = []
        while len(found) < count:
            with contextlib.suppress(OSError):
                port = next(_ports())
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
                found.append(port)
        return found
