"""States as they are followed: the newest counts, a tombstone ends it, and old knowledge is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from schemas.codec import encode
from schemas.state import SubjectState
from streams.signals.people import STALE_S, People


def record(key: str, value: bytes | None, offset: int) -> Any:
    return SimpleNamespace(key=key.encode(), value=value, partition=2, offset=offset)


def state(pid: str, **more: Any) -> bytes:
    return encode(SubjectState(pid=pid, controller="osows", **more))


def test_the_newest_state_counts_with_its_place_until_it_is_gone() -> None:
    people = People()
    people.take(record("p1.a", state("p1.a"), 4))
    people.take(record("p1.a", state("p1.a", erased_at=7), 9))
    people.take(record("!offset", b"no state", 10))
    kept = people.of("p1.a")
    assert kept is not None
    assert (kept.state.erased_at, kept.origin.partition, kept.origin.offset) == (7, 2, 9)
    assert people.of("!offset") is None
    people.take(record("p1.a", None, 11))
    assert people.of("p1.a") is None


def test_what_was_last_whole_too_long_ago_is_not_current() -> None:
    now = [0.0]
    people = People(lambda: now[0])
    assert not people.are_current
    people._whole_at = 0.0
    now[0] = STALE_S - 0.001
    assert people.are_current
    now[0] = STALE_S
    assert not people.are_current
