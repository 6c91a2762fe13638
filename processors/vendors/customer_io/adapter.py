"""Customer.io: the calls of each action."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from processors.vendors.base import Call, Result, Script, all_good
from processors.vendors.customer_io.facts import CustomerIoFacts
from processors.vendors.words import path_part
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Instruction

_NOT_ITS_OWN = re.compile(r"cio_.*", re.IGNORECASE | re.DOTALL)
"""`cio_` and an id is Customer.io's own name of somebody, whoever that is."""


class CustomerIo(CustomerIoFacts):
    name = "customer_io"

    def grant(self, instruction: Instruction) -> Script:
        calls = self._updates(instruction, unsubscribed=False)
        if not set(self.channels) <= {channel for _, channel in instruction.cells}:
            return Result("manual_task", "one_switch_for_all_channels")
        return (yield from _carried_out(calls))

    def withdraw(self, instruction: Instruction) -> Script:
        return (yield from _carried_out(self._updates(instruction, unsubscribed=True)))

    def delete(self, instruction: Instruction) -> Script:
        calls = tuple(Call("POST", f"{path}/suppress") for path in self._paths(instruction))
        return (yield from _carried_out(calls))

    def _updates(self, instruction: Instruction, *, unsubscribed: bool) -> tuple[Call, ...]:
        body = {"unsubscribed": unsubscribed, "_update": True}
        return tuple(Call("PUT", path, json=body) for path in self._paths(instruction))

    def _paths(self, instruction: Instruction) -> list[str]:
        """The person's, by every identifier. Raises VendorRefused for one that would name somebody else."""
        identifiers = instruction.need(*self.options.identifiers)
        if any(_NOT_ITS_OWN.fullmatch(one.strip()) for one in identifiers):
            raise VendorRefused("identity_not_encodable")
        return [f"/api/v1/customers/{path_part(one)}" for one in identifiers]


def _carried_out(calls: tuple[Call, ...]) -> Script:
    replies = all_good((yield calls))
    for reply in replies:
        if reply.json() != {}:
            raise VendorUnavailable("answer_not_empty", status=reply.status, response_sha256=reply.sha256)
    return Result("accepted", evidence=replies[-1].evidence(detail="unconfirmed"))
