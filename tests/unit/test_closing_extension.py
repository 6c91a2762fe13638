"""How long each rule lets a deadline be put off: by the law's own numbers, counted as the deadline was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from closing_support import delivery, planned, request, told

from processors.closing.extension import extension
from processors.deadlines import limits
from processors.reckoning.scope import scope
from schemas.contract import PolicyRef
from schemas.policy import load_policy, policies
from schemas.times import DAY, iso, to_micros

if TYPE_CHECKING:
    from schemas.policy import Policy

RECEIVED = to_micros("2026-06-01T09:00:00+07:00")


def put_off(
    rule: str, due: str, jurisdiction: str | None, kind: str = "consent.withdrawn", policy_id: str = "oomnis"
) -> str | None:
    """Until when a leg with that rule may be put off, under the policy with the laws of most places, or another."""
    assert isinstance(RECEIVED, int)
    leg = delivery("a", rule=rule, due_at=to_micros(due))
    made = request(told(planned(leg, kind=kind, at=RECEIVED)))
    policy = load_policy(policy_id)
    ref = PolicyRef(id=policy.id, version=policy.version, sha256="0" * 64, text_sha256="0" * 64)
    made = made.changed(policy=ref, jurisdiction=jurisdiction)
    until = extension(made, made.legs[0])
    return None if until is None else iso(until)


def test_a_month_may_become_three_under_the_gdpr() -> None:
    until = put_off("gdpr.erasure.reply.1mo", "2026-07-01T21:59:59.999Z", "EEA", "deletion.requested")
    assert until is not None
    assert until.startswith("2026-09-01")


@pytest.mark.parametrize(
    ("due", "later"),
    [
        ("2026-07-17T03:59:59.999999Z", "2026-08-31"),  # 45 days after the request, 90 days
        ("2026-11-08T04:59:59.999999Z", "2026-12-23"),  # told to a new connection in September
        ("2027-03-17T03:59:59.999999Z", "2027-05-01"),
    ],
)
def test_what_began_anew_is_put_off_from_when_it_began(due: str, later: str) -> None:
    until = put_off("vcdpa.optout.third_party.45d", due, "US-VA", "optout.targeted_ads", "osows")
    assert until is not None
    assert until.startswith(later)


@pytest.mark.parametrize("days", [0, 3, 200])
@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_no_deadline_is_put_off_to_before_itself(policy: Policy, days: int) -> None:
    assert isinstance(RECEIVED, int)
    found = [
        (due.due_at + days * DAY, due.rule, place, kind)
        for place in (None, "EEA", "US-CA", "US-VA", "VN")
        for kind in ("deletion.requested", "consent.withdrawn", "optout.targeted_ads")
        for due in limits(scope(policy.regimes, place), kind, RECEIVED, RECEIVED).values()
    ]
    later = [(put_off(rule, iso(due), place, kind, policy.id), iso(due)) for due, rule, place, kind in found]
    assert all(until is None or until > due for until, due in later)


def test_a_target_of_the_house_may_be_put_off_by_as_much_again() -> None:
    assert put_off("house.stop.processor.internal-7d", "2026-06-08T23:59:59Z", "EEA") == "2026-06-15T23:59:59.000Z"


@pytest.mark.parametrize("rule", ["nobody.knows.this.1d", "ccpa.optout.processor.15bd"])
def test_a_rule_that_is_none_of_the_requests_gives_nothing(rule: str) -> None:
    assert put_off(rule, "2026-06-08T23:59:59Z", "EEA") is None


def test_a_policy_that_is_gone_gives_nothing() -> None:
    made = request(told(planned(delivery("a", rule="gdpr.erasure.reply.1mo"))))
    gone = made.changed(policy=PolicyRef(id="gone", version="1", sha256="0", text_sha256="0"))
    assert extension(gone, gone.legs[0]) is None
    assert extension(made, made.legs[0]) is None
