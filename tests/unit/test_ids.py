"""Ids that are derived: fixed vectors, so that no change of code silently makes everybody a stranger."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from base64 import b32encode

from contract_support import a_few, records
from hypothesis import given
from hypothesis import strategies as st
from plan_support import event

from schemas.base32 import base32
from schemas.contract import Sealed
from schemas.events import ConsentEvent
from schemas.ids import (
    content_hash,
    delivery_id,
    origin_record_id,
    outcome_record_id,
    pepper_check,
    pid,
    prefixed,
)
from schemas.origin import Origin

PEPPER = bytes(range(32))
ORIGIN = Origin(topic="consent.events", partition=3, offset=42)
PARTS = st.lists(st.text(max_size=6), max_size=4)


@given(PARTS, PARTS)
@a_few
def test_no_two_lists_of_texts_look_alike(one: list[str], other: list[str]) -> None:
    assert (prefixed(*one) == prefixed(*other)) == (one == other)


@given(PARTS.filter(len), st.data())
@a_few
def test_a_text_cut_elsewhere_is_another_list(parts: list[str], data: st.DataObject) -> None:
    joined = "".join(parts)
    cut = data.draw(st.integers(0, len(joined)))
    assert (prefixed(joined[:cut], joined[cut:]) == prefixed(*parts)) == ([joined[:cut], joined[cut:]] == parts)


@given(PARTS)
@a_few
def test_the_list_can_be_read_back(parts: list[str]) -> None:
    data, found = prefixed(*parts), []
    while data:
        length = int.from_bytes(data[:4], "big")
        found.append(data[4 : 4 + length].decode())
        data = data[4 + length :]
    assert found == parts


def test_pids_never_change() -> None:
    assert pid(PEPPER, "oomnis", "c-1001") == "p1.qj5yumlrl7klcekk4khaba4cv6m2toan3qwf5u2mrixkiirg2ala"
    assert pid(PEPPER, "oomnis", "Zoë-7") == "p1.m5zfgif76xx6k2tooybh2nvhcg2vt3s5afrui2bbr56hsnfmpe6q"
    assert re.fullmatch(r"p1\.[a-z2-7]{52}", pid(PEPPER, "oomnis", "c-1001"))


@given(st.binary(min_size=32, max_size=32))
@a_few
def test_base32_is_the_librarys(digest: bytes) -> None:
    assert base32(digest) == b32encode(digest).decode().rstrip("=").lower()


@given(pepper=st.binary(min_size=1, max_size=130), controller=st.text(max_size=6))
@a_few
def test_a_pid_is_the_librarys_hmac_whatever_the_peppers_length(pepper: bytes, controller: str) -> None:
    digest = hmac.digest(pepper, prefixed(controller, "c-1"), "sha256")
    assert pid(pepper, controller, "c-1") == f"p1.{base32(digest)}"


def test_the_other_ids_never_change() -> None:
    assert (
        delivery_id("oomnis", "e-1", "zoho-crm", "delete", "2025-11")
        == "bee0964803bae48a5d4d7bf661c5332ac375f7941e164a575aaa8c46e23b02c9"
    )
    assert (
        outcome_record_id("outcome", "d-1", 0, "executed", 1)
        == "a9cf7636203db1e7790269d55f4d6eb9f77c7a944a5203300eba468063e90b82"
    )
    assert origin_record_id("planned", ORIGIN) == "e4589e344d97ee99d635d77abc389d84b044c99c7d982c9e019da463a255efbc"
    assert pepper_check(PEPPER) == "b1bbe37e10ce844ef37220b8fd058035bf4562efa7ba87d40c2112f4f8bdddc7"


def test_the_content_hash_never_changes() -> None:
    full = event(1, "grant", 0, ["surveys"], identities=[{"type": "email", "value": "ana@example.com"}])
    assert content_hash(PEPPER, full) == "acc923d5f56cb91a1012abf5003f42b864db2639fb6ac391708ddd248febd9ee"


def test_a_name_is_the_same_however_its_accents_are_written() -> None:
    composed, decomposed = unicodedata.normalize("NFC", "Zoë-7"), unicodedata.normalize("NFD", "Zoë-7")
    assert composed != decomposed
    assert pid(PEPPER, "oomnis", composed) == pid(PEPPER, "oomnis", decomposed)
    assert event(1, "grant", subject_id=decomposed).subject_id == composed


def test_pids_differ_by_pepper_controller_and_person() -> None:
    pids = {
        pid(PEPPER, "oomnis", "c-1001"),
        pid(PEPPER[::-1], "oomnis", "c-1001"),
        pid(PEPPER, "oomni", "sc-1001"),
        pid(PEPPER, "oomnis", "c-1002"),
    }
    assert len(pids) == 4


def test_every_part_of_an_id_counts() -> None:
    deliveries = {delivery_id(*("x" if n == changed else "abcde"[n] for n in range(5))) for changed in range(6)}
    assert len(deliveries) == 6
    outcomes = {
        outcome_record_id("outcome", "d", 0, "executed", 1),
        outcome_record_id("cycle", "d", 0, "executed", 1),
        outcome_record_id("outcome", "e", 0, "executed", 1),
        outcome_record_id("outcome", "d", 1, "executed", 0),
        outcome_record_id("outcome", "d", 0, "accepted", 1),
        outcome_record_id("outcome", "d", 0, "executed", 2),
    }
    assert len(outcomes) == 6
    origins = {
        origin_record_id("planned", ORIGIN),
        origin_record_id("clock_corrected", ORIGIN),
        origin_record_id("planned", ORIGIN.changed(partition=34, offset=2)),
        origin_record_id("planned", ORIGIN.changed(topic="consent.events.old")),
    }
    assert len(origins) == 4


@given(records(ConsentEvent), st.none() | st.integers(0, 2**60))
@a_few
def test_when_it_was_received_is_no_part_of_an_events_content(one: ConsentEvent, received_at: int | None) -> None:
    again = one.model_copy(update={"received_at": received_at})
    assert content_hash(PEPPER, one) == content_hash(PEPPER, again)


def test_everything_else_is() -> None:
    base = event(1, "grant", 0, ["surveys"])
    changes = {
        "event_id": "00000000-0000-0000-0000-000000000002",
        "kind": "consent.withdrawn",
        "subject_id": "c-1002",
        "purposes": None,
        "channels": ("email",),
        "occurred_at": base.occurred_at + 1,
        "published_by": "somebody else",
        "sealed": Sealed(key_id="people.1", bytes=b"\xff\xfe"),
    }
    others = {content_hash(PEPPER, base.model_copy(update={name: value})) for name, value in changes.items()}
    assert len(others | {content_hash(PEPPER, base)}) == len(changes) + 1


def test_an_event_that_was_sealed_by_its_publisher_has_a_content_hash_too() -> None:
    """Ciphertext is no text."""
    one, other = (
        event(1, "delete", sealed=Sealed(key_id="people.1", bytes=secret)) for secret in (b"\xff\x00", b"\xff\x01")
    )
    assert content_hash(PEPPER, one) != content_hash(PEPPER, other)


def test_the_pepper_check_does_not_tell_the_pepper() -> None:
    assert pepper_check(PEPPER) not in {PEPPER.hex(), hashlib.sha256(PEPPER).hexdigest()}
    assert pepper_check(PEPPER) != pepper_check(PEPPER[::-1])
