"""Intercom: subscription types. What is attached to a contact means the opposite for the two kinds of them.

intercom/Intercom-OpenAPI at 8889625, descriptions/2.16, attachSubscriptionTypeToContact: to attach an `opt_out` type
opts the person out, to attach an `opt_in` type opts them in; to detach undoes it. So the kind is asked of Intercom
each time and is no configuration: with a wrong one every withdrawal would be a grant.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step
from processors.vendors.intercom.contacts import ANSWERS, follow, path, refused
from processors.vendors.one_by_one import each
from processors.vendors.shapes import rows
from schemas.errors import VendorAuthRejected

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

OPT_OUT, OPT_IN = "opt_out", "opt_in"


def kinds_of(ids: Iterable[str]) -> Generator[Step, Any, dict[str, str]]:
    """Subscription type → `opt_out` or `opt_in`.

    Raises:
        VendorAuthRejected: there is no such type, or of no known kind. That is configuration and nobody's fault.

    """
    reply = yield Call("GET", "/subscription_types")
    there = {str(one["id"]): one["consent_type"] for one in rows(reply.json(), "data")}
    kinds = {one: there.get(one) for one in ids}
    if not {*kinds.values()} <= {OPT_OUT, OPT_IN}:
        raise VendorAuthRejected("subscription_type_unknown", status=reply.status, response_sha256=reply.sha256)
    return {one: str(kind) for one, kind in kinds.items()}


def choose(contacts: Iterable[str], kinds: Mapping[str, str], *, out: bool) -> Generator[Step, Any, list[Reply]]:
    """Opt the contacts out of these types, or into them; the answers."""

    def one(pair: tuple[str, tuple[str, str]]) -> Generator[Step, Any, Reply]:
        contact, (subscription, kind) = pair
        attach = out is (kind == OPT_OUT)
        return (yield from _attach(contact, subscription, kind) if attach else _detach(contact, subscription))

    return (yield from each(product(contacts, kinds.items()), one))


def is_out(contact: str, kinds: Mapping[str, str]) -> Generator[Step, Any, tuple[bool, Reply]]:
    """Whether the contact is out of all these types."""
    attached, reply = yield from _attached(contact)
    return all((one in attached) is (kind == OPT_OUT) for one, kind in kinds.items()), reply


def _attach(contact: str, subscription: str, kind: str) -> Generator[Step, Any, Reply]:
    body = {"id": subscription, "consent_type": kind}
    _, reply = yield from follow(contact, lambda one: Call("POST", _of(one), json=body, expect=ANSWERS))
    said = reply.json()
    if (str(said["id"]), said["consent_type"]) != (subscription, kind):
        raise refused("not_attached", reply)
    return reply


def _detach(contact: str, subscription: str) -> Generator[Step, Any, Reply]:
    """What isn't attached is answered like a contact that isn't there: then it is asked what is."""
    attached, reply = yield from _attached(contact)
    if subscription in attached:
        yield from follow(contact, lambda one: Call("DELETE", f"{_of(one)}/{subscription}", expect=ANSWERS))
        attached, reply = yield from _attached(contact)
    if subscription in attached:
        raise refused("not_detached", reply)
    return reply


def _attached(contact: str) -> Generator[Step, Any, tuple[set[str], Reply]]:
    _, reply = yield from follow(contact, lambda one: Call("GET", _of(one), expect=ANSWERS))
    return {str(one["id"]) for one in rows(reply.json(), "data")}, reply


def _of(contact: str) -> str:
    return f"{path(contact)}/subscriptions"
