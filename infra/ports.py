"""Ports of the loopback interface for processes that are still to be started."""

from __future__ import annotations

import os
import socket
from itertools import chain, count, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
# Below what the kernel hands out (Linux from 32768, macOS from 49152) to outgoing connections and to whoever asks for
# any port: otherwise somebody could sit on it before the process has started, or while it is started again.
_PORTS = range(20000, 30000)
_TRIED = 200
# Nobody holds a port that is drawn and not yet used, so chance would give two the same one: each process counts on
# from a place of its own. Processes started together have neighbouring numbers, and the golden section of the range
# puts neighbours far apart.
_APART = 6181
_drawn = count()


def unused_ports(*wanted: int) -> Iterator[int]:
    """Those of `wanted` that are free; after them others, which this process has not drawn before."""
    others = (port for port in _others() if port not in wanted)
    return (port for port in chain(wanted, others) if _is_free(port))


def _others() -> Iterator[int]:
    """As many as are worth trying."""
    return (_PORTS[(os.getpid() * _APART + number) % len(_PORTS)] for number in islice(_drawn, _TRIED))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections of the last one there that are still closing don't count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
