from __future__ import annotations

from typing import TYPE_CHECKING

from checker.avro import decode
from checker.case import Case
from checker.policy import Policy
from checker.rundir import Run
from made_run import MadeRun

from schemas.codec import encode
from schemas.events import ConsentEvent

if TYPE_CHECKING:
    from pathlib import Path

WHO = "anna-0001"
MAIL = {"purposes": ["comms-marketing"], "channels": ["email"]}
GRANT, WITHDRAWAL, DELETION = "consent.granted", "consent.withdrawn", "deletion.requested"


def _verdicts(run: MadeRun, path: Path) -> list[str]:
    return list(Case(Run(run.write(path))).oracle.verdicts.values())


def _dues(run: MadeRun, path: Path) -> list[tuple[str, str, str]]:
    return [tuple(key) for key in Case(Run(run.write(path))).oracle.dues]  # type: ignore[misc]


def test_a_late_grant_undoes_no_withdrawal_and_loses_against_one_of_the_same_moment(tmp_path: Path) -> None:
    run = MadeRun()
    run.say(WITHDRAWAL, WHO, 20, **MAIL)
    run.say(GRANT, WHO, 10, **MAIL)
    run.say(GRANT, WHO, 20, **MAIL)
    assert _verdicts(run, tmp_path) == ["planned", "stale", "stale"]


def test_an_older_choice_counts_where_nothing_newer_was_said(tmp_path: Path) -> None:
    run = MadeRun()
    run.say(GRANT, WHO, 20, purposes=["surveys"])
    older = run.say(WITHDRAWAL, WHO, 10)
    dues = Case(Run(run.write(tmp_path))).oracle.dues
    mail = next(due for key, due in dues.items() if key[:2] == (older, "mail"))
    assert mail.cells == {("marketing-campaigns", "email")}
    assert not mail.everything


def test_a_grant_that_a_newer_restriction_takes_something_from_is_not_one_of_everything(tmp_path: Path) -> None:
    run = MadeRun()
    run.say("restriction.requested", WHO, 20, purposes=["surveys"])
    older = run.say(GRANT, WHO, 10)
    dues = {key[1]: due for key, due in Case(Run(run.write(tmp_path))).oracle.dues.items() if key[0] == older}
    assert dues["mail"].cells == {("marketing-campaigns", "email")}
    assert (dues["mail"].everything, dues["crm"].everything) == (False, True)


def test_what_is_granted_after_an_older_deletion_is_granted_once_more_behind_it(tmp_path: Path) -> None:
    run = MadeRun()
    grant = run.say(GRANT, WHO, 20, **MAIL)
    deletion = run.say(DELETION, WHO, 10)
    expected = [(grant, "crm", "grant"), (deletion, "crm", "delete"), (deletion, "crm", "grant")]
    assert _dues(run, tmp_path) == [*expected, (deletion, "mail", "delete"), (deletion, "web", "delete")]


def test_an_erased_person_comes_back_by_no_older_grant_and_no_import(tmp_path: Path) -> None:
    run = MadeRun()
    run.say(DELETION, WHO, 20)
    run.say(GRANT, WHO, 10, **MAIL)
    run.say(GRANT, WHO, 30, method="import", **MAIL)
    run.say(GRANT, WHO, 31, **MAIL)
    run.say(DELETION, WHO, 19)
    assert _verdicts(run, tmp_path) == ["planned", "stale", "stale", "planned", "stale"]


def test_one_switch_stays_off_while_anything_behind_it_is_withdrawn(tmp_path: Path) -> None:
    run = MadeRun()
    first = run.say(WITHDRAWAL, WHO, 10, purposes=["prospecting"])
    run.say(GRANT, WHO, 20, **MAIL)
    last = run.say(GRANT, WHO, 30, purposes=["prospecting"])
    assert _dues(run, tmp_path) == [(first, "crm", "withdraw"), (last, "crm", "grant")]


def test_the_same_id_with_other_content_is_rejected(tmp_path: Path) -> None:
    run = MadeRun()
    run.say(GRANT, WHO, 10, **MAIL)
    run.say(GRANT, WHO, 10, **MAIL)
    run.say(GRANT, WHO, 10, purposes=["surveys"])
    assert _verdicts(run, tmp_path) == ["planned", "duplicate", "rejected"]


def test_a_clock_that_cannot_be_right_is_the_receipts_for_a_withdrawal_and_refuses_a_grant(tmp_path: Path) -> None:
    run = MadeRun()
    far = {**MAIL, "occurred_at": 4_000_000_000 * 1_000_000}
    run.say(GRANT, WHO, 10, **far)
    run.say(WITHDRAWAL, WHO, 10, **far)
    run.say(GRANT, WHO, 9, **MAIL)
    assert _verdicts(run, tmp_path) == ["rejected", "planned", "stale"]


def test_it_reads_what_the_relay_writes_and_nothing_else() -> None:
    event = ConsentEvent.parse({
        "event_id": "6f1c2a4e-0000-4000-8000-000000000001", "kind": GRANT, "controller": "oomnis", "subject_id": WHO,
        "purposes": ["surveys"], "method": "api", "occurred_at": 1, "published_by": "test",
    })  # fmt: skip
    read = decode("consent_event", encode(event))
    assert read is not None
    assert (read["subject_id"], read["purposes"], read["occurred_at"]) == (WHO, ["surveys"], 1)
    assert decode("consent_event", encode(event) + b"\x00") is None
    assert decode("consent_event", b"junk") is None
    assert decode("consent_event", None) is None


def test_a_connection_is_told_of_people_who_are_or_may_be_in_one_of_its_regions() -> None:
    rules = Policy.of("oomnis")
    table = {"controller": "oomnis", "adapter": "zoho_crm", "serves": ["zoho-one/crm"], "regions": ["EEA", "US-CA"]}
    crm = rules.connection("crm", table)
    places = ("DE", "eea", None, "US", "US-CA", "US-NY", "HK", "CH")
    assert [place for place in places if not crm.concerns(place)] == ["US-NY", "HK", "CH"]
    assert rules.connection("crm", table | {"regions": ["FR"]}).concerns("EEA")


def test_a_hold_is_taken_whatever_its_clock_as_what_protects_is(tmp_path: Path) -> None:
    run = MadeRun()
    run.say("hold.placed", WHO, 20)
    run.events[-1]["event"] = {**run.events[-1]["event"], "occurred_at": 0}
    assert _verdicts(run, tmp_path) == ["planned"]


def test_nothing_of_a_child_counts_until_they_are_said_to_be_older(tmp_path: Path) -> None:
    run = MadeRun()
    run.say("minor.identified", WHO, 10, age=12)
    run.say(GRANT, WHO, 20, **MAIL)
    older = run.say("minor.identified", WHO, 30, age=17)
    run.say(GRANT, WHO, 40, **MAIL)
    assert _verdicts(run, tmp_path) == ["planned", "stale", "planned", "planned"]
    assert (older, "crm", "grant") in _dues(run, tmp_path)
