"""Bad records: each is kept byte for byte, told in the audit without a word of the person, and alarmed where due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from plan_support import ids
from routing_support import AWAY, DESK, EMAIL, HOME, MINUTE, NOW, PEPPER, SEALS, event, incoming, raw

from processors.routing.reject import reject
from processors.routing.route import route
from schemas.codec import MAGIC, decode, encode
from schemas.drafts import Series
from schemas.errors import DataError, OversizeRecord
from schemas.events import ConsentEvent, Identity
from schemas.ids import origin_record_id, pid
from schemas.origin import Origin
from schemas.records import Bookmark
from schemas.sealing import Seals
from schemas.state import Seen, SubjectState
from schemas.version import SOFTWARE
from streams.topics import EVENTS

if TYPE_CHECKING:
    from processors.routing.incoming import Incoming, Routed

PERSON = pid(PEPPER, "oomnis", "c-1001")
ORIGIN = Origin(topic=EVENTS, partition=HOME, offset=7)
EVENT_ID = ids(1)[0]
MARKER = "jane.roe@example.org"
GRANT = {"kind": "consent.granted"}
FOREIGN = Seals(b"x" * 32).seal_identities([Identity.model_validate(EMAIL)], PERSON, EVENT_ID)
MOVED = SEALS.seal_identities([Identity.model_validate(EMAIL)], PERSON, ids(2)[0])
NO_IDENTITIES = SEALS.people.seal(b"5", f"{PERSON}|{EVENT_ID}")


def nobody(_: str) -> SubjectState | None:
    return None


@dataclass(frozen=True)
class Bad:
    """`known`: what of the person and the event may be named."""

    value: bytes | None
    reason: str
    field: str | None = None
    protective: bool = True
    known: tuple[str, ...] = ("pid", "controller", "event_id")
    alarms: tuple[str, ...] = ()


def sealed(box: Any) -> bytes:
    return raw(identities=[], sealed=box.model_dump())


BAD = {
    "no value": Bad(None, "undecodable", None, protective=False, known=()),
    "an empty value": Bad(b"", "undecodable", None, protective=False, known=()),
    "JSON": Bad(b'{"kind": "consent.withdrawn"}', "undecodable", None, protective=False, known=()),
    "an unknown schema": Bad(MAGIC + b"x" * 40, "undecodable", None, protective=False, known=()),
    "another contract": Bad(encode(Bookmark(offset=1, at=1)), "undecodable", None, protective=False, known=()),
    "a truncated event": Bad(raw()[:-1], "undecodable", None, protective=False, known=()),
    "an unknown kind": Bad(raw(kind="consent.maybe"), "invalid", "kind", protective=False),
    "no UUID": Bad(raw(event_id=MARKER), "invalid", "event_id", known=("pid", "controller")),
    "an e-mail as subject": Bad(raw(subject_id=MARKER), "invalid", "subject_id", known=("controller", "event_id")),
    "a phone as subject": Bad(
        raw(subject_id="+49301234567"), "invalid", "subject_id", known=("controller", "event_id")
    ),
    "an unknown controller": Bad(raw(controller="acme"), "invalid", "controller", known=("event_id",)),
    "a person as controller": Bad(raw(controller=MARKER), "invalid", "controller", known=("event_id",)),
    "another policy": Bad(raw(policy_id="acme"), "unknown_policy", "policy_id"),
    "an unknown version": Bad(raw(policy_version="1999-01"), "unknown_policy", "policy_version"),
    "an unknown purpose": Bad(raw(purposes=["surveys", "world-peace"]), "invalid", "purposes.1"),
    "purposes of a deletion": Bad(raw(kind="deletion.requested"), "invalid", "purposes"),
    "a hold of no domain": Bad(raw(kind="hold.placed", data_domain="moon", purposes=[]), "invalid", "data_domain"),
    "a far grant": Bad(raw(**GRANT, occurred_at=0), "clock", "occurred_at", protective=False),
    "a grant of tomorrow": Bad(raw(**GRANT, occurred_at=NOW + 6 * MINUTE), "clock", "occurred_at", protective=False),
    "sealed under another key": Bad(sealed(FOREIGN), "invalid", "sealed.key_id"),
    "sealed for another event": Bad(sealed(MOVED), "invalid", "sealed.bytes"),
    "sealed, but no identities": Bad(sealed(NO_IDENTITIES), "invalid", "sealed.bytes"),
}


def check(routed: Routed, bad: Bad, origin: Origin = ORIGIN) -> None:
    assert routed.verdict == "rejected"
    assert (routed.deliveries, routed.state, routed.home) == (Series(), None, None)
    letter = routed.dead_letter
    assert letter is not None
    assert (letter.origin, letter.source, letter.at) == (origin, "router", NOW)
    assert (letter.reason, letter.field, letter.protective) == (bad.reason, bad.field, bad.protective)
    assert SEALS.open_dead(letter.sealed, origin) == bad.value, "byte for byte"
    assert SEALS.open_dead(letter.sealed_key, origin) == b"c-1001"
    (record,) = routed.audit
    assert record.record_id == origin_record_id("rejected", origin)
    assert (record.kind, record.at, record.origin, record.software) == ("rejected", NOW, origin, SOFTWARE)
    assert (record.reason, record.field) == (bad.reason, bad.field)
    names = {"pid": PERSON, "controller": "oomnis", "event_id": EVENT_ID}
    expected = {name: value if name in bad.known else None for name, value in names.items()}
    assert {name: getattr(record, name) for name in names} == expected
    assert (record.event, record.legs) == (None, None)
    assert routed.alarms == (*bad.alarms, *(("protective_rejected",) if bad.protective else ()))


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_record_is_kept_told_and_alarmed(bad: Bad) -> None:
    everywhere = DESK.__class__(DESK.config, DESK.lanes, DESK.pepper, DESK.seals, lambda _: HOME)
    check(route(incoming(bad.value), everywhere, nobody), bad)


def test_a_record_without_a_key_has_none_in_its_dead_letter() -> None:
    routed = route(incoming(b"x", key=None), DESK, nobody)
    assert routed.dead_letter is not None
    assert routed.dead_letter.sealed_key is None


def test_another_event_under_a_used_id_is_never_dropped() -> None:
    used = SubjectState(pid=PERSON, controller="oomnis", recent=(Seen(event_id=EVENT_ID, content_hash="00"),))
    routed = route(incoming(raw()), DESK, {PERSON: used}.get)
    check(routed, Bad(raw(), "event_id_reuse", "event_id", alarms=("event_id_reuse",)))
    grant = route(incoming(raw(**GRANT)), DESK, {PERSON: used}.get)
    assert grant.alarms == ("event_id_reuse",)


def test_an_event_is_forwarded_once_at_most() -> None:
    place = Origin(topic=EVENTS, partition=HOME, offset=3)
    record = incoming(raw(), origin=place, forwarded=True, partition=AWAY)
    bad = Bad(raw(), "partition_mismatch", None, alarms=("partition_mismatch",))
    check(route(record, DESK, nobody), bad, place)


def test_a_known_policy_is_named_where_the_event_was_judged_by_it() -> None:
    (judged,) = route(incoming(raw(purposes=["world-peace"])), DESK, nobody).audit
    (unjudged,) = route(incoming(raw(policy_version="1999-01")), DESK, nobody).audit
    assert judged.policy is not None
    assert judged.policy.id == "oomnis"
    assert unjudged.policy is None


def test_a_record_whose_outputs_are_too_large_is_rejected_with_what_is_known() -> None:
    record: Incoming = incoming(raw())
    check(reject(record, OversizeRecord("2 bytes for x, which takes 1"), DESK), Bad(raw(), "oversize"))


STRINGS = [
    "event_id", "kind", "controller", "subject_id", "policy_id", "policy_version", "jurisdiction", "lawful_basis",
    "method", "data_domain", "published_by", "supersedes",
]  # fmt: skip
NESTED = {
    "purposes": [MARKER],
    "channels": [MARKER],
    "identities": [{"type": MARKER, "format": "raw", "value": "x"}],
    "identities ": [{"type": "email", "format": MARKER, "value": "x"}],
    "identities  ": [{"type": "email", "format": "raw", "value": MARKER}],
    "identities   ": [{"type": "email", "format": "raw", "value": MARKER * 60}],
    "sealed": {"key_id": MARKER, "bytes": MARKER.encode()},
    "sealed ": {"key_id": SEALS.people.key_id, "bytes": MARKER.encode()},
    "expressed_by": {"relation": MARKER},
    "verified_by": {"method": MARKER, "at": NOW},
    "evidence": {"uri": f"https://example.com/{MARKER}", "sha256": None},
    "evidence ": {"uri": None, "sha256": MARKER},
}
HUNTED = [(name, MARKER) for name in STRINGS] + [(name.strip(), value) for name, value in NESTED.items()]
BREAKS: list[dict[str, Any]] = [
    {},
    {"kind": "nonsense"},
    {"purposes": ["world-peace"]},
    {"purposes": []},
    {"event_id": "17"},
    {"policy_version": "1999-01"},
    {"kind": "consent.granted", "occurred_at": 0},
]
"""What else may be wrong with the event: the first mistake must not hide a leak by the second."""


@pytest.mark.parametrize(("name", "value"), HUNTED, ids=lambda part: part if isinstance(part, str) else "")
def test_wherever_an_identity_stands_nothing_readable_repeats_it(name: str, value: Any) -> None:
    for broken in BREAKS:
        data = raw(**{**broken, **({"identities": []} if name == "sealed" else {}), name: value})
        assert b"jane.roe" in data, "the hunt needs its quarry"
        for place in (HOME, AWAY):
            origin = Origin(topic=EVENTS, partition=place, offset=7)
            routed = route(incoming(data, origin=origin), DESK, nobody)
            written = [*routed.audit, *routed.deliveries, *filter(None, (routed.state, routed.dead_letter))]
            for record in written:
                assert b"jane.roe" not in encode(record), broken
                assert "jane.roe" not in repr(record), broken
            assert "jane.roe" not in "".join(routed.alarms)
        error = _error(data)
        assert "jane.roe" not in f"{error} {error!r}", broken
        assert error is None or error.__suppress_context__


def _error(data: bytes) -> DataError | None:
    try:
        decode(ConsentEvent, data)
    except DataError as error:
        return error
    return None


def test_the_hunt_finds_what_it_looks_for() -> None:
    routed = route(incoming(event(1, "withdraw", 0, ["surveys"], published_by="jane.roe")), DESK, nobody)
    assert b"jane.roe" in encode(routed.audit[0])
