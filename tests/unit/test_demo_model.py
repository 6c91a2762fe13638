"""The second model's rules, one by one: from the words of the design, not from the planner."""

from __future__ import annotations

import pytest
from demo_support import (
    ANA,
    BEN,
    CONFIG,
    NOW,
    PARTITIONS,
    Log,
    event,
    holds,
    kinds,
    outcome,
    told,
    world,
)

from schemas.codec import encode
from schemas.connections import parse_config
from schemas.times import DAY
from streams.demo.model import Entry, Place, Verdict, expect, home

CRM, CAMPAIGNS, ANALYTICS = "zoho-crm", "zoho-campaigns", "google-analytics"
CAMPAIGN = ("marketing-campaigns",)
OUT = [("Contacts", True, False), ("Leads", True, False)]
IN = [("Contacts", False, False), ("Leads", False, False)]


def test_a_withdrawal_of_any_purpose_behind_the_switch_sets_it() -> None:
    expected = told(event(1, "withdraw", 0, ["prospecting"]))
    assert outcome(expected, 1, CRM, "withdraw") == "executed"
    assert outcome(expected, 1, CAMPAIGNS, "withdraw") is None
    assert holds(expected, "zoho_crm")["records"] == OUT


def test_a_grant_clears_the_switch_only_when_nothing_behind_it_stands_withdrawn() -> None:
    first = [event(1, "withdraw", 0, ["prospecting"]), event(2, "grant", 1, ["comms-marketing"])]
    blocked = told(*first)
    assert outcome(blocked, 2, CRM, "grant") is None
    assert holds(blocked, "zoho_crm")["records"] == OUT
    freed = told(*first, event(3, "grant", 2, ["prospecting"]))
    assert outcome(freed, 3, CRM, "grant") == "executed"
    assert holds(freed, "zoho_crm")["records"] == IN


def test_purposes_have_lists_of_their_own() -> None:
    expected = told(event(1, "withdraw", 0, CAMPAIGN))
    assert holds(expected, "zoho_campaigns")["lists"] == {"marketing-campaigns": "unsub", "surveys": "active"}


@pytest.mark.parametrize("channels", [(), ("email",), ("email", "sms")])
def test_a_withdrawal_of_everything_is_do_not_mail(channels: tuple[str, ...]) -> None:
    expected = told(event(1, "withdraw", channels=channels))
    held = holds(expected, "zoho_campaigns")
    assert (held["do_not_mail"], set(held["lists"].values())) == (True, {"unsub"})


def test_a_withdrawal_of_everything_that_lost_a_part_to_a_newer_choice_is_none() -> None:
    expected = told(event(1, "grant", 5, ["surveys"]), event(2, "withdraw", 0))
    held = holds(expected, "zoho_campaigns")
    assert (held["do_not_mail"], held["lists"]) == (False, {"marketing-campaigns": "unsub", "surveys": "active"})


def test_a_subscription_waits_for_its_confirmation_where_the_list_asks_for_one() -> None:
    expected = told(event(1, "withdraw", 0, [*CAMPAIGN, "surveys"]), event(2, "grant", 1, [*CAMPAIGN, "surveys"]))
    assert outcome(expected, 2, CAMPAIGNS, "grant") == "accepted"
    assert holds(expected, "zoho_campaigns")["lists"] == {"marketing-campaigns": "pending", "surveys": "active"}


def test_out_of_do_not_mail_only_the_person_can_come() -> None:
    expected = told(event(1, "withdraw"), event(2, "grant", 1, ["surveys"]))
    assert outcome(expected, 2, CAMPAIGNS, "grant") == "manual_task"
    assert holds(expected, "zoho_campaigns")["lists"]["surveys"] == "unsub"


def test_a_deletion_is_different_at_each_vendor() -> None:
    expected = told(event(1, "delete"))
    outcomes = [outcome(expected, 1, lane, "delete") for lane in (CRM, CAMPAIGNS, ANALYTICS)]
    assert outcomes == ["executed", "manual_task", "accepted"]
    assert holds(expected, "zoho_crm")["records"] == []
    assert holds(expected, "zoho_campaigns")["do_not_mail"]
    assert holds(expected, "google_analytics") == {"deletion_requested": True}


def test_analytics_hears_of_choices_by_the_sites_own_signal() -> None:
    expected = told(event(1, "withdraw", 0, CAMPAIGN), event(2, "grant", 1, ["trend-analytics"]))
    assert outcome(expected, 1, ANALYTICS, "withdraw") == "client_signal", "campaign-analytics follows"
    assert outcome(expected, 2, ANALYTICS, "grant") == "client_signal"
    assert outcome(told(event(1, "withdraw", channels=("email",))), 1, ANALYTICS, "withdraw") is None
    assert holds(expected, "google_analytics") == {"deletion_requested": False}


def test_whom_the_crm_does_not_know_it_can_not_make_but_campaigns_can() -> None:
    bens = event(1, "grant", 0, ["surveys", "prospecting"], subject_id=BEN.key)
    expected = told(bens)
    assert outcome(expected, 1, CRM, "grant") == "no_match"
    assert outcome(expected, 1, CAMPAIGNS, "grant") == "accepted"
    assert holds(expected, "zoho_campaigns", BEN) == {
        "known": True,
        "lists": {"surveys": "active"},
        "do_not_mail": False,
    }
    assert (
        outcome(told(bens.model_copy(update={"kind": "consent.withdrawn"})), 1, CAMPAIGNS, "withdraw") == "no_match"
    )


def test_a_late_grant_undoes_nothing_newer() -> None:
    expected = told(event(1, "withdraw", 5, CAMPAIGN), event(2, "grant", 0, CAMPAIGN))
    assert kinds(expected) == ["planned", "stale"]
    assert holds(expected, "zoho_campaigns")["lists"]["marketing-campaigns"] == "unsub"


def test_at_a_tie_the_withdrawal_wins_whichever_comes_first() -> None:
    grant, withdrawal = event(1, "grant", 0, CAMPAIGN), event(2, "withdraw", 0, CAMPAIGN)
    assert kinds(told(withdrawal, grant)) == ["planned", "stale"]
    assert kinds(told(grant, withdrawal)) == ["planned", "planned"]


def test_repeats_change_nothing_and_an_id_stands_for_one_event_only() -> None:
    first = event(1, "withdraw", 0, CAMPAIGN)
    again = first.model_copy(update={"received_at": NOW - 1})
    other = first.model_copy(update={"purposes": ("surveys",)})
    expected = told(first, again, other)
    assert list(expected.verdicts.values()) == [
        Verdict("planned"), Verdict("duplicate"), Verdict("rejected", "event_id_reuse"),
    ]  # fmt: skip
    assert len(expected.legs) == 2


def test_repeats_are_known_among_the_last_32_events() -> None:
    first = event(1, "withdraw", 59, CAMPAIGN)
    others = [event(number, "grant", 0, CAMPAIGN) for number in range(2, 34)]
    assert kinds(told(first, *others[:-1], first))[-1] == "duplicate"
    assert kinds(told(first, *others, first))[-1] == "planned"


@pytest.mark.parametrize("off", [4000 * DAY, -4000 * DAY])
def test_a_bad_clock_never_loses_what_protects(off: int) -> None:
    granted = event(1, "grant", 59, CAMPAIGN)
    withdrawn = event(2, "withdraw", 0, CAMPAIGN).model_copy(update={"occurred_at": NOW + off})
    expected = told(granted, withdrawn)
    assert kinds(expected) == ["planned", "planned"], "counted as received just now, after the grant"
    assert holds(expected, "zoho_campaigns")["lists"]["marketing-campaigns"] == "unsub"
    refused = told(event(1, "grant", 0, CAMPAIGN).model_copy(update={"occurred_at": NOW + off}))
    assert list(refused.verdicts.values()) == [Verdict("rejected", "clock")]


@pytest.mark.parametrize(
    ("at", "method", "kind"),
    [(4, "web_form", "stale"), (5, "api", "stale"), (6, "web_form", "planned"), (6, "import", "stale")],
)
def test_after_an_erasure_a_grant_must_be_newer_and_no_import(at: int, method: str, kind: str) -> None:
    assert kinds(told(event(1, "delete", 5), event(2, "grant", at, CAMPAIGN, method=method)))[-1] == kind


def test_a_second_deletion_must_be_newer_than_the_first() -> None:
    assert kinds(told(event(1, "delete", 5), event(2, "delete", 5), event(3, "delete", 6))) == [
        "planned", "stale", "planned",
    ]  # fmt: skip


def test_a_deletion_older_than_a_grant_is_carried_out_and_the_grant_sent_again() -> None:
    expected = told(event(1, "grant", 5, [*CAMPAIGN, "prospecting"]), event(2, "delete", 0))
    assert outcome(expected, 2, CRM, "delete") == "executed"
    assert outcome(expected, 2, CRM, "grant") == "no_match", "the CRM can't make a person"
    assert outcome(expected, 2, CAMPAIGNS, "grant") == "manual_task", "do-not-mail is in force by then"
    assert outcome(expected, 2, ANALYTICS, "grant") == "client_signal"
    steps = expected.accounts[ANA.key, "zoho_campaigns"].steps
    assert steps == [{("grant", "marketing-campaigns")}, {("withdraw", "*")}]


def test_an_imported_grant_is_not_sent_again_and_hides_nothing() -> None:
    imported = event(2, "grant", 5, CAMPAIGN, method="import")
    assert outcome(told(imported, event(3, "delete", 0)), 3, CAMPAIGNS, "grant") is None
    both = told(event(1, "withdraw", 2, CAMPAIGN), imported, event(3, "delete", 0), event(4, "grant", 1, CAMPAIGN))
    assert kinds(both)[-1] == "stale", "the withdrawal below the import still counts"


def test_a_late_withdrawal_from_before_the_erasure_is_passed_on() -> None:
    expected = told(event(1, "delete", 5), event(2, "withdraw", 4, CAMPAIGN))
    assert outcome(expected, 2, CAMPAIGNS, "withdraw") == "executed"


def test_what_is_due_depends_on_the_region() -> None:
    tables = {name: c.model_dump(exclude={"name"}) for name, c in CONFIG.connections.items()}
    tables[CRM]["regions"] = ("EEA",)
    controllers = {name: controller.model_dump() for name, controller in CONFIG.controllers.items()}
    config = parse_config({"controllers": controllers, "connections": tables}, "tests")
    for jurisdiction, is_due in (("EEA", True), ("DE", True), ("fr", True), (None, True), ("HK", False)):
        expected = told(event(1, "withdraw", jurisdiction=jurisdiction), config=config)
        assert (outcome(expected, 1, CRM, "withdraw") is not None) == is_due


def test_whose_vendor_never_answers_stays_as_they_were_there() -> None:
    expected = told(event(1, "withdraw"), broken=frozenset({("zoho_crm", ANA.key)}))
    assert outcome(expected, 1, CRM, "withdraw") == "parked"
    assert holds(expected, "zoho_crm")["records"] == IN
    assert holds(expected, "zoho_campaigns")["do_not_mail"]


def test_a_record_in_a_foreign_partition_counts_where_it_is_forwarded_to() -> None:
    log = Log()
    at_home = home(ANA.key, PARTITIONS)
    astray = log.add(encode(event(1, "withdraw")), (at_home + 1) % PARTITIONS)
    assert (expect(log.entries, world()).verdicts, expect(log.entries, world()).forwarded) == ({}, {astray.here})
    log.add(astray.value, at_home, astray)
    assert expect(log.entries, world()).verdicts == {astray.here: Verdict("planned")}


def test_headers_lead_back_to_where_a_record_first_stood() -> None:
    headers = {"consent-relay-forwarded": b"1", "consent-relay-from": b"consent.events|3|17|1772442000123000"}
    entry = Entry.read(Place(0, 5), b"", 99, headers)
    assert (entry.first, entry.at) == (Place(3, 17), 1772442000123000)
    assert Entry.read(Place(0, 5), b"", 99, {}).first == Place(0, 5)
