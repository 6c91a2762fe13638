"""A delivery without an end is lost only if its lane neither keeps it nor has it still before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reconciling_support import Paper, leg_of
from routing_support import DESK, EMAIL, HOME, NOW, event, incoming
from tape_support import Drawer

from processors.routing.route import route
from schemas.codec import encode
from schemas.records import Bookmark
from streams import topics
from streams.ownership.tenure import OFFSET_KEY
from streams.reconciling.lanes import in_hand, lost

if TYPE_CHECKING:
    from tape_support import Pairs

LANE = "zoho-crm"
WISH = event(1, "withdraw", 0, None, identities=[EMAIL])


def drawer_of(state: Pairs, deliveries: Pairs) -> Drawer:
    return Drawer({topics.lane_state(LANE): state, topics.deliveries(LANE): deliveries})


def taken(offset: int) -> tuple[bytes, bytes]:
    return OFFSET_KEY, encode(Bookmark(offset=offset, at=NOW))


@pytest.mark.parametrize(
    ("state", "is_lost"),
    [
        ([taken(1)], True),
        ([taken(0)], False),
        ([], False),
        ([(b"kept", b"entry"), taken(1)], False),
        ([(b"kept", b"entry"), (b"kept", None), taken(1)], True),
        ([(b"!quota", b"kept"), taken(1)], True),
    ],
    ids=["done with it", "before it", "nothing was taken yet", "kept", "kept no more", "of other keys"],
)
async def test_lost_or_open(state: Pairs, *, is_lost: bool) -> None:
    paper = Paper()
    (planned,) = paper.publish(WISH)
    routed = route(incoming(WISH), DESK, lambda _: None)
    (delivery,) = [one for one in routed.deliveries if one.lane == LANE]
    key = f"{planned.pid}|{delivery.delivery_id}".encode()
    state = [(key if name == b"kept" else name, value) for name, value in state]
    drawer = drawer_of(state, [(key, encode(delivery))])
    hands = await in_hand(drawer.tapes, [LANE], HOME)
    gone = await lost(drawer.tapes, paper.asked().hearing.waiting(), hands, HOME)
    assert (leg_of(planned, LANE).delivery_id in gone) == is_lost
    assert len(gone) <= 1, "of lanes that nobody asked nothing is known"


async def test_what_can_not_be_read_before_a_lane_is_passed_over() -> None:
    paper = Paper()
    paper.publish(WISH)
    drawer = drawer_of([], [(b"junk", b"junk")])
    hands = await in_hand(drawer.tapes, [LANE], HOME)
    assert len(await lost(drawer.tapes, paper.asked().hearing.waiting(), hands, HOME)) == 1
