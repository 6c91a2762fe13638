"""One process per worker id on a machine."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from schemas.errors import SetupError
from streams.identity import claim_worker_id

if TYPE_CHECKING:
    from pathlib import Path


def test_ids_are_given_out_in_order_and_come_free_again(tmp_path: Path) -> None:
    host = socket.gethostname()
    first, first_lock = claim_worker_id(tmp_path, None)
    second, second_lock = claim_worker_id(tmp_path, None)
    assert (first, second) == (f"{host}-1", f"{host}-2")
    first_lock.close()
    again, again_lock = claim_worker_id(tmp_path, None)
    assert again == first
    second_lock.close()
    again_lock.close()


def test_an_id_that_is_in_use_is_refused(tmp_path: Path) -> None:
    name, lock = claim_worker_id(tmp_path, "relay-a")
    assert name == "relay-a"
    with pytest.raises(SetupError, match="a worker with the id relay-a runs already"):
        claim_worker_id(tmp_path, "relay-a")
    lock.close()
    claim_worker_id(tmp_path, "relay-a")[1].close()


def test_the_lock_says_who_holds_it(tmp_path: Path) -> None:
    for _ in range(2):
        _, lock = claim_worker_id(tmp_path, "relay-a")
        assert (tmp_path / "workers" / "relay-a.lock").read_text() == f"{os.getpid()}\n"
        lock.close()


@pytest.mark.parametrize("name", ["../relay", "a/b", "relay a", "relay\n", "x" * 201])
def test_an_id_is_a_plain_word(tmp_path: Path, name: str) -> None:
    with pytest.raises(SetupError, match="a worker's id has letters"):
        claim_worker_id(tmp_path, name)
