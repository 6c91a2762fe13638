"""HubSpot: the subscriptions of an address, set and read.

https://developers.hubspot.com/docs/guides/api/marketing/subscriptions: HTTP 200 may still carry errors, or a status
that isn't the one that was asked for.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.hubspot.contacts import fold, look_up
from processors.vendors.shapes import rows
from processors.vendors.words import path_part
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

_STATUSES = "/communication-preferences/v4/statuses"
_ALL = "unsubscribe-all"
SUBSCRIBED, UNSUBSCRIBED = "SUBSCRIBED", "UNSUBSCRIBED"


def leave(given: Sequence[str], numbers: Sequence[int] | None) -> Generator[Step, Any, tuple[int, Reply]]:
    """Opt out the given addresses, and all others of their contacts; how many these are, and an answer that shows it.

    What the person named is done before anybody is searched for: the search may be out of order, or lag.
    numbers: of the subscriptions; None: out of all mail.
    """
    first = yield from _leave(given, numbers)
    found = yield from look_up(given)
    more = sorted(found.addresses - {fold(email) for email in given})
    rest = (yield from _leave(more, numbers)) if more else []
    return len(given) + len(more), [found.reply, *first, *rest][-1]


def set_all(
    emails: Sequence[str], numbers: Sequence[int], state: str, **more: str
) -> Generator[Step, Any, list[Reply]]:
    """Put each address into this state for each subscription."""
    pairs = list(product(emails, numbers))
    replies = all_good((yield tuple(_set(email, number, state, **more) for email, number in pairs)))
    for (_, number), reply in zip(pairs, replies, strict=True):
        if not _is(reply, number, state):
            raise refused("status_not_set", reply)
    return replies


def wide_statuses(emails: Sequence[str]) -> Generator[Step, Any, list[tuple[bool, Reply]]]:
    """Of each address whether it is out of all mail; HubSpot answers nothing for who is not."""
    calls = tuple(Call("GET", f"{_of(email)}/{_ALL}", params={"channel": "EMAIL"}) for email in emails)
    replies = all_good((yield calls))
    return [(any(one["status"] == UNSUBSCRIBED for one in _results(reply)), reply) for reply in replies]


def are_out(emails: Sequence[str], numbers: Sequence[int]) -> Generator[Step, Any, list[tuple[bool, Reply]]]:
    """Of each address whether it is out of all these subscriptions; without any, never."""
    replies = all_good((yield tuple(Call("GET", _of(email), params={"channel": "EMAIL"}) for email in emails)))
    return [(bool(numbers) and all(_is(reply, n, UNSUBSCRIBED) for n in numbers), reply) for reply in replies]


def refused(reason: str, reply: Reply) -> VendorRefused:
    return VendorRefused(reason, status=reply.status, response_sha256=reply.sha256)


def _leave(emails: Sequence[str], numbers: Sequence[int] | None) -> Generator[Step, Any, list[Reply]]:
    if numbers is not None:
        return (yield from set_all(emails, numbers, UNSUBSCRIBED))
    # Without `verbose` the answer says nothing of what was done. It has no status where all were out already.
    params = {"channel": "EMAIL", "verbose": "true"}
    replies = all_good((yield tuple(Call("POST", f"{_of(email)}/{_ALL}", params=params) for email in emails)))
    for reply in replies:
        if any(one["status"] != UNSUBSCRIBED for one in _results(reply)):
            raise refused("not_unsubscribed", reply)
    return replies


def _set(email: str, subscription: int, state: str, **more: str) -> Call:
    body = {"subscriptionId": subscription, "statusState": state, "channel": "EMAIL", **more}
    return Call("POST", _of(email), json=body)


def _is(reply: Reply, subscription: int, state: str) -> bool:
    return any(one["subscriptionId"] == subscription and one["status"] == state for one in _results(reply))


def _results(reply: Reply) -> list[dict[str, Any]]:
    """What a call about statuses answers, if it is done and without errors.

    Raises:
        VendorUnavailable: it isn't done yet.
        VendorRefused: it says that something was not done.

    """
    body = reply.json()
    if body.get("numErrors") or body.get("errors") or body["status"] == "CANCELED":
        raise refused("statuses_not_set", reply)
    if body["status"] != "COMPLETE":
        raise VendorUnavailable("statuses_pending", status=reply.status, response_sha256=reply.sha256)
    return rows(body, "results")


def _of(email: str) -> str:
    return f"{_STATUSES}/{path_part(email)}"
