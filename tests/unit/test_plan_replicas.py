"""Copies of what another service holds: what of them is deleted, by whom, and when not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases_support import lane, run, said, task

if TYPE_CHECKING:
    from processors.plan import Plan

AT, LATER = "2026-03-02T09:00:00+00:00", "2026-03-03T09:00:00+00:00"
AZURE = "microsoft/azure"


def at_azure(made: Plan) -> list[tuple[str, str | None, tuple[str, ...], str | None]]:
    return [(leg.kind, leg.action, leg.purposes, leg.outcome) for leg in made.legs if leg.recipient == AZURE]


def test_a_stop_of_everything_deletes_the_copy_and_nothing_else() -> None:
    (made,) = run(said("oomnis", 1, "consent.withdrawn", AT))
    stop, deletion = at_azure(made)
    assert (stop[1], "calendar-sync" in stop[2], len(stop[2]) > 1) == ("withdraw", False, True)
    assert deletion == ("task", "delete", ("calendar-sync",), "manual_task")
    assert task(made, "revoke_grant").due_at


def test_a_connection_stops_it_at_once_and_is_never_told_to_delete_the_whole_person() -> None:
    event = said("oomnis", 1, "authorisation.withdrawn", AT, ["calendar-sync"])
    (made,) = run(event, lanes=(lane("oomnis", AZURE),))
    assert at_azure(made) == [
        ("delivery", "withdraw", ("calendar-sync",), None),
        ("task", "delete", ("calendar-sync",), "manual_task"),
    ]


def test_a_stop_on_one_channel_and_a_grant_delete_nothing() -> None:
    mail = said("oomnis", 1, "consent.withdrawn", AT, ["calendar-sync"], channels=("email",))
    grant = said("oomnis", 2, "consent.granted", LATER, ["calendar-sync"])
    for made in run(mail, grant):
        assert "delete" not in {leg.action for leg in made.legs}
        assert "revoke_grant" not in {leg.task for leg in made.legs}


def test_what_was_granted_again_since_is_not_deleted() -> None:
    grant = said("oomnis", 1, "consent.granted", LATER, ["calendar-sync"])
    late = said("oomnis", 2, "consent.withdrawn", AT)
    assert "delete" not in {leg.action for leg in run(grant, late)[-1].legs}


def test_under_a_hold_the_task_says_that_the_copy_stays() -> None:
    hold = said("oomnis", 1, "hold.placed", AT, ["calendar-sync"], until="2026-09-01T00:00:00+00:00")
    *_, made = run(hold, said("oomnis", 2, "authorisation.withdrawn", LATER, ["calendar-sync"]))
    (leg,) = [leg for leg in made.legs if leg.recipient == AZURE]
    assert (leg.action, leg.reason) == ("delete", "legal_hold")
    assert leg.review_at
    *_, free = run(hold, said("oomnis", 3, "consent.withdrawn", LATER, ["surveys"]))
    assert "legal_hold" not in {leg.reason for leg in free.legs}
