"""The worked dates of the semantic cases, each named after its clause."""

from __future__ import annotations

import pytest
from deadline_support import HONG_KONG, OOMNIS, OSOWS, VIETNAM, Listed, ask, at, days

from processors.deadlines import extended
from schemas.errors import ExtensionRefused


def test_cap_593_s10_ten_working_days_from_sending_in_hong_kong() -> None:
    dues = ask(
        OOMNIS, "consent.withdrawn", "2026-03-05T10:00:00+08:00", "HK", ("email",), "2026-03-02T18:00:00+08:00"
    )
    own = dues["own"]
    assert own.due_on.isoformat() == "2026-03-16"
    assert own.due_at == at("2026-03-17T00:00:00+08:00") - 1
    assert (own.rule, own.mark) == ("uemo.unsubscribe.own.10wd", "verified")
    assert own.calendar is not None
    assert own.calendar.startswith("holidays 0.")
    assert own.calendar.endswith(": HK")


def test_s35g_an_objection_in_writing_has_no_statutory_days() -> None:
    dues = ask(HONG_KONG, "objection.raised", "2026-03-02T10:00:00+08:00", "HK")
    assert {one.mark for one in dues.values()} == {"internal"}
    assert dues["third_party"].row.citation == "Cap. 486 s.35L"


def test_s23_1_c_the_corrected_copy_within_forty_days() -> None:
    dues = ask(HONG_KONG, "correction.requested", "2026-03-02T10:00:00+08:00", "HK")
    assert days(dues)["third_party"] == "2026-04-11"  # a Saturday: Cap. 486 says nothing of days off
    assert dues["third_party"].mark == "verified"
    assert dues["processor"].mark == "internal"


@pytest.mark.parametrize("leg", ["own", "processor", "third_party"])
def test_11_ccr_7026_f_fifteen_business_days_skip_19_june_and_3_july(leg: str) -> None:
    dues = ask(OSOWS, "optout.sale", "2026-06-15T09:00:00-07:00", "US-CA")
    assert days(dues)[leg] == "2026-07-08"
    assert dues["own"].due_at == at("2026-07-09T00:00:00-07:00") - 1
    assert dues["processor"].rule == "ccpa.optout.processor.15bd"


def test_decree_356_art_5_2_reply_own_and_processor() -> None:
    dues = ask(VIETNAM, "consent.withdrawn", "2026-06-01T09:00:00+07:00", "VN")
    assert days(dues) == {
        "reply": "2026-06-03",
        "own": "2026-06-16",
        "processor": "2026-06-21",
        "third_party": "2026-06-21",
    }
    assert dues["processor"].due_at == at("2026-06-22T00:00:00+07:00") - 1
    assert {one.mark for one in dues.values()} == {"secondary"}


def test_decree_356_art_5_2_one_extension_with_a_reason() -> None:
    own = ask(VIETNAM, "consent.withdrawn", "2026-06-01T09:00:00+07:00", "VN")["own"]
    longer = extended(own, "the archive is read by hand", at("2026-06-16T23:59:59+07:00"))
    assert longer.due_on.isoformat() == "2026-07-01"
    with pytest.raises(ExtensionRefused, match="once"):
        extended(longer, "again", at("2026-06-16T23:59:59+07:00"))


def test_decree_13_a_request_of_2025_12_31_keeps_its_72_hours() -> None:
    last = ask(VIETNAM, "consent.withdrawn", "2025-12-31T23:59:59+07:00", "VN")
    assert last["own"].due_at == at("2026-01-03T23:59:59+07:00")
    assert last["own"].rule == "vn-13.withdrawal.own.72h"
    first = ask(VIETNAM, "consent.withdrawn", "2026-01-01T00:00:00+07:00", "VN")
    assert first["own"].rule == "vn-356.withdrawal.own.15d"


@pytest.mark.parametrize(
    ("received", "due_on"),
    [
        ("2026-01-15T12:00:00+01:00", "2026-02-16"),  # the 15th is a Sunday
        ("2026-01-31T12:00:00+01:00", "2026-03-02"),  # February ends on Saturday the 28th
        ("2026-11-25T12:00:00+01:00", "2026-12-28"),  # Friday the 25th is a holiday everywhere
        ("2026-03-31T12:00:00+02:00", "2026-04-30"),
    ],
)
def test_reg_1182_71_art_3_a_month_ends_on_its_date_or_the_next_working_day(received: str, due_on: str) -> None:
    reply = ask([Listed("gdpr", ("EEA",))], "deletion.requested", received)["reply"]
    assert reply.due_on.isoformat() == due_on
    assert reply.rule == "gdpr.erasure.reply.1mo"


def test_reg_1182_71_a_day_off_of_one_country_counts_where_the_country_is_known() -> None:
    gdpr = [Listed("gdpr", ("EEA",))]
    assert days(ask(gdpr, "access.requested", "2026-04-01T12:00:00Z", "DE"))["reply"] == "2026-05-04"
    assert days(ask(gdpr, "access.requested", "2026-04-01T12:00:00Z", "DK"))["reply"] == "2026-05-01"
    assert days(ask(gdpr, "access.requested", "2026-04-01T12:00:00Z", "EEA"))["reply"] == "2026-05-01"


def test_art_12_3_two_further_months_are_counted_from_receipt() -> None:
    reply = ask([Listed("gdpr", ("EEA",))], "access.requested", "2026-01-31T12:00:00Z", "FR")["reply"]
    assert reply.due_on.isoformat() == "2026-03-02"
    assert extended(reply, "many requests", at("2026-02-10T12:00:00Z")).due_on.isoformat() == "2026-04-30"


def test_11_ccr_7021_confirmed_in_ten_business_days_answered_in_forty_five() -> None:
    dues = ask(OSOWS, "deletion.requested", "2026-06-15T09:00:00Z", "US-CA")
    assert days(dues) == dict.fromkeys(("own", "processor", "third_party", "reply"), "2026-07-30") | {
        "ack": "2026-06-30"
    }


def test_conn_42_520_consent_revoked_at_most_fifteen_days() -> None:
    dues = ask(OSOWS, "consent.withdrawn", "2026-05-10T12:00:00-04:00", "US-CT")
    assert dues["own"].rule == "ctdpa.withdrawal.own.15d"
    assert days(dues)["own"] == "2026-05-25"
