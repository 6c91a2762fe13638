"""The shortcut for usual events: never another answer than the contract's, and short for those that are usual."""

from __future__ import annotations

from typing import Any

import pytest
from contract_support import a_few, records
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_raw, encode
from schemas.errors import InvalidRecord
from schemas.events import ConsentEvent
from schemas.usual_event import usual

USUAL = {
    "event_id": "0f0e8a52-6a3a-4c1c-9a39-0d3f4a5b6c7d",
    "kind": "consent.withdrawn",
    "controller": "oomnis",
    "subject_id": "c-1001",
    "identities": ({"type": "email", "format": "raw", "value": "ana@example.com"},),
    "sealed": None,
    "purposes": ("comms-marketing",),
    "channels": ("email", "web"),
    "data_domain": "pii",
    "policy_id": None,
    "policy_version": None,
    "jurisdiction": "EEA",
    "lawful_basis": None,
    "expressed_by": {"relation": "self"},
    "verified_by": {"method": "session", "at": 1},
    "method": "web_form",
    "evidence": {"uri": "https://apps.example.org/consents/1?v=2", "sha256": "0" * 64},
    "occurred_at": 5,
    "received_at": None,
    "published_by": "preference-centre",
    "supersedes": None,
    "until": None,
    "age": None,
    "vendors_told": None,
}
ODD = (
    "", "a", "ana@example.com", "+4366012345", "x%40y", "e\u0301", "a" * 256, "a" * 257, "a" * 2049, "\n", "ab\n",
    "x\x1b[2K", "x +49 30 1234567", "0f0e8a52-6a3a-4c1c-9a39-0d3f4a5b6c7d", "0F0E8A52-6A3A-4C1C-9A39-0D3F4A5B6C7D",
    "all", "deletion.requested", "api", "sha256", "service_data", "parent",
)  # fmt: skip
TEXTS = st.sampled_from(ODD) | st.text(max_size=5)
MOMENTS = st.integers(-(2**63), 2**63 - 1)


def of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


def some(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=3).map(tuple)


OTHER: dict[str, st.SearchStrategy[Any]] = {
    **{name: TEXTS for name, value in USUAL.items() if isinstance(value, str)},
    **{
        name: st.none() | TEXTS
        for name in ("jurisdiction", "lawful_basis", "policy_id", "policy_version", "supersedes")
    },
    "identities": some(of(type=st.just("email") | TEXTS, format=st.just("raw") | TEXTS, value=TEXTS)),
    "sealed": st.none() | of(key_id=TEXTS, bytes=st.binary(max_size=5)),
    "purposes": st.none() | some(TEXTS),
    "channels": some(st.just("sms") | TEXTS),
    "expressed_by": of(relation=TEXTS),
    "verified_by": st.none() | of(method=TEXTS, at=MOMENTS),
    "evidence": st.none() | of(uri=st.none() | TEXTS, sha256=st.none() | TEXTS),
    "occurred_at": MOMENTS,
    "received_at": st.none() | MOMENTS,
    "until": st.none() | MOMENTS,
    "age": st.none() | st.integers(-(2**31), 2**31 - 1),
}
"""Of each field all that its Avro type allows, however odd."""


def by_the_contract(values: dict[str, Any]) -> ConsentEvent | None:
    try:
        return ConsentEvent.parse(values)
    except InvalidRecord:
        return None


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"kind": "deletion.requested", "purposes": None, "channels": ()},
        {"identities": (), "sealed": {"key_id": "people.1", "bytes": b"x" * 40}},
        {"verified_by": None, "evidence": None, "received_at": 4, "policy_id": "oomnis", "lawful_basis": "consent"},
    ],
)
def test_what_is_usual_is_taken_in_at_once(more: dict[str, Any]) -> None:
    values = {**USUAL, **more}
    event = usual(values)
    assert event is not None
    assert event == ConsentEvent.parse(values)
    assert encode(event) == encode(ConsentEvent.parse(values))


@settings(max_examples=300)
@given(changed=st.sets(st.sampled_from(sorted(OTHER)), min_size=1, max_size=3), data=st.data())
def test_what_it_takes_in_the_contract_takes_in_alike(changed: set[str], data: st.DataObject) -> None:
    values = {**USUAL, **{name: data.draw(OTHER[name], label=name) for name in sorted(changed)}}
    if (event := usual(values)) is not None:
        assert event == by_the_contract(values)


@a_few
@given(records(ConsentEvent))
def test_any_event_is_taken_in_alike_or_left_to_the_contract(event: ConsentEvent) -> None:
    assert usual(decode_raw(ConsentEvent, encode(event))) in (None, event)
