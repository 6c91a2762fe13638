"""Ports of the loopback interface for processes that are still to be started."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
# Below what the kernel hands out (Linux from 32768, macOS from 49152) to outgoing connections and to whoever asks for
# any port: otherwise somebody could sit on it before the process has started, or while it is started again.
_PORTS = range(20000, 30000)


def unused_ports(*wanted: int) -> Iterator[int]:
    """Those of `wanted` that are free; after them any others, each once."""
    drawn = dict.fromkeys((*wanted, *random.SystemRandom().sample(_PORTS, 200)))
    return (port for port in drawn if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections of the last one there that are still closing don't count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
