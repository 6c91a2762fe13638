"""Commands from `consent.control`: who they are for, and that each is given once."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
import structlog
from routing_support import record

from schemas.codec import encode
from schemas.records import Command
from streams.control import FRESH_MS, MOST_BYTES, PLACE, Control, following, record_id, role_of
from streams.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def command(number: int, name: str = "router.resume", lane: str | None = None) -> Command:
    return Command(command_id=f"c-{number}", name=name, lane=lane, args={}, by="ops", reason="x", at=number)


def control(*commands: Command) -> Control:
    """Every second offset is a transaction marker or another gap."""
    control = Control()
    for number, given in enumerate(commands):
        control.take(record(encode(given), 2 * number))
    return control


def test_a_command_is_for_its_lane_or_for_the_role_in_its_name() -> None:
    assert role_of(command(1)) == "router"
    assert role_of(command(1, "lanes.release", "zoho-crm")) == "lane zoho-crm"
    assert role_of(command(1, "router.resume", "router")) == "lane router"
    assert role_of(command(1, "nonsense")) == "nonsense"


def test_a_work_gets_the_next_one_of_its_own_from_its_mark_on() -> None:
    given = control(command(1), command(2, "release", "crm"), command(3))
    first = given.next("router", 0)
    assert first
    assert (first.offset, first.command.command_id) == (0, "c-1")
    assert str(first.origin) == f"{PLACE.topic}[0]@0"
    for offset in (1, 2, 3, 4):
        later = given.next("router", offset)
        assert later
        assert later.command.command_id == "c-3"
    assert given.next("router", 5) is None
    assert given.next("lane other", 0) is None


def test_a_command_that_is_there_twice_is_given_once() -> None:
    given = control(command(1), command(1), command(2))
    later = given.next("router", 1)
    assert later
    assert later.command.command_id == "c-2"


OVERSIZE = encode(command(1).changed(command_id="large", reason="x" * MOST_BYTES))


@pytest.mark.parametrize("value", [b"garbage", b"", None, OVERSIZE])
def test_what_nobody_can_read_stops_nobody(value: bytes | None) -> None:
    given = control(command(1))
    given.take(record(value, 7))
    given.take(record(encode(command(2)), 8))
    later = given.next("router", 1)
    assert later
    assert later.offset == 8


@pytest.mark.parametrize(
    ("lane", "age_ms", "level", "shown"),
    [
        ("removed", 0, "error", "lane removed"),
        ("removed", 2 * FRESH_MS, "warning", "lane removed"),
        ("ann@example.test", 0, "error", "no role's name"),
    ],
)
def test_what_is_for_no_role_is_told_and_kept_for_nobody(lane: str, age_ms: int, level: str, shown: str) -> None:
    given = Control()
    given.roles = frozenset({"router", "lane crm"})
    late = record(encode(command(1, "lanes.pause", lane)), 3)
    late.timestamp = round(time.time() * 1000) - age_ms
    with structlog.testing.capture_logs() as logs:
        given.take(late)
        given.take(record(encode(command(2, "lanes.pause", "crm")), 4))
    assert [(line["log_level"], line["role"], line["offset"]) for line in logs] == [(level, shown, 3)]
    assert given.next(f"lane {lane}", 0) is None
    assert given.next("lane crm", 0)


def test_listeners_wake_when_a_command_comes_in_and_no_longer() -> None:
    given, listener = Control(), asyncio.Event()
    with given.wakes(listener):
        given.take(record(encode(command(1)), 0))
        assert listener.is_set()
        listener.clear()
    given.take(record(encode(command(2)), 1))
    assert not listener.is_set()


def test_each_partition_that_carries_a_command_out_has_its_own_record() -> None:
    ids = {
        record_id(number, role, partition) for number in "12" for role in ("router", "lane a") for partition in (0, 1)
    }
    assert len(ids) == 8
    assert record_id("1", "router", 0) == record_id("1", "router", 0)


async def test_a_broker_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    control = Control()
    async with following(control, Settings(bootstrap_servers="127.0.0.1:1", data_dir=tmp_path)):
        await asyncio.sleep(0.05)
    assert control.next("router", 0) is None
