"""Purposes for which a vendor has the same list, sender or switch: none turns on what another one turned off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from delivering_support import GOOD, REDRIVE, REFUSED, Driven, delivery
from hypothesis import given
from hypothesis import strategies as st
from plan_support import CAMPAIGNS, event, run

from processors.delivering.holds import Rules
from processors.lane import lane_of
from processors.switches import APART, TOGETHER, Switches
from processors.vendors.base import VENDORS
from schemas.connections import Connection
from schemas.policy import load_policy
from schemas.state import SubjectState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.plan import Plan
    from processors.vendors.base import Vendor
    from schemas.records import Leg

PURPOSES = ("surveys", "comms-marketing", "marketing-campaigns")
SHARED = Switches(shared={"surveys": frozenset({"comms-marketing"}), "comms-marketing": frozenset({"surveys"})})
LISTS = replace(CAMPAIGNS, serves=frozenset({"zoho-one/crm", "zoho-one/marketing"}), switches=SHARED)
NAMED_ALIKE = {"http": {"names": {"one": "LIST-7", "two": "LIST-7"}}}
"""Options with the same for two purposes, of an adapter whose example has nothing for any."""


KEEPING_APART = [
    kind for kind in VENDORS.values() if kind.per_purpose and (can := kind.can.get("grant")) and can.kind == "api"
]


def alike(kind: type[Vendor]) -> Mapping[str, Any]:
    """Its example, with the same for two purposes."""
    if kind.name in NAMED_ALIKE:
        return {**kind.example, **NAMED_ALIKE[kind.name]}
    options = kind.options_type.model_validate(kind.example)
    purpose = next(iter(options.switches))
    (name,) = (name for name, value in kind.example.items() if isinstance(value, dict | list) and purpose in value)
    given: dict[str, Any] | list[str] = kind.example[name]
    both = dict.fromkeys(("one", "two"), given[purpose]) if isinstance(given, dict) else ["one", "two"]
    return {**kind.example, name: both}


@pytest.mark.parametrize("kind", KEEPING_APART, ids=lambda kind: kind.name)
def test_every_adapter_says_what_its_options_give_to_two_purposes(kind: type[Vendor]) -> None:
    given = Connection(
        name="c", controller="oomnis", adapter=kind.name, serves=("crm",), mode="live", options=dict(alike(kind))
    )
    shared = lane_of(given).switches
    assert (shared.join("one", "two"), shared.join("two", "one"), shared.join("one", "three")) == (True, True, False)


def test_a_system_of_ones_own_may_call_a_purpose_as_we_call_another() -> None:
    options = {**VENDORS["http"].example, "names": {"one": "two", "three": "four"}}
    given = Connection(name="c", controller="oomnis", adapter="http", serves=("crm",), mode="live", options=options)
    shared = lane_of(given).switches
    assert (shared.join("one", "two"), shared.join("two", "one"), shared.join("one", "three")) == (True, True, False)


def told(plan: Plan) -> Leg:
    (leg,) = (leg for leg in plan.legs if leg.lane)
    return leg


def test_a_list_goes_on_only_when_no_purpose_on_it_stands_withdrawn() -> None:
    _, half, _, freed = run(
        event(1, "withdraw", 0, ["surveys"]),
        event(2, "grant", 1, ["comms-marketing", "marketing-campaigns"]),
        event(3, "withdraw", 2, ["marketing-campaigns"]),
        event(4, "grant", 3, ["surveys"]),
        lanes=(LISTS,),
    )
    assert (told(half).action, told(half).purposes) == ("grant", ("marketing-campaigns",))
    assert (told(freed).action, told(freed).purposes) == ("grant", ("surveys",))


def test_a_grant_of_which_nothing_is_left_says_why() -> None:
    _, blocked = run(event(1, "withdraw", 0, ["surveys"]), event(2, "grant", 1, ["comms-marketing"]), lanes=(LISTS,))
    assert (told(blocked).outcome, told(blocked).reason) == ("not_applicable", "other_purpose_withdrawn")


def test_a_grant_of_everything_that_leaves_a_switch_off_is_not_told_as_one() -> None:
    """What has to be granted by name is not among everything, and stays withdrawn on one channel."""
    lane = replace(CAMPAIGNS, controller="osome", serves=frozenset({"hubspot"}), channels=("email", "sms"))
    _, made = run(
        event(1, "withdraw", 0, ["direct-marketing"], channels=("email",), controller="osome"),
        event(2, "grant", 1, controller="osome"),
        lanes=(replace(lane, switches=TOGETHER),),
        state=SubjectState(pid="p1.ann", controller="osome"),
        policy=load_policy("osome"),
    )
    assert (told(made).action, told(made).channels, told(made).all_purposes) == ("grant", ("sms",), False)


@given(st.lists(st.tuples(st.sampled_from(["grant", "withdraw", "delete"]), st.sampled_from(PURPOSES)), max_size=8))
def test_no_list_is_on_that_a_purpose_on_it_stands_withdrawn_from(steps: list[tuple[str, str]]) -> None:
    events = [event(n, action, n, None if action == "delete" else [p]) for n, (action, p) in enumerate(steps, 1)]
    on: set[str] = set()
    withdrawn: set[str] = set()
    for (action, purpose), plan in zip(steps, run(*events, lanes=(LISTS,)), strict=True):
        forgotten = {*withdrawn} if action == "delete" else {purpose}
        withdrawn = {*withdrawn, purpose} if action == "withdraw" else withdrawn - forgotten
        for leg in plan.legs:
            if leg.kind != "delivery":
                continue
            reached = {other for p in leg.purposes for other in PURPOSES if SHARED.join(p, other)}
            on = set() if leg.action == "delete" else on | reached if leg.action == "grant" else on - reached
        assert not on & withdrawn


@pytest.mark.parametrize("switches", [SHARED, TOGETHER, APART], ids=["shared", "one", "apart"])
def test_a_grant_that_failed_is_not_sent_past_a_withdrawal_behind_the_same_switch(switches: Switches) -> None:
    lane = Driven(rules=Rules(switches=switches))
    lane.arrive(delivery(1, "grant", purposes=("comms-marketing",)))
    lane.round(REFUSED)
    lane.arrive(delivery(2, purposes=("surveys",)))
    lane.round(GOOD)
    failed = lane.core.redrives.failed(None)
    assert lane.core.redrives.begin(REDRIVE, failed, lane.now).begun == (0 if switches else 1)
