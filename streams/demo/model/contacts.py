"""Vendors whose contacts have subscriptions: HubSpot by address, Intercom by contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.demo.model.vendor import Terms, Vendor, purposes_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from infra.sandbox import Person
    from schemas.records import Action
    from streams.demo.model.life import Cell


class Hubspot(Vendor):
    """A status for each address and purpose, whether it knows the person or not; one switch for all mail."""

    channels = frozenset({"email", "web"})

    def __init__(self, person: Person, terms: Terms) -> None:
        super().__init__()
        self._known = bool(person.crm)
        self._tracking = terms.tracking
        self._statuses: dict[str, str] = {}
        self._out_of_all = self._blocked = False

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        if action == "delete":
            return self._delete()
        mailed = [p for p in purposes_of([c for c in cells if c[1] == "email"]) if p not in self._tracking]
        if not mailed:
            is_told = any(p in self._tracking and channel == "web" for p, channel in cells)
            return "client_signal" if is_told else "not_applicable"
        if action == "grant" and not self._known:
            return "no_match"
        if action == "withdraw" and everything:
            self._out_of_all = True
            self._statuses = dict.fromkeys(self._statuses, "UNSUBSCRIBED")
            self._step(("withdraw", "*"))
            return "executed"
        self._statuses |= dict.fromkeys(mailed, "SUBSCRIBED" if action == "grant" else "UNSUBSCRIBED")
        self._step(*((action, purpose) for purpose in mailed))
        return "manual_task" if action == "grant" and self._out_of_all else "executed"

    def _delete(self) -> str:
        if not self._known:
            return "no_match"
        self._known, self._blocked = False, True
        self._step(("delete", ""))
        return "accepted"

    def holds(self) -> dict[str, Any]:
        kept = {"known": self._known, "archived": False, "blocked": self._blocked}
        return {**kept, "out_of_all": self._out_of_all, "statuses": self._statuses}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return dict(state)


class Intercom(Vendor):
    """A contact for each record in a CRM, all told the same; what is attached to it means one or the other thing."""

    channels = frozenset({"email"})

    def __init__(self, person: Person, terms: Terms) -> None:
        super().__init__()
        self._contacts = len(person.crm)
        self._topics = terms.topics
        self._unsubscribed = False
        self._out = {purpose for purpose, kind in terms.topics.items() if kind == "opt_in"}

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        if not self._contacts:
            return "no_match"
        if action == "delete":
            self._contacts = 0
            self._step(("delete", ""))
            return "executed"
        if action == "withdraw" and everything:
            self._unsubscribed = True
            self._step(("withdraw", "*"))
            return "executed"
        purposes = purposes_of(cells)
        lifted = action == "grant" and set(purposes) == set(self._topics)
        self._unsubscribed = self._unsubscribed and not lifted
        said = {("grant", "*")} if lifted else set()
        self._step(*said, *((action, purpose) for purpose in purposes if self._is_told(action, purpose)))
        self._out = self._out | set(purposes) if action == "withdraw" else self._out - set(purposes)
        return "manual_task" if action == "grant" and self._unsubscribed else "executed"

    def _is_told(self, action: Action, purpose: str) -> bool:
        """To attach is said each time; to detach only where it is attached."""
        attaches = (self._topics[purpose] == "opt_out") is (action == "withdraw")
        return attaches or (purpose in self._out) is (action == "grant")

    def holds(self) -> dict[str, Any]:
        contact = {"unsubscribed": self._unsubscribed, "archived": False, "out": sorted(self._out)}
        return {"contacts": [contact] * self._contacts}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return {"contacts": [{k: v for k, v in one.items() if k != "role"} for one in state["contacts"]]}
