"""How long each rule lets a deadline be put off: by the law's own numbers, counted as the deadline was."""

from __future__ import annotations

import pytest
from closing_support import delivery, planned, request, told

from processors.closing.extension import extension
from schemas.contract import PolicyRef
from schemas.policy import load_policy
from schemas.times import iso, to_micros

RECEIVED = to_micros("2026-06-01T09:00:00+07:00")


def put_off(rule: str, due: str, jurisdiction: str | None, kind: str = "consent.withdrawn") -> str | None:
    """Until when a leg with that rule may be put off, under the policy with the laws of most places."""
    assert isinstance(RECEIVED, int)
    leg = delivery("a", rule=rule, due_at=to_micros(due))
    made = request(told(planned(leg, kind=kind, at=RECEIVED)))
    policy = load_policy("oomnis")
    ref = PolicyRef(id=policy.id, version=policy.version, sha256="0" * 64, text_sha256="0" * 64)
    made = made.model_copy(update={"policy": ref, "jurisdiction": jurisdiction})
    until = extension(made, made.legs[0])
    return None if until is None else iso(until)


def test_a_month_may_become_three_under_the_gdpr() -> None:
    until = put_off("gdpr.erasure.reply.1mo", "2026-07-01T21:59:59.999Z", "EEA", "deletion.requested")
    assert until is not None
    assert until.startswith("2026-09-01")


def test_a_target_of_the_house_may_be_put_off_by_as_much_again() -> None:
    assert put_off("house.stop.processor.internal-7d", "2026-06-08T23:59:59Z", "EEA") == "2026-06-15T23:59:59.000Z"


@pytest.mark.parametrize("rule", ["nobody.knows.this.1d", "ccpa.optout.processor.15bd"])
def test_a_rule_that_is_none_of_the_requests_gives_nothing(rule: str) -> None:
    assert put_off(rule, "2026-06-08T23:59:59Z", "EEA") is None


def test_a_policy_that_is_gone_gives_nothing() -> None:
    made = request(told(planned(delivery("a", rule="gdpr.erasure.reply.1mo"))))
    gone = made.model_copy(update={"policy": PolicyRef(id="gone", version="1", sha256="0", text_sha256="0")})
    assert extension(gone, gone.legs[0]) is None
    assert extension(made, made.legs[0]) is None
