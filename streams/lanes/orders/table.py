"""All commands that a lane partition knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.lanes.orders import callbacks, holding, pausing, redriving, tasks

if TYPE_CHECKING:
    from streams.lanes.orders.post import Act, Family, Post

FAMILIES: tuple[Family, ...] = (
    holding.acts,
    pausing.acts,
    redriving.acts,
    tasks.acts,
    callbacks.acts,
)


def acts_of(post: Post) -> dict[str, Act]:
    """Every family, ready for one tenure."""
    return {name: act for family in FAMILIES for name, act in family(post).items()}
