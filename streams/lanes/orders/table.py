"""All commands that a lane partition knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.lanes.orders import callbacks, extending, holding, pausing, redriving, tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.lanes.orders.post import Family, Post

FAMILIES: tuple[Callable[[Post], Family], ...] = (
    extending.family,
    holding.family,
    pausing.family,
    redriving.family,
    tasks.family,
    callbacks.family,
)


def families_of(post: Post) -> list[Family]:
    """Every family, ready for one tenure."""
    return [ready(post) for ready in FAMILIES]
