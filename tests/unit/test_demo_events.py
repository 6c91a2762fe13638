"""The stream of events holds what the demo promises."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

import pytest
from demo_support import NOW, PaperRelay, kinds, pid_of, stream

from schemas.codec import decode
from schemas.errors import DataError
from schemas.events import ConsentEvent
from streams.demo.events import SHARES, Sent
from streams.demo.wrong import WRONG

COUNT = 2000


@cache
def _events() -> tuple[Sent, ...]:
    return tuple(stream(COUNT, 1, people=900)[1])


def _event(sent: Sent) -> ConsentEvent:
    assert sent.value is not None
    return decode(ConsentEvent, sent.value)


def test_it_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert stream(200, 1) == stream(200, 1)
    assert stream(200, 1)[1] != stream(200, 2)[1]


@pytest.mark.parametrize("count", [1, 2, 3, 10, 100, 600])
def test_there_are_as_many_records_as_asked_for(count: int) -> None:
    assert len(stream(count, 3)[1]) == count


def test_each_quirk_has_its_share() -> None:
    quirks = Counter(sent.what if sent.quirk in WRONG else sent.quirk for sent in _events())
    del quirks[""]
    assert {quirk: count / COUNT for quirk, count in quirks.items()} == SHARES


def test_every_way_of_being_wrong_appears() -> None:
    assert {sent.quirk for sent in _events()} >= set(WRONG)


def test_late_events_arrive_behind_a_later_choice_of_the_same_person() -> None:
    newest: dict[str, int] = defaultdict(int)
    late = []
    for sent in _events():
        if sent.quirk in {"", "late", "astray"}:
            at = _event(sent).occurred_at
            if at < newest[sent.subject_id]:
                late.append(sent)
            newest[sent.subject_id] = max(newest[sent.subject_id], at)
    assert late == [sent for sent in _events() if sent.quirk == "late"]


def test_some_deletions_are_older_than_a_grant_that_was_there_first() -> None:
    granted: dict[str, int] = {}
    found = 0
    for sent in _events():
        if sent.what == "grant" and sent.quirk == "":
            granted[sent.subject_id] = _event(sent).occurred_at
        elif sent.what == "deletion" and sent.quirk == "late":
            found += _event(sent).occurred_at < granted.get(sent.subject_id, 0)
    assert found >= 10


def test_people_change_their_minds_in_every_way() -> None:
    seen = set()
    last: dict[str, str] = {}
    for sent in _events():
        if sent.quirk == "":
            seen.add((last.get(sent.subject_id), sent.what))
            last[sent.subject_id] = sent.what
    choices = {"grant", "by purpose", "by channel", "of all", "deletion", "objection", "expiry", "access"}
    assert choices == {what for _, what in seen}
    assert {("by purpose", "grant"), ("of all", "grant"), ("deletion", "grant")} <= seen


def test_repeats_say_the_same_as_the_event_before_them() -> None:
    said: dict[str, ConsentEvent] = {}
    for sent in _events():
        if sent.quirk in WRONG:
            continue
        event = _event(sent).model_copy(update={"received_at": None})
        if sent.quirk == "repeat":
            assert said[event.event_id] == event
        said[event.event_id] = event


def test_every_event_names_its_person_under_a_reserved_domain() -> None:
    for sent in _events():
        if sent.quirk not in WRONG:
            identities = {identity.type: identity.value for identity in _event(sent).identities}
            assert identities.keys() == {"email", "ga_client_id"}
            assert identities["email"].endswith((".test", "example.com"))


def test_no_clock_rule_applies_but_where_a_clock_was_spoiled() -> None:
    for sent in _events():
        if sent.quirk not in {*WRONG, "repeat"}:
            is_near = NOW - 86_400 * 10**6 * 2 < _event(sent).occurred_at < NOW
            assert is_near == (sent.quirk != "bad clock")


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_refused_for_its_reason(what: str) -> None:
    reason, make = WRONG[what]
    first = next(sent for sent in _events() if sent.quirk == "" and sent.what == "by purpose")
    before = [first] if reason == "event_id_reuse" else []
    relay = PaperRelay(
        stream(1, 1, people=900)[0], [*before, Sent(first.subject_id, make(_event(first)), "refused", what)]
    )
    *_, record = [record for record in relay.audit if record.kind in {"planned", "rejected"}]
    assert (record.kind, record.reason) == ("rejected", reason)
    assert kinds(relay.expected)[-1] == "rejected"
    assert record.pid in {None, pid_of(first.subject_id)}


def test_records_that_can_not_be_read_can_not_be_read() -> None:
    for sent in _events():
        if sent.quirk in WRONG and WRONG[sent.quirk][0] == "undecodable":
            with pytest.raises(DataError):
                decode(ConsentEvent, sent.value or b"")
