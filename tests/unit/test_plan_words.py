"""Each word that a plan may say is told to whoever reads it, and so in reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from cases_support import run, said

from processors.closing.legs import kept
from processors.reckoning.saying import mark_of
from processors.reporting.words import result_of
from schemas.events import Kind
from schemas.policy import policies
from streams.commands.plan_words import WORDS

if TYPE_CHECKING:
    from schemas.records import Leg

AT = "2026-06-15T17:00:00+00:00"
PLAIN = {"minor", "reopened", "nothing_held", "still_held", "in_writing", "withdraw_there_too", "unknown_basis"}
"""Words that say all by themselves."""


@pytest.fixture(scope="module")
def legs() -> list[Leg]:
    """Of every kind of event about each purpose of every policy."""
    found: list[Leg] = []
    for policy in policies():
        for kind in get_args(Kind):
            for purposes in [None, *([one.id] for one in policy.purposes if one.domain == "pii")]:
                named = None if kind == "deletion.requested" else purposes
                more = {"channels": ("email",)} if kind == "consent.withdrawn" else {}
                (made,) = run(said(policy.id, 1, kind, AT, named, age=15, **more))
                found += made.legs
    return found


def test_every_outcome_and_reason_of_every_policy_has_a_meaning(legs: list[Leg]) -> None:
    found = {word for leg in legs for word in (leg.outcome, leg.reason, mark_of(leg.rule))}
    unsaid = {word for word in found - {None} if word not in WORDS}
    assert {word for word in unsaid if word and not word.startswith("given_in_last_")} <= PLAIN


def test_reports_have_a_word_for_each_way_in_which_planning_ends_a_leg(legs: list[Leg]) -> None:
    ended = {leg.outcome: result_of(kept(leg, "", 0)) for leg in legs if leg.kind == "none"}
    assert "public" in ended
    assert "ended_otherwise" not in ended.values()
