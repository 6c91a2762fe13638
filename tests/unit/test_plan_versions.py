"""What a person said under one version of a policy, once another version is in force."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from plan_support import CAMPAIGNS, MINUTE, NOW, event, fresh
from policy_support import TOMORROW, write

from processors.plan import Plan, plan
from processors.planning.choices import Standing
from processors.routing.versions import version_for
from schemas.ids import content_hash
from schemas.policy import read_policies
from schemas.times import DAY

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.events import ConsentEvent
    from schemas.policy import Policy

Change = tuple[str, str]
LATER = 3 * DAY // MINUTE
"""Minutes: when the second version is in force."""
_ROW = '[[purposes]]\nid = "account-and-integrations"'
_SURVEYS = 'id = "surveys"'
_OFFERS = 'id = "health-offers"\nwording = "To ask"\nlines = [141]\nbases = ["consent"]\nmark = "derived"'
_FLOW: Change = (
    '"surveys" = [{ to',
    '"health-offers" = [{ to = "zoho-one/marketing", lines = [141], mark = "derived" }]\n"surveys" = [{ to',
)


def with_trait(trait: str) -> tuple[Change, ...]:
    return ((_SURVEYS, f'{_SURVEYS}\ntraits = ["{trait}"]'),)


def with_offers(more: str = "") -> tuple[Change, ...]:
    """A new purpose, `health-offers`, at the recipient of surveys."""
    return ((_ROW, f"[[purposes]]\n{_OFFERS}{more}\n\n{_ROW}"), _FLOW)


def versions(directory: Path, *changes: Change) -> tuple[Policy, ...]:
    """Oomnis' policy, and the version that follows it tomorrow."""
    write(directory / "oomnis-2021-09-08.toml")
    head = ('version = "2021-09-08"', 'version = "2"\nsupersedes = "2021-09-08"')
    write(directory / "oomnis-2.toml", head, ("effective = 2021-09-08", f"effective = {TOMORROW}"), *changes)
    return read_policies(directory)


def judged(known: tuple[Policy, ...], *events: ConsentEvent, now: int = NOW) -> list[Plan]:
    """Plan them one after the other for one person, each by its version, as it came in."""
    state, plans = fresh(), []
    for one in events:
        at = max(now, one.occurred_at)
        plans.append(plan(one, state, version_for(known, one, at), (CAMPAIGNS,), at, content_hash(b"pepper", one)))
        state = plans[-1].state
    return plans


@pytest.mark.parametrize(
    ("changes", "purpose"),
    [
        (with_trait("by_name"), "surveys"),
        (with_trait("sensitive"), "surveys"),
        (with_offers('\ntraits = ["sensitive"]'), "health-offers"),
        (with_offers(), "health-offers"),
    ],
)
def test_a_withdrawal_of_everything_covers_what_a_later_version_sets_apart(
    tmp_path: Path, changes: tuple[Change, ...], purpose: str
) -> None:
    known = versions(tmp_path, *changes)
    stop, bought = event(1, "withdraw", 0), event(2, "grant", LATER, [purpose], method="import_list")
    assert Standing.of(known[1], judged(known, stop)[-1].state.choices).is_withdrawn(purpose, "email")
    *_, made = judged(known, stop, bought)
    assert (made.verdict, made.reason) == ("stale", "import_after_choice")


def test_a_grant_of_everything_undoes_no_withdrawal_of_what_stands_apart_since(tmp_path: Path) -> None:
    known = versions(tmp_path, *with_trait("by_name"))
    stop, grant = event(1, "withdraw", 0, channels=["email"]), event(2, "grant", LATER, channels=["email"])
    state = judged(known, stop, grant)[-1].state
    standing = Standing.of(known[1], state.choices)
    assert standing.is_withdrawn("surveys", "email")
    assert standing.granted("marketing-campaigns", "email")
    assert not standing.is_withdrawn("surveys", "sms")
    both = event(3, "grant", LATER + 1, ["surveys"]), event(4, "withdraw", LATER + 2)
    ends = [judged(known, *order)[-1].state.choices for order in permutations((grant, *both))]
    assert all(end == ends[0] for end in ends)
    assert Standing.of(known[1], ends[0]).is_withdrawn("surveys", "email")


def test_a_hold_on_a_purpose_that_has_another_name_since_keeps_everything_until_it_is_lifted(tmp_path: Path) -> None:
    known = versions(tmp_path, (_SURVEYS, 'id = "polls"'), ('"surveys" = [{ to', '"polls" = [{ to'))
    hold, wish = event(1, "hold.placed", 0, ["surveys"]), event(2, "delete", LATER)
    *_, made = judged(known, hold, wish)
    deletions = [leg for leg in made.legs if leg.action == "delete" and leg.reason != "basis"]
    assert {(leg.kind, leg.outcome, leg.reason) for leg in deletions} == {("none", "retained", "legal_hold")}
    assert len(deletions) > 1
    *_, lift = judged(known, hold, wish, event(3, "hold.lifted", LATER + 1, supersedes=hold.event_id))
    assert {leg.recipient for leg in deletions} == {again.leg.recipient for again in lift.reopened}


def test_what_a_hold_kept_at_somebody_who_left_the_policy_is_work_by_hand_once_it_is_over(tmp_path: Path) -> None:
    gone = ('[[recipients]]\nid = "zoho-one/marketing"', '[[recipients]]\nid = "klaviyo"')
    flows = [
        (f'"{one}" = [{{ to = "zoho-one/marketing"', f'"{one}" = [{{ to = "klaviyo"')
        for one in ("marketing-campaigns", "surveys")
    ]
    known = versions(tmp_path, gone, *flows)
    holds = [
        event(number, "hold.placed", 0, [purpose]) for number, purpose in ((1, "surveys"), (2, "rights-defence"))
    ]
    lifts = [event(number, "hold.lifted", LATER + number, supersedes=holds[number - 4].event_id) for number in (4, 5)]
    *_, first, second = judged(known, *holds, event(3, "delete", 10), *lifts)
    there = "zoho-one/marketing"
    assert there not in {again.leg.recipient for again in first.reopened}, "the other hold may be about it"
    (again,) = [again for again in second.reopened if again.leg.recipient == there]
    assert (again.leg.kind, again.leg.outcome, again.leg.action) == ("task", "unbound_recipient", "delete")
    assert second.state.retained == ()


def test_the_task_for_a_copy_says_that_a_hold_on_a_purpose_of_another_name_keeps_it(tmp_path: Path) -> None:
    known = versions(tmp_path, (_SURVEYS, 'id = "polls"'), ('"surveys" = [{ to', '"polls" = [{ to'))
    *_, made = judged(known, event(1, "hold.placed", 0, ["surveys"]), event(2, "withdraw", LATER))
    (copy,) = [leg for leg in made.legs if leg.action == "delete"]
    assert (copy.recipient, copy.reason) == ("microsoft/azure", "legal_hold")


def test_a_deletion_with_a_broken_clock_reaches_who_has_the_data_now(tmp_path: Path) -> None:
    """It is taken at the moment it was received, so by the version of that moment."""
    row = '[[recipients]]\nid = "stripe"'
    new = '[[recipients]]\nid = "new-crm"\ntitle = "New CRM"\nlines = [212]\nmark = "derived"\n\n'
    flow = '"surveys" = [{ to = "new-crm", lines = [141], mark = "derived" }, { to'
    known = versions(tmp_path, (row, new + row), ('"surveys" = [{ to', flow))
    made = judged(known, event(1, "delete", occurred_at=1000), now=NOW + 30 * DAY)[-1]
    assert (made.occurred_at, made.clock_corrected) == (NOW + 30 * DAY, ("occurred_at",))
    assert "new-crm" in {leg.recipient for leg in made.legs}


def test_a_grant_of_everything_under_an_older_version_undoes_no_withdrawal_of_what_came_since(tmp_path: Path) -> None:
    known = versions(tmp_path, *with_offers())
    stop, late = event(1, "withdraw", LATER, ["health-offers"]), event(3, "delete", LATER - 600)
    for named, stands in (("2021-09-08", "withdrawn"), ("2", "granted"), (None, "granted")):
        grant = event(2, "grant", LATER + 1, policy_version=named)
        ends = [judged(known, *order)[-1].state.choices for order in permutations((stop, grant, late))]
        assert all(end == ends[0] for end in ends)
        standing = Standing.of(known[1], ends[0])
        offers = standing.effective("health-offers", "email")
        assert (offers and offers.status) == stands
        assert standing.granted("marketing-campaigns", "email")
