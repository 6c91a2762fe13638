"""`requests extend` in a lane: what is open of the request there has more time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.lanes.orders.post import Family

if TYPE_CHECKING:
    from processors.delivering.job import Now
    from streams.control import Given
    from streams.lanes.orders.post import Post

EXTEND = "lanes.extend"
PERSON, DUE = "pid", "due"
"""Arguments: whose deliveries; until when, as `delivery_id:due_at` in µs, with blanks between them."""


def family(post: Post) -> Family:
    def extend(given: Given, now: Now) -> str:
        args = given.command.args
        dues = {one: int(at) for one, at in (pair.split(":") for pair in args[DUE].split())}
        later = post.core.deadlines.put_off(args[PERSON], dues, now)
        return f"{later} put off" if later else "nothing of it is to be put off here"

    return Family({EXTEND: extend})
