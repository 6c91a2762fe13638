from __future__ import annotations

import socket
from itertools import islice

from infra.ports import HOST, unused_ports


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
