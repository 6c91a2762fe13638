"""The three vendors as the demo's people must find them at the end.

`do` carries an instruction out and returns the outcome that the audit must show. `steps` are the changes that the
vendor must have made, in their order: each a set of (effect, purpose) as its ledger words them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from infra.sandbox import Person
    from schemas.records import Action

Step = frozenset[tuple[str, str]]


class Vendor(ABC):
    """channels: those that matter there; one_switch: it has a single one, whatever the purpose."""

    channels: ClassVar[frozenset[str]]
    one_switch: ClassVar[bool] = False

    def __init__(self) -> None:
        self.steps: list[Step] = []

    @abstractmethod
    def do(self, action: Action, purposes: Collection[str], *, everything: bool) -> str: ...

    @abstractmethod
    def holds(self) -> dict[str, Any]:
        """What it must hold of the person."""

    @staticmethod
    @abstractmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        """The same, out of what the sandbox says."""

    def _step(self, *changes: tuple[str, str]) -> None:
        if changes:
            self.steps.append(frozenset(changes))


class Crm(Vendor):
    """Zoho CRM: an opt-out on each record; forgets for good; can't make a person."""

    channels = frozenset({"email"})
    one_switch = True

    def __init__(self, person: Person) -> None:
        super().__init__()
        self._modules = sorted(person.crm)
        self._opted_out = False

    def do(self, action: Action, purposes: Collection[str], *, everything: bool) -> str:
        del purposes, everything
        if not self._modules:
            return "no_match"
        if action == "delete":
            self._modules = []
            self._step(("delete", ""), ("purge", ""))
        else:
            self._opted_out = action == "withdraw"
            self._step((action, ""))
        return "executed"

    def holds(self) -> dict[str, Any]:
        records = [(module, self._opted_out, False) for module in self._modules]
        return {"records": records, "workflows_fired": 0}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        records = sorted((r["module"], r["opted_out"], r["in_bin"]) for r in state["records"])
        return {"records": records, "workflows_fired": state["workflows_fired"]}


class Campaigns(Vendor):
    """Zoho Campaigns: a list for each purpose, and a do-not-mail registry that no call leaves again."""

    channels = frozenset({"email"})

    def __init__(self, person: Person, double_opt_in: Mapping[str, bool]) -> None:
        super().__init__()
        self._lists: dict[str, str] = dict(person.lists)
        self._do_not_mail = False
        self._double_opt_in = double_opt_in
        self._known = bool(self._lists)

    def do(self, action: Action, purposes: Collection[str], *, everything: bool) -> str:
        if action == "grant":
            return self._grant(purposes)
        if action == "delete" or everything:
            self._do_not_mail = self._known = True
            self._lists = dict.fromkeys(self._lists, "unsub")
            self._step(("withdraw", "*"))
            return "manual_task" if action == "delete" else "executed"
        on_list = set(purposes) & set(self._lists)
        self._lists |= dict.fromkeys(on_list, "unsub")
        self._step(*(("withdraw", purpose) for purpose in on_list))
        return "executed" if on_list else "no_match"

    def _grant(self, purposes: Collection[str]) -> str:
        if self._do_not_mail:
            return "manual_task"
        for purpose in purposes:
            if self._lists.get(purpose) != "active":
                self._lists[purpose] = "pending" if self._double_opt_in[purpose] else "active"
        self._known = True
        self._step(*(("grant", purpose) for purpose in purposes))
        return "accepted"

    def holds(self) -> dict[str, Any]:
        return {"known": self._known, "lists": self._lists, "do_not_mail": self._do_not_mail}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return dict(state)


class Analytics(Vendor):
    """Google Analytics: takes requests to delete; choices are the site's own signal."""

    channels = frozenset({"web", "ads"})

    def __init__(self) -> None:
        super().__init__()
        self._requested = False

    def do(self, action: Action, purposes: Collection[str], *, everything: bool) -> str:
        del purposes, everything
        if action != "delete":
            return "client_signal"
        self._requested = True
        self._step(("delete", ""))
        return "accepted"

    def holds(self) -> dict[str, Any]:
        return {"deletion_requested": self._requested}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return {"deletion_requested": state["deletion_requested"] is not None}


KINDS: dict[str, type[Vendor]] = {
    "zoho_crm": Crm,
    "zoho_campaigns": Campaigns,
    "google_analytics": Analytics,
}


def open_account(vendor: str, person: Person, double_opt_in: Mapping[str, bool]) -> Vendor:
    """What a vendor holds of a person before the first event."""
    if vendor == "zoho_crm":
        return Crm(person)
    return Campaigns(person, double_opt_in) if vendor == "zoho_campaigns" else Analytics()
