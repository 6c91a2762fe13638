"""Braze: every profile of several people deleted, by Braze's own ids.

https://www.braze.com/docs/api/endpoints/user_data/post_user_delete/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.vendors.base import Answer, BatchScript, Note, Result
from processors.vendors.braze.calls import accepted, carry_out, deletions
from processors.vendors.braze.people import Profiles, look_up
from processors.vendors.id_lists import named
from processors.vendors.second_look import seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import Instruction
    from schemas.errors import VendorError


def erase(instructions: Sequence[Instruction]) -> BatchScript:
    """Noted first: who was deleted is not found a second time."""
    people, outcomes = named(instructions, "email")
    found = yield from look_up(people)
    known = {who: profiles for who, profiles in found.items() if profiles.error is None}
    noted = {one.delivery_id: set(one.refs) for one in instructions}
    notes = tuple(
        Note(who, tuple(sorted(profiles.ids | noted[who])))
        for who, profiles in known.items()
        if not profiles.ids <= noted[who]
    )
    if notes:
        yield notes
    shares = [(who, one) for who, profiles in known.items() for one in sorted(profiles.ids)]
    said = yield from carry_out(deletions(shares))
    return outcomes | {who: _deleted(found[who], said[who], noted[who]) for who in found}


def _deleted(found: Profiles, answers: Sequence[Answer], noted: set[str]) -> Result | VendorError:
    if found.error is not None:
        return found.error
    if not answers and not noted:
        return Result("no_match", evidence=found.reply.evidence() if found.reply else None)
    assert found.reply is not None  # noqa: S101 - without an answer there is an error
    return accepted(answers or [found.reply], seen("profiles", len(found.ids), len(found.ids | noted)))
