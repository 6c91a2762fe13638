"""Which switches stand on granted: only where everything behind them was granted, and nothing stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from processors.signals.switches import ADS, switches
from processors.signals.told import told
from schemas.origin import Origin
from schemas.policy import load_policy
from schemas.state import Choice, Mark, SubjectState
from schemas.times import DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

OSOWS = load_policy("osows")
SERVES = ("google-adsense", "facebook-ads", "youtube-embed", "google-analytics", "google-tag-manager")
ADVERTISING = ("targeted-advertising", "campaign-effectiveness")
ALL_ON = {"ad_storage", "adsense", "analytics_storage", "facebook", "youtube"}


def choice(purpose: str, status: Any = "granted", *, channel: str = "*", at: int = 10) -> Choice:
    return Choice(purpose=purpose, channel=channel, status=status, occurred_at=at, event_id=f"e{at}")


def state(*choices: Choice, **more: Any) -> SubjectState:
    return SubjectState(pid="p1.x", controller="osows", choices=choices, **more)


def on(found: Mapping[str, bool]) -> set[str]:
    return {name for name, is_on in found.items() if is_on}


def told_of(*choices: Choice, gpc: bool = False, **more: Any) -> set[str]:
    found = switches(state(*choices, **more), OSOWS, SERVES, gpc=gpc)
    assert set(found) == ALL_ON
    return on(found)


def test_nobody_known_and_nothing_chosen_is_denied() -> None:
    assert on(switches(None, OSOWS, SERVES)) == set()
    assert told_of() == set()


def test_a_grant_of_everything_grants_every_switch_and_a_later_withdrawal_of_one_purpose_takes_its_switches() -> None:
    assert told_of(choice("*")) == ALL_ON
    left = told_of(choice("*"), choice("targeted-advertising", "withdrawn", at=11))
    assert left == {"analytics_storage", "youtube"}


def test_a_switch_needs_every_purpose_behind_it() -> None:
    assert told_of(choice("targeted-advertising")) == set()
    assert told_of(*map(choice, ADVERTISING)) == {"ad_storage", "adsense", "facebook"}
    assert told_of(choice("improvement")) == {"youtube"}
    assert told_of(choice("improvement"), choice("usage-trends")) == {"youtube", "analytics_storage"}


def test_a_grant_for_mails_alone_is_none_for_the_site_and_ads_want_their_own_channel() -> None:
    assert told_of(choice("*", channel="email")) == set()
    assert told_of(choice("*", channel="web")) == {"analytics_storage", "youtube"}
    assert told_of(choice("*", channel="web"), choice("*", channel="ads")) == ALL_ON


def test_global_privacy_control_denies_advertising_whatever_was_granted() -> None:
    assert told_of(choice("*"), gpc=True) == ALL_ON - ADS == {"analytics_storage", "youtube"}


def test_a_restriction_denies_what_was_granted_before_it() -> None:
    mark = Mark(kind="restriction", purpose="*", on=True, occurred_at=11, event_id="e")
    assert told_of(choice("*"), marks=(mark,)) == set()


@pytest.mark.parametrize("change", ["state", "day", "person", "site", "nothing"])
def test_what_was_served_is_one_record_for_each_person_site_state_and_day(change: str) -> None:
    origin = Origin(topic="consent.state", partition=1, offset=7)
    found = switches(state(choice("*")), OSOWS, SERVES)
    first = told("p1.x", "site", "osows", OSOWS, found, origin, DAY)
    other = told(
        "p1.y" if change == "person" else "p1.x",
        "site-2" if change == "site" else "site",
        "osows",
        OSOWS,
        {**found, "facebook": False} if change == "state" else found,
        origin,
        2 * DAY if change == "day" else 2 * DAY - 1,
    )
    assert (other.record_id == first.record_id) == (change == "nothing")
    assert first.evidence is not None
    assert first.evidence.detail == (
        "ad_storage=granted,adsense=granted,analytics_storage=granted,facebook=granted,youtube=granted"
    )
