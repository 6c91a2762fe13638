"""Shopify: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Instruction, Reply, Result, Script, Step, all_good
from processors.vendors.later import Undone
from processors.vendors.second_look import noted_first, seen
from processors.vendors.shopify import graphql
from processors.vendors.shopify.customers import look_up
from processors.vendors.shopify.facts import LONGEST_S, ShopifyFacts
from processors.vendors.shopify.mutations import OUT, consents, ending, erasure, require_requested, state_after
from schemas.errors import VendorError, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable

    from processors.vendors.base import ReadBackScript
    from processors.vendors.shopify.customers import Customer

_UNSUBSCRIBED = "UNSUBSCRIBED"


class Shopify(ShopifyFacts):
    name = "shopify"

    def grant(self, instruction: Instruction) -> Script:
        return (yield from self._set(instruction, "SUBSCRIBED", self.options.opt_in))

    def withdraw(self, instruction: Instruction) -> Script:
        return (yield from self._set(instruction, _UNSUBSCRIBED, ""))

    def _set(self, instruction: Instruction, state: str, level: str) -> Script:
        """Whoever withdraws is out under all that they have; a grant is of what it names alone."""
        found = yield from look_up(instruction)
        told = self._channels(instruction)
        channels = ending(told) if state == _UNSUBSCRIBED else told
        meant = [one if state == _UNSUBSCRIBED else one.as_named for one in found.customers.values()]
        having = [one for one in meant if set(channels) & set(one.states)]
        if not having and found.odd is None:
            return Result("no_match", evidence=found.reply.evidence(detail=f"customers={len(found.customers)}"))
        states, reply = yield from _change(having, channels, state, level)
        if found.odd is not None:
            raise found.odd
        evidence = (reply or found.reply).evidence(detail=f"customers={len(having)}")
        if "PENDING" in states and state != _UNSUBSCRIBED:
            return Result("accepted", evidence=(reply or found.reply).evidence(detail="pending_opt_in"))
        return Result("executed", evidence=evidence)

    def delete(self, instruction: Instruction) -> Script:
        """Marketing ends at once; the erasure itself waits for days or months."""
        found = yield from look_up(instruction)
        customers = yield from noted_first(instruction, found.customers)
        if not customers and found.odd is None:
            return Result("no_match", evidence=found.reply.evidence())
        yield from _change(found.customers.values(), ending(self.channels), _UNSUBSCRIBED, "")
        replies = all_good((yield tuple(map(erasure, customers)))) if customers else []
        for reply in replies:
            require_requested(reply)
        if found.odd is not None:
            raise found.odd
        detail = f"unconfirmed, {seen('customers', len(found.customers), len(customers))}"
        return Result("accepted", evidence=replies[-1].evidence(detail=detail, vendor_limit_s=LONGEST_S))

    def read_back(self, instruction: Instruction) -> ReadBackScript:
        found = yield from look_up(instruction)
        channels = ending(self._channels(instruction))
        states = [one.states[name] for one in found.customers.values() for name in channels if name in one.states]
        if set(states) - OUT:
            told: dict[str, Any] = {"status": found.reply.status, "response_sha256": found.reply.sha256}
            return Undone(VendorRefused("subscribed_again", **told))
        return Result("verified", evidence=found.reply.evidence(detail=f"customers={len(found.customers)}"))

    def fault(self, reply: Reply) -> VendorError | None:
        return graphql.fault(reply)

    def _channels(self, instruction: Instruction) -> list[str]:
        return [channel for channel in self.channels if channel in {one for _, one in instruction.cells}]


def _change(
    customers: Iterable[Customer], channels: Collection[str], state: str, level: str
) -> Generator[Step, Any, tuple[set[str], Reply | None]]:
    """What the channels have become, and the last answer; None: all of them were so already."""
    due = [row for one in customers for row in consents(one, channels, state, level)]
    if not due:
        return set(), None
    replies = all_good((yield tuple(call for _, call in due)))
    states = {state_after(channel, reply) for (channel, _), reply in zip(due, replies, strict=True)}
    if not states <= ({state, "PENDING"} if state != _UNSUBSCRIBED else OUT):
        told: dict[str, Any] = {"status": replies[-1].status, "response_sha256": replies[-1].sha256}
        raise VendorRefused("state_not_set", **told)
    return states, replies[-1]
