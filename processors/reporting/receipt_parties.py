"""Who has a part in what a consent is about: the controller, and who gets the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.reporting.model import Report
    from schemas.policy import Policy


def parties(report: Report, purposes: Iterable[str], policy: Policy | None) -> list[dict[str, Any]]:
    """As ISO/IEC TS 27560 names the fields of a party (6.3.6). Of recipients the policy says a name and a role."""
    controller = {
        "party_id": report.controller,
        "party_name": report.company,
        "party_address": policy.address if policy else None,
        "party_contact": [
            {"channel": one.channel, "value": one.value, "masked": one.masked} for one in policy.contacts
        ]
        if policy
        else None,
        "party_role": "controller",
        "party_type": "pii_controller",
    }
    if policy is None:
        return [controller]
    reached = dict.fromkeys(flow.to for purpose in purposes for flow in policy.flows.get(purpose, ()))
    return [controller, *(_recipient(policy, name) for name in reached)]


def _recipient(policy: Policy, name: str) -> dict[str, Any]:
    row = policy.by_recipient[name]
    return {
        "party_id": name,
        "party_name": row.title,
        "party_address": None,
        "party_contact": None,
        "party_role": row.role,
        "party_type": "pii_processor" if row.role == "processor" else "third_party",
    }
