"""How far the router has come is what its own state says last, however much of it that takes to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from routing_support import NOW
from tape_support import Drawer

from schemas.codec import encode
from schemas.records import Bookmark
from streams import topics
from streams.ownership.tenure import CLEAN_KEY, OFFSET_KEY
from streams.reconciling.router import FIRST_LOOK, judged_up_to

if TYPE_CHECKING:
    from tape_support import Pairs

END: Pairs = [(CLEAN_KEY, b"1")]


def people(number: int) -> Pairs:
    return [(b"p1.person", b"state")] * number


def mark(offset: int) -> Pairs:
    return [(OFFSET_KEY, encode(Bookmark(offset=offset, at=NOW)))]


@pytest.mark.parametrize(
    ("state", "offset", "opened"),
    [
        ([], 0, [0, 0]),
        (people(3), 0, [0, 0]),
        (people(3) + mark(2) + people(1) + mark(3) + END, 3, [0, 0]),
        (mark(7) + people(FIRST_LOOK * 3) + mark(8) + END, 8, [0, FIRST_LOOK * 2 + 3]),
        (people(FIRST_LOOK * 9) + mark(7) + people(FIRST_LOOK * 2), 7, [0, FIRST_LOOK * 10 + 1, FIRST_LOOK + 1]),
        (mark(5) + people(FIRST_LOOK * 10), 5, [0, FIRST_LOOK * 9 + 1, 1, 0]),
        (people(FIRST_LOOK * 11), 0, [0, FIRST_LOOK * 10, FIRST_LOOK, 0]),
    ],
    ids=["no state", "no bookmark", "the last one", "among the last", "farther back", "at the beginning", "nowhere"],
)
async def test_the_last_bookmark_is_found(state: Pairs, offset: int, opened: list[int]) -> None:
    drawer = Drawer({topics.STATE: state})
    assert (await judged_up_to(drawer.tapes, 1), drawer.opened) == (offset, opened)
