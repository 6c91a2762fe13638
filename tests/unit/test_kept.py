"""Records that the relay keeps for itself: checked where they are parsed, else like contracts."""

from __future__ import annotations

import copy
import gc
import json
import pickle
from typing import Any

import pytest
from contract_support import a_few, records
from hypothesis import given

from processors.replaying.rows import tellable
from schemas.contract import Contract, Record
from schemas.errors import InvalidRecord
from schemas.kept import as_dict, as_json, fields_of, maker_of
from schemas.origin import Origin
from schemas.state import Choice, Seen, SubjectState

SECRET = "ann@example.test"
CHOICE = {
    "purpose": "surveys", "channel": "*", "status": "granted", "occurred_at": 7, "event_id": "e", "method": "other",
    "own": True,
}  # fmt: skip
KNOWN = {"digest": "d", "imported": False, "occurred_at": 1, "event_id": "e"}
STATE: dict[str, Any] = {"pid": "p1.a", "controller": "acme", "choices": (CHOICE,)}


@a_few
@given(state=records(SubjectState))
def test_what_is_parsed_is_what_it_was(state: SubjectState) -> None:
    assert SubjectState.parse(as_dict(state)) == state
    assert maker_of(SubjectState)(**{name: getattr(state, name) for name in fields_of(SubjectState)}) == state
    assert json.loads(as_json(state))["pid"] == state.pid


@a_few
@given(state=records(SubjectState))
def test_a_person_is_written_without_what_the_audit_cannot_tell_and_else_as_it_is(state: SubjectState) -> None:
    whole = json.loads(as_json(state))
    for one in (*whole["identities"], *whole["retained"]):
        del one["sealed"]
    told = json.loads(as_json(tellable(state)))
    assert told == whole
    assert list(told) == list(fields_of(SubjectState))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pid": 5}, "pid"),
        ({"pid": None}, "pid"),
        ({"choices": ({**CHOICE, "occurred_at": SECRET},)}, "choices.0.occurred_at"),
        ({"choices": ({**CHOICE, "status": SECRET},)}, "choices.0.status"),
        ({"choices": ({**CHOICE, "occurred_at": 2**63},)}, "choices.0.occurred_at"),
        ({"choices": ({**CHOICE, "occurred_at": -(2**63) - 1},)}, "choices.0.occurred_at"),
        ({"choices": (SECRET,)}, "choices.0"),
        ({"choices": ({name: value for name, value in CHOICE.items() if name != "status"},)}, "choices.0.status"),
        ({"choices": ({**CHOICE, SECRET: 1},)}, "choices.0"),
        ({SECRET: 1}, None),
        ({"identities": (KNOWN,)}, "identities.0.sealed"),
        ({"identities": ({**KNOWN, "sealed": {"key_id": SECRET, "bytes": 1}},)}, "identities.0.sealed.bytes"),
    ],
)
def test_an_error_names_the_field_and_never_what_it_holds(change: dict[str, Any], field: str | None) -> None:
    with pytest.raises(InvalidRecord) as refused:
        SubjectState.parse({**STATE, **change})
    assert refused.value.field == field
    assert SECRET not in repr(refused.value) + str(refused.value) + str(refused.value.__cause__)


def test_it_is_frozen_copied_changed_and_carried_to_another_process() -> None:
    state = SubjectState.parse(STATE)
    with pytest.raises(AttributeError, match="immutable"):
        state.pid = "p1.b"  # type: ignore[misc]
    assert copy.copy(state) == pickle.loads(pickle.dumps(state)) == state  # noqa: S301 - our own
    other = state.changed(recent=(Seen("e", "h"),))
    assert (other.choices, other.recent, state.recent) == (state.choices, (Seen("e", "h"),), ())
    assert len({state, SubjectState.parse(STATE), other}) == len({state, other})


def test_an_origin_is_written_as_people_read_it() -> None:
    assert str(Origin(topic="consent.events", partition=3, offset=7)) == "consent.events[3]@7"


def test_the_collector_leaves_it_alone() -> None:
    """As there are millions, and nothing in it can hang on itself."""
    assert not gc.is_tracked(SubjectState.parse(STATE))


def test_only_records_have_fields() -> None:
    assert list(fields_of(Choice)) == list(CHOICE)
    for none in (Record, Contract.__base__):
        with pytest.raises(TypeError, match="is no record"):
            fields_of(none)  # type: ignore[arg-type]
