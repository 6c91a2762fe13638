"""Systems without an API: none that the policies name is missing, and what is said of each agrees with the policy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from processors.planning.routes import Route
from processors.reviewing.review import review
from processors.vendors.base import VENDORS
from schemas.connections import RelayConfig
from schemas.policy import policies
from schemas.systems import FILE, System, Systems, systems
from streams.cli import app

if TYPE_CHECKING:
    from schemas.policy.rows import Recipient

PLACES = [(policy, recipient) for policy in policies() for recipient in policy.recipients]
NAMED = (
    "Google Tag Manager", "Consent Mode", "AdSense", "Optimize", "Website Optimizer", "Site Search", "Google+",
    "Facebook Analytics", "Facebook Remarketing", "Facebook social plugins", "Instagram", "YouTube",
    "Google Calendar",
    "Outlook", "Leadinfo", "accessiBe", "Termly.io", "Apple Pay", "Google Wallet", "Google Play Console", "Azure",
    "Google Analytics Remarketing", "OmiGroup's recipients by class", "Reddit",
)  # fmt: skip
COME_LATER = {"zoho-analytics", "zoho-salesiq"}
"""Have an API, and an adapter to come."""
EXAMPLE: dict[str, Any] = {
    "id": "a", "title": "A", "outcome": "manual_task", "instructions": "i", "proof": "p", "mark": "U", "source": "s",
}  # fmt: skip


def test_every_recipient_has_an_adapter_an_outcome_or_is_exempt_until_its_adapter_comes() -> None:
    known = systems().by_recipient
    left = {
        recipient.id
        for _, recipient in PLACES
        if recipient.id not in known and not any(kind.is_for(recipient.id) for kind in VENDORS.values())
    }
    assert left <= COME_LATER


def test_no_system_that_was_asked_for_is_missing() -> None:
    titles = " | ".join(system.title for system in systems().systems)
    assert [name for name in NAMED if name not in titles] == []


def test_none_is_about_a_recipient_that_no_policy_names() -> None:
    assert systems().by_recipient.keys() <= {recipient.id for _, recipient in PLACES}
    assert systems().signals.keys() <= {recipient.id for _, recipient in PLACES}


@pytest.mark.parametrize(("policy", "recipient"), PLACES, ids=lambda one: one.id)
def test_what_is_said_of_it_is_how_the_policy_has_it_end(policy: Any, recipient: Recipient) -> None:
    system = systems().by_recipient.get(recipient.id)
    if system is None:
        return
    without = Route(recipient.id, None, (), reach=recipient.reach, is_retired=recipient.status == "retired")
    ends = {
        "client_signal": {"manual_task", "unbound_recipient"},  # until the site's connection is there
        "manual_task": {"manual_task", "unbound_recipient"},
    }.get(system.outcome, {system.outcome})
    assert without.without_lane in ends, f"{policy.id}: {recipient.id}"


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_policy_check_tells_what_is_done_and_what_proves_it(policy: Any) -> None:
    found = {row.recipient: row for row in review(policy, RelayConfig(), VENDORS).covered}
    for recipient, row in found.items():
        if row.how == "outcome":
            system = systems().by_recipient[recipient]
            assert row.why == f"{system.instructions}; proof: {system.proof}"
    reached = {"oomnis": "microsoft/azure", "osome": "leadinfo", "osows": "apple-pay"}.get(policy.id)
    assert reached is None or found[reached].how == "outcome"


def test_each_says_how_well_it_is_known_and_nothing_twice() -> None:
    for system in systems().systems:
        assert not system.instructions.endswith(".")
        assert (system.mark in {"D", "T"}) is system.source.startswith("https://"), system.id
    gated = set(re.findall(r'data-consent=\\"([a-z-]+)\\"', FILE.read_text("utf-8")))
    assert gated <= {signal for signals in systems().signals.values() for signal in signals}, (
        "a gate that nothing opens"
    )


def test_a_file_that_contradicts_itself_is_refused() -> None:
    wrong = [
        {"signals": {}, "systems": [EXAMPLE, EXAMPLE]},
        {"signals": {}, "systems": [{**EXAMPLE, "recipients": ["r"]}, {**EXAMPLE, "id": "b", "recipients": ["r"]}]},
        {"signals": {}, "systems": [{**EXAMPLE, "outcome": "client_signal", "recipients": ["r"]}]},
    ]
    for tables in wrong:
        with pytest.raises(ValidationError):
            Systems.model_validate(tables)
    for change in ({"outcome": "delegated_to"}, {"to": "stripe"}, {"mark": "X"}, {"proof": ""}):
        with pytest.raises(ValidationError):
            System.model_validate({**EXAMPLE, **change})


def test_they_are_listed() -> None:
    lines = CliRunner().invoke(app, ["vendors", "systems", "--json"]).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [system.id for system in systems().systems]
    assert "delegated_to stripe" in " ".join(CliRunner().invoke(app, ["vendors", "systems"]).stdout.split())
    page = (Path(__file__).parents[2] / "docs" / "vendors.md").read_text("utf-8")
    assert all(system.title in page for system in systems().systems)
