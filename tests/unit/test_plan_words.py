"""Each word that a plan may say is told to whoever reads it."""

from __future__ import annotations

from typing import get_args

from cases_support import run, said

from processors.reckoning.saying import mark_of
from schemas.events import Kind
from schemas.policy import policies
from streams.commands.plan_words import WORDS

AT = "2026-06-15T17:00:00+00:00"
PLAIN = {"minor", "reopened", "nothing_held", "still_held", "in_writing", "withdraw_there_too", "unknown_basis"}
"""Words that say all by themselves."""


def test_every_outcome_and_reason_of_every_policy_has_a_meaning() -> None:
    found: set[str | None] = set()
    for policy in policies():
        for kind in get_args(Kind):
            for purposes in [None, *([one.id] for one in policy.purposes if one.domain == "pii")]:
                named = None if kind == "deletion.requested" else purposes
                more = {"channels": ("email",)} if kind == "consent.withdrawn" else {}
                (made,) = run(said(policy.id, 1, kind, AT, named, age=15, **more))
                found.update(word for leg in made.legs for word in (leg.outcome, leg.reason, mark_of(leg.rule)))
    unsaid = {word for word in found - {None} if word not in WORDS}
    assert {word for word in unsaid if word and not word.startswith("given_in_last_")} <= PLAIN
