"""The cases of the law and of the four policies, by their clauses: oomnis (001) and Osome (000)."""

from __future__ import annotations

from cases_support import by_recipient, day, lane, micros, reasons, run, said, task

from processors.switches import TOGETHER
from schemas.ids import delivery_id

CRM = lane("oomnis", "zoho-one/crm", vendor="zoho_crm", switches=TOGETHER)
MARKETING = lane("oomnis", "zoho-one/marketing")
BOTH = (CRM, MARKETING)
AT = "2026-03-02T09:00:00+00:00"


def test_001_l137_l139_withdrawing_campaigns_stops_their_analysis_and_nothing_else() -> None:
    (made,) = run(said("oomnis", 1, "consent.withdrawn", AT, ["marketing-campaigns"]), lanes=BOTH)
    legs = by_recipient(made)
    assert set(legs) == {"zoho-one/marketing", "google-analytics", "zoho-analytics", "zoho-salesiq"}
    assert legs["zoho-one/marketing"].action == "withdraw"
    assert legs["google-analytics"].purposes == ("campaign-analytics",)
    (everything,) = run(said("oomnis", 2, "consent.withdrawn", AT), lanes=BOTH)
    assert "comms-service-notice" in by_recipient(everything)["zoho-one/crm"].continues, "L181: essential ones go on"


def test_cap_593_s10_an_unsubscribe_is_due_ten_working_days_from_when_it_was_sent() -> None:
    sent = said(
        "oomnis", 1, "consent.withdrawn", AT, ["marketing-campaigns"], channels=["email"], jurisdiction="HK",
        received_at="2026-03-05T09:00:00+00:00",
    )  # fmt: skip
    (made,) = run(sent, lanes=BOTH)
    leg = by_recipient(made)["zoho-one/marketing"]
    assert (day(leg.due_at, 8), leg.rule, leg.mark) == ("2026-03-16", "uemo.unsubscribe.processor.10wd", "verified")
    assert day(task(made, "own_systems").due_at, 8) == "2026-03-16"


def test_001_l172_l174_an_employers_authorisation_degrades_the_service_and_its_giver_is_asked() -> None:
    (made,) = run(said("oomnis", 1, "authorisation.withdrawn", AT, ["calendar-sync"], jurisdiction="EEA"))
    replica = by_recipient(made)["microsoft/azure"]
    assert (replica.action, replica.purposes, replica.all_purposes) == ("delete", ("calendar-sync",), False)
    assert task(made, "revoke_grant").purposes == ("calendar-sync",), "L89, L93: what comes in is copied here"
    assert task(made, "notify_authorising_org").outcome == "manual_task"
    assert ("not_applicable", "service_degraded") in reasons(made)


def test_001_l157_l282_what_a_hold_is_about_is_suppressed_and_erased_by_itself_when_it_is_lifted() -> None:
    hold = said("oomnis", 1, "hold.placed", AT, ["rights-defence"], until="2026-09-01T00:00:00+00:00")
    wish = said("oomnis", 2, "deletion.requested", "2026-03-03T09:00:00+00:00")
    lift = said("oomnis", 3, "hold.lifted", "2026-05-04T09:00:00+00:00", supersedes=hold.event_id)
    _, deletion, over = run(hold, wish, lift, lanes=BOTH)
    at_crm = [leg for leg in deletion.legs if leg.recipient == "zoho-one/crm"]
    assert [(leg.kind, leg.action, leg.outcome) for leg in at_crm] == [
        ("delivery", "withdraw", None), ("none", "delete", "retained"),
    ]  # fmt: skip
    kept = at_crm[1]
    assert (kept.reason, kept.review_at) == ("legal_hold", micros("2026-09-01T00:00:00+00:00"))
    assert by_recipient(deletion)["zoho-one/marketing"].action == "delete", "other modules are erased"
    assert [one.recipients for one in deletion.state.retained] == [("zoho-one/crm",)]
    (again,) = over.reopened
    assert (again.leg.action, again.leg.lane, again.leg.reopens) == ("delete", "zoho-one-crm", wish.event_id)
    version = "2021-09-08"
    assert again.leg.delivery_id == kept.delivery_id
    assert kept.delivery_id == delivery_id("oomnis", wish.event_id, "zoho-one-crm", "delete", version)
    assert over.state.retained == ()


def test_001_l157_a_lift_without_a_name_ends_older_holds_and_another_hold_goes_on() -> None:
    first = said("oomnis", 1, "hold.placed", AT, ["rights-defence"])
    other = said("oomnis", 2, "hold.placed", "2026-03-02T10:00:00+00:00", ["rights-defence"])
    wish = said("oomnis", 3, "deletion.requested", "2026-03-03T09:00:00+00:00")
    early = said("oomnis", 4, "hold.lifted", "2026-03-02T09:30:00+00:00")
    late = said("oomnis", 5, "hold.lifted", "2026-05-04T09:00:00+00:00")
    *_, between, after = run(first, other, wish, early, late, lanes=BOTH)
    assert (between.reopened, len(between.state.retained)) == ((), 1)
    assert len(after.reopened) == 1


def test_001_l316_a_deletion_says_until_when_backups_may_keep_the_rest() -> None:
    (made,) = run(said("oomnis", 1, "deletion.requested", AT), lanes=BOTH)
    (backup,) = [leg for leg in made.legs if leg.backup_until]
    assert (backup.outcome, backup.reason, day(backup.backup_until)) == ("retained", "backup", "2028-03-02")


def test_001_l217_l314_only_the_customer_orders_the_deletion_of_service_data() -> None:
    for number, relation in enumerate(("customer", "employer"), 1):
        for kind in ("contract.ended", "deletion.requested"):
            order = said("oomnis", number, kind, AT, data_domain="service_data", expressed_by={"relation": relation})
            (made,) = run(order, lanes=BOTH)
            assert {who: leg.action for who, leg in by_recipient(made).items()} == {
                "microsoft/azure": "delete", "zoho-one/crm": "delete",
            }  # fmt: skip
    for kind in ("deletion.requested", "access.requested", "correction.requested", "restriction.requested"):
        (asked,) = run(said("oomnis", 9, kind, AT, data_domain="service_data"), lanes=BOTH)
        assert task(asked, "route_to_customer").outcome == "manual_task"
        assert not [leg for leg in asked.legs if leg.kind == "delivery"]


def test_001_l296_l303_an_offer_that_nobody_answers_deletes_nothing_and_is_no_consent() -> None:
    offered = said("oomnis", 1, "deletion.offered", AT, until="2026-04-01T00:00:00+00:00")
    (made,) = run(offered, lanes=BOTH)
    (leg,) = made.legs
    assert (leg.kind, leg.reason) == ("none", "silence_deletes_nothing")
    assert leg.review_at == micros("2026-04-01T00:00:00+00:00")
    assert (made.state.erased_at, made.state.choices) == (None, ())


def test_001_l250_l252_nobody_under_16_stays() -> None:
    (young,) = run(said("oomnis", 1, "minor.identified", AT, age=15), lanes=BOTH)
    assert by_recipient(young)["zoho-one/crm"].action == "delete"
    assert task(young, "deactivate_account").kind == "task"
    (old,) = run(said("oomnis", 2, "minor.identified", AT, age=16), lanes=BOTH)
    assert reasons(old) == {("not_applicable", "no_rule_for_this_age")}
    (untold,) = run(said("oomnis", 3, "minor.identified", AT), lanes=BOTH)
    assert by_recipient(untold)["zoho-one/crm"].action == "delete", "an age that nobody told counts as the lowest"


def test_001_l250_nothing_is_taken_of_whoever_is_known_to_be_under_16() -> None:
    young = said("oomnis", 1, "minor.identified", AT, age=12)
    older = said("oomnis", 3, "minor.identified", "2026-03-04T09:00:00+00:00", age=16)
    confirmed = {"verified_by": {"method": "two_step", "at": AT}}
    for how in ({}, confirmed, {"expressed_by": {"relation": "parent"}}):
        own = said("oomnis", 2, "consent.granted", "2026-03-03T09:00:00+00:00", ["surveys"], **how)
        *_, refused = run(young, own, lanes=BOTH)
        assert (refused.verdict, refused.reason) == ("stale", "minor")
        *_, told = run(young, own, older, lanes=BOTH)
        assert by_recipient(told)["zoho-one/marketing"].grants == (own.event_id,), "it counts as they are old enough"
        *_, late = run(young, older, own, lanes=BOTH)
        assert late.verdict == "planned"
        assert (told.state.choices, told.state.marks) == (late.state.choices, late.state.marks)


def test_000_s35g_s35l_a_marketing_optout_reaches_our_agents_and_no_third_party_is_written_to() -> None:
    (made,) = run(said("osome", 1, "objection.raised", AT, jurisdiction="HK"))
    assert set(by_recipient(made)) >= {"facebook-ads", "google-ads", "hubspot", "intercom"}
    for leg in by_recipient(made).values():
        assert leg.mark == "internal", "no statutory days"
    assert not [leg for leg in made.legs if leg.task == "notify_third_parties"]


def test_000_s26_where_no_right_to_erasure_is_offered_each_use_is_reviewed() -> None:
    (made,) = run(said("osome", 1, "deletion.requested", AT, jurisdiction="HK"))
    tasks = [leg for leg in made.legs if leg.recipient]
    assert {(leg.task, leg.reason) for leg in tasks} == {("review", "no_such_right")}
    assert made.state.erased_at is None
    assert task(made, "reply").kind == "task"
    decided = said(
        "osome", 2, "deletion.requested", AT, jurisdiction="HK", supersedes=str(made.state.recent[0].event_id)
    )
    (carried,) = run(decided, lanes=(lane("osome", "hubspot"),))
    assert by_recipient(carried)["hubspot"].action == "delete", "what the review decides names the request"


def test_000_s23_a_correction_goes_to_agents_and_in_writing_to_third_parties_of_the_last_12_months() -> None:
    (made,) = run(said("osome", 1, "correction.requested", AT, jurisdiction="HK"), lanes=(lane("osome", "hubspot"),))
    legs = by_recipient(made)
    assert (legs["hubspot"].task, legs["hubspot"].outcome) == ("correct", "manual_task")
    party = [leg for leg in made.legs if leg.recipient == "transaction-counterparties"]
    assert party[0].reason == "given_in_last_12_months"
    assert day(party[0].due_at, 8) == "2026-04-11", "40 days"


def test_000_l48_leadinfo_is_opted_out_of_on_its_own_page_and_not_at_intercom() -> None:
    (made,) = run(said("osome", 1, "consent.withdrawn", AT, ["lead-generation"]))
    legs = by_recipient(made)
    assert (legs["leadinfo"].kind, legs["leadinfo"].task) == ("task", "web_form")
    assert "intercom" not in legs


def test_000_l46_a_stop_reaches_the_tag_manager_first_and_an_erasure_last() -> None:
    (stop,) = run(said("osome", 1, "consent.withdrawn", AT))
    assert next(leg.recipient for leg in stop.legs if leg.recipient) == "google-tag-manager"
    wish = said("osome", 2, "deletion.requested", AT, supersedes=stop.state.recent[0].event_id)
    (erasure,) = run(wish)
    asked = [leg.recipient for leg in erasure.legs if leg.action == "delete" and leg.kind != "none"]
    assert asked[-1] == "google-tag-manager"


def test_000_l45_a_retired_product_ends_as_such_and_is_not_skipped() -> None:
    (made,) = run(said("osome", 1, "consent.withdrawn", AT, ["ab-testing"]))
    assert by_recipient(made)["google-optimize"].outcome == "terminated_product"
    assert ("not_applicable", "service_termination") in reasons(made), "L151"
