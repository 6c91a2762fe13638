"""How many people a new version touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases_support import run, said
from plan_support import POLICY
from policy_support import variant

from processors.reviewing.people import Tally, Touched
from processors.reviewing.standing import consequences

if TYPE_CHECKING:
    from pathlib import Path

AT, THEN = "2026-03-02T18:00:00+00:00", "2026-03-03T18:00:00+00:00"


def test_people_are_counted_by_what_stands_for_them(tmp_path: Path) -> None:
    new = variant(
        tmp_path,
        ('version = "2021-09-08"', 'version = "2"\nsupersedes = "2021-09-08"'),
        ("effective = 2021-09-08", "effective = 2027-01-01"),
        ('id = "surveys"', 'id = "polls"'),
        ('"surveys" = [', '"polls" = ['),
    )
    everything = run(said("oomnis", 1, "consent.granted", AT))[-1].state
    surveys = run(said("oomnis", 1, "consent.granted", AT, ["surveys"], channels=("email",)))[-1].state
    nothing = run(said("oomnis", 1, "consent.withdrawn", AT))[-1].state
    other = run(said("oomnis", 1, "consent.granted", AT, ["marketing-campaigns"]))[-1].state
    erased = run(
        said("oomnis", 1, "consent.granted", AT, ["surveys"]), said("oomnis", 2, "deletion.requested", THEN)
    )[-1].state
    tally = Tally(POLICY, new, [place for place, _ in consequences(POLICY, new)])
    for state in (everything, surveys, nothing, other, erased):
        tally.add(state)
    assert tally.people == 5
    assert tally.touched["purposes.surveys"] == Touched(granted=2, withdrawn=1)
    assert tally.touched["purposes.polls"] == Touched(granted=1, withdrawn=1), "by what they said of everything"


def test_a_recipient_that_is_gone_touches_whoever_chose_about_what_it_got() -> None:
    tally = Tally(POLICY, POLICY, ["recipients.zoho-one/marketing", "historic"])
    tally.add(run(said("oomnis", 1, "consent.granted", AT, ["surveys"]))[-1].state)
    tally.add(run(said("oomnis", 1, "consent.granted", AT, ["hiring"]))[-1].state)
    assert tally.touched == {"recipients.zoho-one/marketing": Touched(granted=1)}
