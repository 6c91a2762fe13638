"""WordPress.com: users with an address, and comments that carry it.

`status=all` leaves out spam and trash (WP_Comment_Query), so that these are listed by themselves. An address is
`false` for a token that may not see it. A page leaves out comments that the token may not read, so that an empty one
is the last only where `found`, the number of all, says so (-1: not counted).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.identifiers import trimmed_lower
from processors.vendors.shapes import listed
from processors.vendors.words import record_id
from schemas.errors import VendorAuthRejected, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from processors.vendors.wordpress_com.options import WordpressOptions

USER, COMMENT = "user:", "comment:"
_PAGE = 100
_STATUSES = ("all", "spam", "trash")


@dataclass(frozen=True, slots=True)
class Found:
    """refs: `user:ID` and `comment:ID`; reply: the last answer."""

    refs: frozenset[str]
    reply: Reply


def look_up(emails: Sequence[str], options: WordpressOptions) -> Generator[Step, Any, Found]:
    """Every user and every comment of the site with one of these addresses.

    Raises:
        VendorRefused: the site has more comments than the option says.
        VendorAuthRejected: addresses aren't shown to the token.

    """
    wanted = tuple(sorted({trimmed_lower(email) for email in emails}))
    replies = all_good((yield tuple(_users(email, options) for email in wanted)))
    users = {
        f"{USER}{record_id(one['ID'])}"
        for reply in replies
        for one in listed(reply.json()["users"])
        if _is(one, wanted)
    }
    comments: set[str] = set()
    lists, reply = list(_STATUSES), replies[-1]
    for page in range(1, options.most_pages + 2):
        replies = all_good((yield tuple(_comments(status, page, wanted, options) for status in lists)))
        bodies = [one.json() for one in replies]
        rows = [listed(one["comments"]) for one in bodies]
        mine = [one for some in rows for one in some if _is(one["author"], wanted)]
        comments |= {f"{COMMENT}{record_id(one['ID'])}" for one in mine}
        reply = replies[-1]
        more = [
            bool(some) or page * _PAGE < int(one.get("found", -1)) for some, one in zip(rows, bodies, strict=True)
        ]
        lists = [status for status, goes_on in zip(lists, more, strict=True) if goes_on]
        if not lists:
            return Found(frozenset(users | comments), reply)
    raise VendorRefused("more_comments_than_most_pages", status=reply.status, response_sha256=reply.sha256)


def _users(email: str, options: WordpressOptions) -> Call:
    params = {"search": email, "search_columns[]": "user_email", "number": "100"}
    return Call("GET", f"{options.root}/users", params=params, seeks=(email,))


def _comments(status: str, page: int, wanted: tuple[str, ...], options: WordpressOptions) -> Call:
    params = {"status": status, "type": "any", "number": str(_PAGE), "page": str(page)}
    return Call("GET", f"{options.root}/comments/", params=params, seeks=wanted)


def _is(who: Mapping[str, Any], wanted: Sequence[str]) -> bool:
    email = who["email"]
    if email is False:
        raise VendorAuthRejected("addresses_not_shown")
    return trimmed_lower(str(email)) in wanted
