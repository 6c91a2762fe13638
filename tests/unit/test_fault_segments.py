"""Who wrote after somebody else had taken over is seen in the broker's own files, whatever any client says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness.segments import _BEFORE_LENGTH, _CONTROL, _HEAD, _TRANSACTIONAL, owners, strangers

if TYPE_CHECKING:
    from pathlib import Path


def batch(producer: int, epoch: int, flags: int = _TRANSACTIONAL) -> bytes:
    body = b"records"
    length = _HEAD.size - _BEFORE_LENGTH + len(body)
    return _HEAD.pack(7, length, 0, 2, 0, flags, 0, 0, 0, producer, epoch, 0, 1) + body


def written(path: Path, name: str, *batches: bytes) -> None:
    (path / name).mkdir()
    (path / name / "00000000000000000000.log").write_bytes(b"".join(batches))


def test_owners_that_followed_each_other_are_no_strangers(tmp_path: Path) -> None:
    written(
        tmp_path, "consent.state-0", batch(1, 0), batch(1, 0), batch(1, 2, _TRANSACTIONAL | _CONTROL), batch(1, 2)
    )
    written(tmp_path, "consent.audit-0", batch(1, 2), batch(5, 0), batch(1, 3))
    written(tmp_path, "consent.events-0", batch(-1, -1, 0))
    assert strangers(tmp_path) == []
    assert owners(tmp_path) == {"consent.state-0": 2}


@pytest.mark.parametrize(
    ("name", "batches", "said"),
    [
        ("consent.audit-0", [batch(1, 2), batch(1, 1)], "consent.audit-0@7: epoch 1 of one that was replaced"),
        ("consent.dead-letter-0", [batch(1, 0, 0)], "consent.dead-letter-0@7: outside any transaction"),
        ("consent.requests-0", [batch(1, 0), batch(2, 0)], "consent.requests-0: 2 transactional ids"),
        ("consent.lane-state.crm-0", [batch(1, 0), batch(2, 0)], "consent.lane-state.crm-0: 2 transactional ids"),
    ],
)
def test_a_stranger_is_named(tmp_path: Path, name: str, batches: list[bytes], said: str) -> None:
    written(tmp_path, name, *batches)
    assert strangers(tmp_path) == [said]
