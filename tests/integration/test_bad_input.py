"""Every kind of bad record through a real broker: kept byte for byte, said why, and the rest goes on."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from ownership_support import LIMIT_S
from reading import audit, committed

from schemas.codec import decode, encode
from schemas.events import ConsentEvent
from schemas.origin import Origin
from schemas.records import DeadLetter
from schemas.sealing import Seals
from streams import clients, topics
from streams.demo.cast import make_cast
from streams.demo.stage import Stage
from streams.demo.wrong import REUSED_ID, WRONG

if TYPE_CHECKING:
    from pathlib import Path

RAISED = "4000000"


def an_event(subject_id: str) -> ConsentEvent:
    return ConsentEvent.parse(
        {
            "event_id": str(uuid.uuid4()),
            "kind": "consent.withdrawn",
            "controller": "oomnis",
            "subject_id": subject_id,
            "identities": [{"type": "email", "value": f"{subject_id}@example.com"}],
            "purposes": ["surveys"],
            "method": "api",
            "occurred_at": time.time_ns() // 1000,
            "published_by": "test",
        }
    )


async def test_bad_records_are_kept_with_their_reason_and_good_ones_go_on(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(20, 1)) as stage:
        admin = await clients.admin(stage.settings)
        raised = {**topics.topics([])[0].config, "max.message.bytes": RAISED}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topics.EVENTS, raised)])
        await admin.close()
        await (await stage.start_worker()).ready()
        wrong = {
            name: (reason, make(an_event(f"bad-{name}")))
            for name, (reason, make) in WRONG.items()
            if name != REUSED_ID
        }
        wrong["large"] = ("undecodable", bytes(1_450_000))
        wrong["too large for the dead letters"] = ("oversize_left_in_place", bytes(2_600_000))
        sent = await publish(stage, {name: value for name, (_, value) in wrong.items()})
        good = await publish(stage, {f"good-{key}": encode(an_event(f"good-{key}")) for key in ("null", "foreign")})
        assert await stage.wait_settled(len(sent) + len(good), LIMIT_S)
        letters = {}
        for record in await committed(stage.settings, topics.DEAD_LETTER):
            letter = decode(DeadLetter, record.value)
            letters[letter.origin] = letter
        facts = await audit(stage.settings)
        seals = Seals(stage.settings.key("relay_key"))
    assert {name: letters[origin].reason for name, origin in sent.items()} == {
        name: reason for name, (reason, _) in wrong.items()
    }
    for name, origin in sent.items():
        kept = seals.open_dead(letters[origin].sealed, origin)
        assert kept == (None if name == "too large for the dead letters" else wrong[name][1]), name
    assert letters[sent["e-mail as subject"]].field == "subject_id"
    assert {fact.origin for fact in facts if fact.kind == "rejected"} == set(sent.values())
    assert {fact.origin for fact in facts if fact.kind == "planned"} == set(good.values())


async def publish(stage: Stage, values: dict[str, bytes | None]) -> dict[str, Origin]:
    """All to partition 0 with a key that says nothing; where each came to stand."""
    producer = clients.writer(stage.settings)
    await producer.start()
    try:
        stands = {}
        for name, value in values.items():
            key = None if name.endswith("null") else b"some other key"
            told = await producer.send_and_wait(topics.EVENTS, value, key=key, partition=0)
            stands[name] = Origin(topic=topics.EVENTS, partition=0, offset=told.offset)
        return stands
    finally:
        await producer.stop()
