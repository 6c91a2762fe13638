from __future__ import annotations

import socket
import subprocess
import sys
from itertools import islice

from infra.ports import HOST, unused_ports

TEN = "from itertools import islice; from infra.ports import unused_ports; print(*islice(unused_ports(), 10))"


def test_the_kernel_gives_them_to_nobody_else_before_the_process_has_started() -> None:
    drawn = list(islice(unused_ports(), 50))
    assert len(set(drawn)) == 50
    assert max(drawn) < 32768


def test_what_is_wanted_comes_first_unless_somebody_has_it() -> None:
    wanted = next(unused_ports())
    assert next(unused_ports(wanted)) == wanted
    with socket.socket() as other:
        other.bind((HOST, wanted))
        other.listen()
        assert wanted not in unused_ports(wanted)


def test_no_port_is_drawn_twice_while_nobody_uses_it() -> None:
    drawn = [next(unused_ports()) for _ in range(1000)]
    assert len(set(drawn)) == len(drawn)


def test_processes_started_together_draw_apart() -> None:
    started = [
        subprocess.Popen((sys.executable, "-c", TEN), stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own line
        for _ in range(4)
    ]
    drawn = [port for process in started for port in process.communicate()[0].split()]
    assert len(set(drawn)) == len(drawn) == 40
