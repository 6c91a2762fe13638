"""Copies of what another service holds: when their purpose stops, they are deleted and the access is given back.

An adapter deletes a whole person. What is deleted for one purpose alone is therefore work by hand, connected or not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from processors.planning.case import square
from processors.planning.legs import LegDraft, Scope, due, to_do
from schemas.events import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.planning.ask import Ask
    from processors.planning.case import Cells
    from processors.planning.holds import Held
    from processors.planning.routes import Route


def ended_copies(ask: Ask, newest: Cells) -> tuple[str, ...]:
    """The purposes of copies that a stop ends altogether, and not only on one channel."""
    if ask.action == "grant":
        return ()
    copies = ask.policy.with_trait("replica")
    return tuple(p for p in copies if p in ask.reached and square((p,), CHANNELS) <= newest)


def deletion(ask: Ask, route: Route, copies: tuple[str, ...]) -> LegDraft:
    """Of these copies at the route's recipient."""
    by_hand = route if route.lane is None else replace(route, lane=None, reach="manual")
    return due(ask, by_hand, "delete", Scope(copies, (), (), all_purposes=False))


def access_given_back(ask: Ask, copies: tuple[str, ...]) -> Iterator[LegDraft]:
    """So that nothing is copied any more."""
    if copies:
        draft = to_do(ask, "revoke_grant", "own" if "own" in ask.rules.asked else "processor")
        yield LegDraft(draft.duty, draft.own, **(draft.values | {"purposes": copies, "all_purposes": False}))


def under_hold(draft: LegDraft, held: Held) -> LegDraft:
    """A copy that a hold is about stays where it is meanwhile: the task says so, and until when."""
    is_about = held.everywhere or not held.purposes.isdisjoint(draft.values["purposes"])
    if draft.values["action"] != "delete" or not is_about:
        return draft
    return held.noted_on(draft)
