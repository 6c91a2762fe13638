"""Reading `consent.control` from its start, over gaps, for as long as the worker runs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from aiokafka.admin import RecordsToDelete
from ownership_support import settings_at, until

from schemas.codec import encode
from schemas.records import Command
from streams import clients
from streams.control import PLACE, Control, following

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import KafkaUnderTest

    from streams.settings import Settings

pytestmark = pytest.mark.usefixtures("topics")


async def give(settings: Settings, role: str, *ids: str) -> list[int]:
    producer = clients.writer(settings)
    await producer.start()
    commands = [
        Command(command_id=number, name=f"{role}.x", lane=None, args={}, by="", reason="", at=0) for number in ids
    ]
    told = [await producer.send_and_wait(PLACE.topic, encode(command), partition=0) for command in commands]
    await producer.stop()
    return [one.offset for one in told]


def heard(control: Control, role: str) -> list[str]:
    ids, offset = [], 0
    while given := control.next(role, offset):
        ids.append(given.command.command_id)
        offset = given.offset + 1
    return ids


async def test_what_came_before_and_what_comes_later_is_heard_once(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    settings, role = settings_at(kafka.bootstrap, tmp_path), uuid.uuid4().hex
    first, second, third = (f"{role}-{number}" for number in (1, 2, 3))
    await give(settings, role, first, first)
    control = Control()
    async with following(control, settings):
        await until(lambda: heard(control, role) == [first])
        await give(settings, role, second, first)
        await until(lambda: heard(control, role) == [first, second])
    await give(settings, role, third)
    async with following(control, settings):  # as after an error: it goes on where it was
        await until(lambda: heard(control, role) == [first, second, third])


async def test_commands_that_expired_are_no_obstacle(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    settings, role = settings_at(kafka.bootstrap, tmp_path), uuid.uuid4().hex
    *_, last = await give(settings, role, f"{role}-1", f"{role}-2")
    admin = await clients.admin(settings)
    await admin.delete_records({PLACE: RecordsToDelete(before_offset=last)})
    await admin.close()
    control = Control()
    async with following(control, settings):
        await until(lambda: heard(control, role) == [f"{role}-2"])
