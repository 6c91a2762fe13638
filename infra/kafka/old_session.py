"""What a node that comes back must not find: its own old session, which its controller still believes in.

With that one, Kafka 4.3 makes the new process leader of all its partitions before it lets anybody in. Transactions
that had been confirmed and not written to their end everywhere are read back, and their ends can't be delivered, as
nobody is let in; when the session runs out the partitions lose their leader, and the ends are dropped (KAFKA-20734).
So the session is ended first, by a controller that runs alone for a moment: whoever comes after it leads nothing
before it is let in.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from infra.kafka import config
from infra.kafka.process import Child

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.kafka.directory import DataDirectory

_PROPERTIES = "controller.properties"
_AT_WORK = b"Performing controller activation"
_STRUCK_OFF = b"fenced=1,"
"""The newest word about the node in the controller's log; of an older session when it begins, too."""
_LIMIT_S = 120.0
_QUIET_S = 10.0
"""So long after it began to work it has struck off whoever is silent, on a slow machine, too; or nobody was left."""
_GRACE_S = 5.0


def strike_off(
    directory: DataDirectory, program: Sequence[str], ports: config.Ports, lock: int, log_start: int
) -> bool:
    """End the node's old session. Blocks for some 3 s. False: nobody was seen to be struck off.

    log_start: where in the log file this start begins, in bytes.
    """
    (directory.path / _PROPERTIES).write_text(config.controller_properties(ports), encoding="ascii")
    controller = Child([*program, "kafka.Kafka", _PROPERTIES], directory, lock)
    try:
        return _is_done(controller, directory, log_start)
    finally:
        controller.stop(_GRACE_S)


def _is_done(controller: Child, directory: DataDirectory, log_start: int) -> bool:
    until, quiet_until = time.monotonic() + _LIMIT_S, None
    while controller.is_alive and time.monotonic() < until:
        _, at_work, since = directory.said_since(log_start).partition(_AT_WORK)
        if _STRUCK_OFF in since:
            return True
        if at_work and quiet_until is None:
            quiet_until = time.monotonic() + _QUIET_S
        if quiet_until is not None and time.monotonic() >= quiet_until:
            return False
        time.sleep(0.02)
    return False
