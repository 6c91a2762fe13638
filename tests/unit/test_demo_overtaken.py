"""What the demo's model makes of instructions that newer ones have overtaken before they were carried out."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from demo_support import ANA, BEN, PaperRelay, event, holds, outcome, paper_relay, pid_of, stream, told, world

from schemas.codec import encode
from schemas.records import AuditRecord, Cell, Leg
from streams.demo.cast import Cast
from streams.demo.check import Found, differences
from streams.demo.doubts import settle_doubts
from streams.demo.events import Sent
from streams.demo.model.expect import LegKey, expect
from streams.demo.order import Outage
from streams.demo.tally import key_of

if TYPE_CHECKING:
    from schemas.records import Action

LISTS = "zoho-campaigns"
SURVEYS = frozenset({("surveys", "email")})


def key(number: int, action: Action = "withdraw", lane: str = LISTS) -> LegKey:
    return LegKey(str(UUID(int=number)), lane, action)


def test_what_is_overtaken_altogether_is_not_done() -> None:
    pair = (event(1, "withdraw", 0, ["surveys"]), event(2, "grant", 1, ["surveys"]))
    plain, skipped = told(*pair), told(*pair, overtaken={key(1): None})
    assert [outcome(one, 1, LISTS, "withdraw") for one in (plain, skipped)] == ["executed", "superseded"]
    assert len(plain.accounts[ANA.key, "zoho_campaigns"].steps) == 2
    assert skipped.accounts[ANA.key, "zoho_campaigns"].steps == [frozenset({("grant", "surveys")})]
    assert skipped.unfounded == []


def test_what_is_overtaken_in_part_is_done_for_the_rest() -> None:
    some = ["surveys", "marketing-campaigns"]
    expected = told(event(1, "withdraw", 0, some), event(2, "grant", 1, ["surveys"]), overtaken={key(1): SURVEYS})
    assert holds(expected, "zoho_campaigns")["lists"] == {"surveys": "active", "marketing-campaigns": "unsub"}
    assert expected.unfounded == []


def test_more_than_newer_instructions_decide_anew_is_unfounded() -> None:
    some = ["surveys", "marketing-campaigns"]
    late = event(2, "grant", 1, ["surveys"])
    for older, newer, overtaken in (
        (event(1, "withdraw", 0, some), late, {key(1): None}),
        (event(1, "withdraw", 0, ["surveys"]), event(2, "withdraw", 1, ["marketing-campaigns"]), {key(1): None}),
        (event(1, "delete", 0), late, {key(1, "delete"): None}),
        (event(1, "withdraw", 0, ["surveys"]), late, {key(2, "grant"): None}),
    ):
        assert told(older, newer, overtaken=overtaken).unfounded == list(overtaken)
    assert told(event(1, "delete", 0), event(2, "delete", 1), overtaken={key(1, "delete"): None}).unfounded == []
    assert told(event(1, "grant", 0, some), event(2, "delete", 1), overtaken={key(1, "grant"): None}).unfounded == []


def test_a_deletion_that_was_said_before_a_grant_does_not_overtake_it() -> None:
    pair = (event(1, "grant", 5, ["surveys"]), event(2, "delete", 1))
    assert told(*pair, overtaken={key(1, "grant"): None}).unfounded == [key(1, "grant")]


def relay_with(**update: Any) -> tuple[PaperRelay, AuditRecord]:
    """A faultless run in which one outcome is told otherwise."""
    relay = copy(paper_relay(200, 1))
    relay.audit = list(relay.audit)
    place = next(n for n, record in enumerate(relay.audit) if record.lane == LISTS and record.outcome == "executed")
    relay.audit[place] = relay.audit[place].changed(**update)
    return relay, relay.audit[place]


def test_the_audit_says_what_was_overtaken() -> None:
    relay, record = relay_with(outcome="superseded")
    about = LegKey(record.event_id or "", LISTS, record.action)  # type: ignore[arg-type]
    assert relay.found().tally.overtaken() == {about: None}
    relay, record = relay_with()
    leg = Leg(kind="delivery", recipient=None, overtaken=(Cell(purpose="surveys", channel="email"),))
    relay.audit.append(record.changed(kind="overtaken", outcome=None, legs=(leg,)))
    assert relay.found().tally.overtaken() == {about: SURVEYS}


@pytest.mark.parametrize(
    ("outcome", "attempt", "failed"),
    [("executed", 1, 0), ("executed", 3, 1), ("superseded", 0, 0), ("superseded", 1, 1), ("parked", 5, 1)],
)
def test_it_says_as_well_what_was_tried_in_vain(outcome: str, attempt: int, failed: int) -> None:
    relay, record = relay_with(outcome=outcome, attempt=attempt)
    tried = list(relay.found().tally.in_vain())
    about = LegKey(record.event_id or "", LISTS, record.action)  # type: ignore[arg-type]
    assert [(key, vendor) for key, vendor, _ in tried] == [(about, "zoho_campaigns")] * failed
    assert all(outage.ended == record.at for _, _, outage in tried)


def test_an_unfounded_superseding_counts() -> None:
    relay, _ = relay_with()
    relay.expected = replace(relay.expected, unfounded=[key(1)])
    assert [
        "overtaken by nothing newer" in one.what for one in differences(relay.expected, relay.found(), pid_of)
    ] == [True]


def test_an_instruction_whose_outcome_was_lost_may_have_been_done_and_be_superseded_all_the_same() -> None:
    relay = PaperRelay(*stream(300, 4, people=30))
    steps = {who: len(account.steps) for who, account in relay.expected.accounts.items()}
    about = next(
        key
        for key, leg in relay.expected.legs.items()
        if key.lane == LISTS and leg.outcome == "executed" and steps[leg.subject_id, "zoho_campaigns"] > 1
    )
    relay.audit = [_superseded(record) if _is_of(record, about) else record for record in relay.audit]
    around = world(people=relay.cast.people, overtaken={about: None})
    broken = frozenset((vendor, person.key) for vendor, person in relay.cast.broken)
    around = replace(around, broken=broken)
    expected, found = expect(relay.log.entries, around), relay.found()
    settle_doubts(expected, found, around)
    assert differences(expected, found, pid_of), "without an outage nothing can have been lost"
    expected.unfounded = []  # this one would indeed have been; what is looked at here are the calls
    excused = replace(found, ledger=at_work(found, about), outages=(Outage(-1, -1),))
    settle_doubts(expected, excused, around)
    assert differences(expected, excused, pid_of) == []


def test_the_first_of_many_that_were_overtaken_may_be_the_one_that_was_done() -> None:
    words = [event(n, "grant" if n % 2 else "withdraw", n, ["surveys"]) for n in range(1, 14)]
    relay = PaperRelay(Cast((ANA, BEN), (), ()), [Sent(ANA.key, encode(word), "") for word in words])
    first, *others, last = relay.expected.legs
    around = world(overtaken=dict.fromkeys((first, *others)))
    relay.expected = expect(relay.log.entries, replace(around, done={first: frozenset({"surveys"})}))
    relay.audit = [record if _is_of(record, last) else _superseded(record) for record in relay.audit]
    found = relay.found()
    for calls, fits in ((at_work(found, first), True), (at_work(found, last), False)):
        expected = expect(relay.log.entries, around)
        told_then = replace(found, ledger=calls, outages=(Outage(-1, -1),))
        settle_doubts(expected, told_then, around)
        assert (differences(expected, told_then, pid_of) == []) is fits


def at_work(found: Found, key: LegKey) -> list[dict[str, Any]]:
    """The ledger as if all its calls had been made while this leg was not settled."""
    (since,) = [due.since for due in found.tally.dues.values() if key_of(due) == key]
    return [{**entry, "at": since} for entry in found.ledger]


def _is_of(record: AuditRecord, about: LegKey) -> bool:
    return record.kind == "outcome" and (record.event_id, record.lane, record.action) == about


def _superseded(record: AuditRecord) -> AuditRecord:
    return record.changed(outcome="superseded")
