"""The one extension: for a reason, before the first deadline, and only as far as every law that applies lets it."""

from __future__ import annotations

import pytest
from deadline_support import EVERY, HONG_KONG, OSOWS, VIETNAM, Listed, ask, at

from processors.deadlines import extended
from schemas.errors import ExtensionRefused

CALIFORNIA = ask(OSOWS, "deletion.requested", "2026-06-15T09:00:00-07:00", "US-CA")


def refused(*args: object) -> str:
    with pytest.raises(ExtensionRefused) as raised:
        extended(*args)  # type: ignore[arg-type]
    return raised.value.reason


def test_forty_five_days_more_for_a_reason() -> None:
    longer = extended(CALIFORNIA["reply"], "three archives", at("2026-07-30T23:59:59-07:00"))
    assert longer.due_on.isoformat() == "2026-09-13"
    assert (longer.rule, longer.reason) == ("ccpa.erasure.reply.45d", "three archives")


def test_refused_after_the_first_deadline_without_a_reason_twice_and_where_the_law_has_none() -> None:
    reply = CALIFORNIA["reply"]
    assert refused(reply, "late", reply.due_at + 1) == "too_late"
    assert refused(reply, "  ", reply.due_at) == "no_reason"
    assert refused(extended(reply, "once", reply.due_at), "twice", reply.due_at) == "extended_before"
    assert refused(CALIFORNIA["ack"], "why not", at("2026-06-16T09:00:00Z")) == "no_extension"


def test_an_extension_that_the_law_leaves_open_ends_at_our_own_target() -> None:
    reply = ask(HONG_KONG, "access.requested", "2026-03-02T10:00:00+08:00", "HK")["reply"]
    longer = extended(reply, "it was translated", at("2026-04-01T10:00:00+08:00"))
    assert (longer.due_on.isoformat(), longer.mark) == ("2026-05-11", "internal")


def test_what_another_law_does_not_extend_still_holds() -> None:
    regimes = [Listed("ctdpa", ("US",)), Listed("vn-356", ("US",))]
    own = ask(regimes, "consent.withdrawn", "2026-06-01T12:00:00+07:00", "US")["own"]
    assert own.rule == "vn-356.withdrawal.own.15d"
    longer = extended(own, "the archive is read by hand", at("2026-06-10T09:00:00Z"))
    assert (longer.rule, longer.due_on.isoformat()) == ("ctdpa.withdrawal.own.15d", "2026-06-16")


def test_seventy_two_hours_are_not_extended() -> None:
    own = ask(VIETNAM, "deletion.requested", "2025-12-20T09:00:00Z", "VN")["own"]
    assert refused(own, "a reason", at("2025-12-21T09:00:00Z")) == "no_extension"


def test_a_target_of_the_house_never_shortens_an_extension() -> None:
    own = ask(EVERY, "deletion.requested", "2026-06-15T09:00:00Z", "US-UT")["own"]
    assert extended(own, "a reason", at("2026-06-16T09:00:00Z")).due_on.isoformat() == "2026-09-13"


def test_where_the_country_is_unknown_an_extension_ends_with_the_earliest_of_all() -> None:
    gdpr, received, asked = [Listed("gdpr", ("EEA",))], "2026-02-01T12:00:00Z", at("2026-02-10T12:00:00Z")
    ends = {
        place: extended(ask(gdpr, "access.requested", received, place)["reply"], "a reason", asked)
        for place in (None, "FI", "DK")
    }
    assert ends["FI"].due_on.isoformat() == "2026-05-04"  # 1 May is a holiday there, and a Friday
    assert ends["DK"].due_on.isoformat() == "2026-05-01"  # but not there
    assert ends[None].due_at == ends["DK"].due_at
