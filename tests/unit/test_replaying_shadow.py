"""What would have been due otherwise: nothing by the same policy and lanes, and each leg that others change."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from plan_support import ANALYTICS, CAMPAIGNS, CRM, LANES
from replaying_support import Run, histories
from routing_support import event

from processors.replaying.shadow import Shadow
from schemas.policy import read_policy

if TYPE_CHECKING:
    from pathlib import Path

    from processors.replaying.shadow import Otherwise
    from schemas.events import ConsentEvent
    from schemas.policy import Policy

OWN_TEXT = files("schemas") / "policies" / "oomnis.toml"


def shadowed(run: Run, *lanes: Any) -> list[Otherwise]:
    shadow = Shadow(None, {"oomnis": lanes})
    found = [shadow.take(record) for record in run.log]
    return [one for one in found if one is not None]


@settings(max_examples=40)
@given(histories())
def test_under_the_same_policy_and_lanes_nothing_would_have_been_otherwise(events: list[ConsentEvent]) -> None:
    assert shadowed(Run(*events), *LANES) == []


def test_a_connection_more_is_a_leg_more_and_one_less_a_leg_less() -> None:
    run = Run(event(1, "delete"))
    second = replace(CAMPAIGNS, name="second-list")
    (more,) = shadowed(run, *LANES, second)
    assert [leg["lane"] for leg in more.added] == ["second-list"]
    assert (more.gone, more.verdict) == ((), ("planned", "planned"))
    (less,) = shadowed(run, CRM, CAMPAIGNS)
    assert [leg["lane"] for leg in less.gone] == ["google-analytics"]


def test_what_changes_in_a_leg_is_told_field_by_field() -> None:
    run = Run(event(1, "withdraw", 0, purposes=None))
    narrow = replace(CRM, channels=("email", "sms"))
    (found,) = shadowed(run, narrow, CAMPAIGNS, ANALYTICS)
    (changed,) = found.changed
    assert changed.leg["lane"] == "zoho-crm"
    assert changed.fields == {"channels": (("email",), ("email", "sms"))}


def test_a_verdict_that_would_be_another_goes_on_with_what_would_have_stood() -> None:
    log = Run(event(1, "withdraw", 5, ["surveys"]), event(2, "grant", 1, ["surveys"])).log
    shadow = Shadow(None, {"oomnis": LANES})
    alone = shadow.take(log[1])
    assert alone is not None
    assert alone.verdict == ("stale", "planned")
    assert alone.added


def draft_of(tmp_path: Path, *changes: tuple[str, str]) -> Policy:
    """The policy's own text, changed in a few places."""
    text = OWN_TEXT.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (tmp_path / "oomnis.toml").write_text(text, "utf-8")
    return read_policy(tmp_path / "oomnis.toml")


CRM_TOO = (
    '"marketing-campaigns" = [',
    '"marketing-campaigns" = [{ to = "zoho-one/crm", lines = [201], mark = "derived" }, ',
)
OTHER_PURPOSE = ('id = "surveys"', 'id = "feedback"'), ('"surveys" = [', '"feedback" = [')


def test_a_draft_with_a_vendor_more_and_another_purpose_is_told_by_just_these(tmp_path: Path) -> None:
    asked = [["marketing-campaigns"], ["surveys"], ["comms-marketing"]]
    run = Run(*(event(number, "withdraw", number, purposes) for number, purposes in enumerate(asked, 1)))
    shadow = Shadow(draft_of(tmp_path, CRM_TOO, *OTHER_PURPOSE), {"oomnis": LANES})
    vendor, purpose, same = (shadow.take(record) for record in run.log)
    assert vendor is not None
    assert [(leg["recipient"], leg["lane"], leg["action"]) for leg in vendor.added] == [
        ("zoho-one/crm", "zoho-crm", "withdraw")
    ]
    assert (vendor.verdict, vendor.gone, vendor.changed) == (("planned", "planned"), (), ())
    assert purpose is not None
    was, would = purpose.verdict
    assert (was, would.split(" of ")[0]) == ("planned", "rejected: purposes.0: is no purpose")
    assert [leg["recipient"] for leg in purpose.gone] == [leg.recipient for leg in run.log[1].legs or ()]
    assert (purpose.added, same) == ((), None)
