"""The three vendors of the storm, as far as a judge must know them: what an instruction asks of an account there.

A change is a pair as the ledger words it: (effect, purpose or module). An account is what the vendor holds of one
person, as the ledger has it so far.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Change = tuple[str, str]


class Asked(NamedTuple):
    """What an instruction changes there, and the outcome that the audit must show then."""

    changes: frozenset[Change]
    outcome: str


class Account(ABC):
    """channels: those that matter there; one_switch: one for all purposes; closing: last rung of each action.

    effects: what the ledger calls each action.
    """

    channels: ClassVar[frozenset[str]]
    one_switch: ClassVar[bool] = False
    closing: ClassVar[Mapping[str, str]]
    identities: ClassVar[frozenset[str]]
    effects: ClassVar[Mapping[str, str]] = {"grant": "grant", "withdraw": "withdraw", "delete": "delete"}

    @abstractmethod
    def asked(self, action: str, purposes: frozenset[str], *, everything: bool) -> Asked: ...

    @abstractmethod
    def after(self, change: Change) -> Account: ...

    @staticmethod
    @abstractmethod
    def changes(entry: Mapping[str, Any], who: str) -> list[Change]:
        """What a line of the ledger says of one of its people, as it calls them."""


@dataclass(frozen=True, slots=True)
class Crm(Account):
    """An opt-out on each record, one a module; forgets for good; can't make a person."""

    channels: ClassVar = frozenset({"email"})
    one_switch: ClassVar = True
    closing: ClassVar = {"grant": "executed", "withdraw": "executed", "delete": "executed"}
    identities: ClassVar = frozenset({"email"})
    live: frozenset[str]
    in_bin: frozenset[str] = frozenset()

    def asked(self, action: str, purposes: frozenset[str], *, everything: bool) -> Asked:
        del purposes, everything
        if action == "delete":
            changes = {("delete", module) for module in self.live}
            changes |= {("purge", module) for module in self.live | self.in_bin}
        else:
            changes = {(action, module) for module in self.live}
        return Asked(frozenset(changes), "executed" if changes else "no_match")

    def after(self, change: Change) -> Crm:
        effect, module = change
        if effect == "delete":
            return replace(self, live=self.live - {module}, in_bin=self.in_bin | {module})
        return replace(self, in_bin=self.in_bin - {module}) if effect == "purge" else self

    @staticmethod
    def changes(entry: Mapping[str, Any], who: str) -> list[Change]:
        detail = entry["detail"]
        modules = detail["of"][who] if "of" in detail else detail.get("modules") or [detail.get("module", "")]
        return [(entry["effect"], module) for module in modules]


@dataclass(frozen=True, slots=True)
class Campaigns(Account):
    """A list for each purpose, and a do-not-mail registry that no call leaves again."""

    channels: ClassVar = frozenset({"email"})
    closing: ClassVar = {"grant": "accepted", "withdraw": "executed", "delete": "executed"}
    identities: ClassVar = frozenset({"email"})
    effects: ClassVar = {"grant": "grant", "withdraw": "withdraw", "delete": "withdraw"}
    lists: frozenset[str]
    do_not_mail: bool = False

    def asked(self, action: str, purposes: frozenset[str], *, everything: bool) -> Asked:
        if action == "grant":
            if self.do_not_mail:
                return Asked(frozenset(), "manual_task")
            return Asked(frozenset(("grant", purpose) for purpose in purposes), "accepted")
        if action == "delete" or everything:
            return Asked(frozenset({("withdraw", "*")}), "manual_task" if action == "delete" else "executed")
        on_list = frozenset(("withdraw", purpose) for purpose in purposes & self.lists)
        return Asked(on_list, "executed" if on_list else "no_match")

    def after(self, change: Change) -> Campaigns:
        effect, purpose = change
        if effect == "grant":
            return replace(self, lists=self.lists | {purpose})
        return replace(self, do_not_mail=True) if purpose == "*" else self

    @staticmethod
    def changes(entry: Mapping[str, Any], who: str) -> list[Change]:
        del who
        return [(entry["effect"], entry["detail"].get("purpose", ""))]


@dataclass(frozen=True, slots=True)
class Analytics(Account):
    """Takes requests to delete; choices are the site's own signal."""

    channels: ClassVar = frozenset({"web", "ads"})
    closing: ClassVar = {"grant": "accepted", "withdraw": "accepted", "delete": "accepted"}
    identities: ClassVar = frozenset({"ga_client_id", "user_id", "ga_app_instance_id"})

    def asked(self, action: str, purposes: frozenset[str], *, everything: bool) -> Asked:
        del purposes, everything
        if action == "delete":
            return Asked(frozenset({("delete", "")}), "accepted")
        return Asked(frozenset(), "client_signal")

    def after(self, change: Change) -> Analytics:
        del change
        return self

    @staticmethod
    def changes(entry: Mapping[str, Any], who: str) -> list[Change]:
        del who
        return [(entry["effect"], "")]


ADAPTERS: dict[str, type[Account]] = {"zoho_crm": Crm, "zoho_campaigns": Campaigns, "google_analytics": Analytics}


def opened(adapter: str, person: Mapping[str, Any] | None) -> Account:
    """What a vendor holds of a person before anything happens; None: it knows nobody of that name."""
    known = person or {}
    if adapter == "zoho_crm":
        return Crm(frozenset(known.get("crm", ())))
    return Campaigns(frozenset(known.get("lists", ()))) if adapter == "zoho_campaigns" else Analytics()
