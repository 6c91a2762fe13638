"""Which law and whose clock: the policy's laws, the event's jurisdiction, the days there."""

from __future__ import annotations

import pytest
from deadline_support import EVERY, OOMNIS, OSOWS, VIETNAM, Listed, ask, at, days

from processors.reckoning.saying import due_day, mark_of
from processors.reckoning.scope import scope
from schemas.errors import DeadlineError

GDPR = [Listed("gdpr", ("EEA",))]


@pytest.mark.parametrize(
    ("place", "regimes"),
    [
        ("DE", {"gdpr"}),
        ("de", {"gdpr"}),
        ("EEA", {"gdpr"}),
        ("HK", {"pdpo", "uemo"}),
        ("US-CO", {"cpa", "coppa", "can-spam"}),
        ("US", {"ccpa", "vcdpa", "cpa", "ctdpa", "ucpa", "coppa", "can-spam", "shine-the-light"}),
    ],
)
def test_the_jurisdiction_chooses_of_the_policys_laws(place: str, regimes: set[str]) -> None:
    assert set(scope(EVERY, place).regimes) == regimes


def test_what_is_not_known_is_said() -> None:
    assert scope(OOMNIS, None).assumed == "the jurisdiction is unknown"
    assert scope(OOMNIS, "BR").assumed == "no regime of the policy covers BR"
    assert scope(OSOWS, "US").assumed == "which part of US is unknown"
    assert scope(OOMNIS, "HK").assumed is None
    assert ask(GDPR, "access.requested", "2026-06-15T09:00:00Z", "EEA")["reply"].assumed is not None
    assert ask(GDPR, "access.requested", "2026-06-15T09:00:00Z", "IT")["reply"].assumed is None


def test_a_place_that_no_law_of_the_policy_covers_gets_the_strictest_of_all() -> None:
    moment = "2026-06-15T09:00:00Z"
    assert days(ask(OOMNIS, "access.requested", moment, "BR")) == days(ask(OOMNIS, "access.requested", moment))


def test_a_policy_without_laws_gets_the_targets_of_the_house() -> None:
    dues = ask([], "deletion.requested", "2026-06-15T09:00:00Z", "BR")
    assert {one.rule for one in dues.values()} == {
        f"house.any.{leg}.internal-30d" for leg in ("own", "processor", "third_party")
    }
    assert {(one.mark, one.assumed) for one in dues.values()} == {("internal", None)}


def test_of_laws_that_hold_together_a_number_goes_before_a_target_of_our_own() -> None:
    own = ask(OOMNIS, "consent.withdrawn", "2026-03-02T10:00:00+08:00", "HK", ("email",))["own"]
    assert own.rule == "uemo.unsubscribe.own.10wd"
    assert [one.rule for one in own.others] == ["pdpo.optout.own.internal-3d"]


def test_where_the_person_may_be_elsewhere_the_target_there_counts() -> None:
    own = ask(OOMNIS, "consent.withdrawn", "2026-03-02T10:00:00Z", None, ("email",))["own"]
    assert own.rule == "gdpr.withdrawal.own.internal-3d"
    assert "uemo.unsubscribe.own.10wd" in {one.rule for one in own.others}


def test_an_opt_out_from_nobody_knows_where_is_done_as_california_wants_it() -> None:
    own = ask(OSOWS, "optout.sale", "2026-06-15T09:00:00-07:00")["own"]
    assert (own.rule, own.due_on.isoformat()) == ("ccpa.optout.own.15bd", "2026-07-08")


def test_the_day_is_the_one_that_it_is_there() -> None:
    late = "2026-06-15T20:00:00Z"
    assert days(ask(VIETNAM, "deletion.requested", late, "VN"))["own"] == "2026-07-06"  # the 16th there
    assert days(ask(OSOWS, "deletion.requested", late, "US-CA"))["own"] == "2026-07-30"  # the 15th there


def test_where_the_country_is_unknown_the_earliest_day_of_the_eea_holds() -> None:
    reply = ask(GDPR, "access.requested", "2026-06-10T23:30:00Z")["reply"]  # the 11th, but in Iceland
    assert reply.due_at == at("2026-07-10T23:59:59.999999Z")
    assert reply.place.calendars == ("IS",)
    noon = ask(GDPR, "access.requested", "2026-06-10T12:00:00Z")["reply"]
    assert noon.due_at == at("2026-07-10T23:59:59.999999+03:00")


def test_a_clock_that_changes_in_between_does_not_move_the_days_end() -> None:
    reply = ask(GDPR, "access.requested", "2026-10-01T12:00:00Z", "FR")["reply"]
    assert reply.due_at == at("2026-11-02T23:59:59.999999+01:00")  # the 1st is a Sunday


def test_an_unsubscribe_row_is_for_its_channels_alone() -> None:
    moment = "2026-03-02T10:00:00+08:00"
    assert ask(OOMNIS, "consent.withdrawn", moment, "HK", ("email", "sms"))["own"].rule == "uemo.unsubscribe.own.10wd"
    assert ask(OOMNIS, "consent.withdrawn", moment, "HK", ("email", "ads"))["own"].mark == "internal"
    assert ask(OOMNIS, "consent.withdrawn", moment, "HK")["own"].mark == "internal"


def test_a_request_sent_after_it_was_received_is_counted_from_receipt() -> None:
    received, sent = "2026-03-02T10:00:00+08:00", "2026-03-09T10:00:00+08:00"
    assert days(ask(OOMNIS, "consent.withdrawn", received, "HK", ("email",), sent))["own"] == "2026-03-16"


def test_a_working_saturday_that_the_state_has_made_counts() -> None:
    reply = ask(VIETNAM, "deletion.requested", "2026-08-20T09:00:00+07:00", "VN")["reply"]
    assert reply.due_on.isoformat() == "2026-08-22"


def test_an_unknown_regime_is_an_error_that_names_the_known() -> None:
    with pytest.raises(DeadlineError, match="no regime 'lgpd'"):
        ask([Listed("lgpd", ("BR",))], "deletion.requested", "2026-06-15T09:00:00Z")


@pytest.mark.parametrize("place", ["FI", "FR", "PT", "IS", "HK", "VN", "US-CA", "US-CT", None])
def test_outputs_say_the_date_that_it_is_where_the_deadline_ends(place: str | None) -> None:
    dues = ask(EVERY, "deletion.requested", "2026-06-15T09:00:00Z", place)
    assert {leg: due_day(one.rule, one.due_at) for leg, one in dues.items()} == days(dues)
    assert {mark_of(one.rule) for one in dues.values()} == {one.mark for one in dues.values()}
    assert due_day("internal.30d", at("2026-07-08T23:00:00Z")) == "2026-07-08"
