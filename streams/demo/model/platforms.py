"""Platforms of sites, shops and payments as the demo's people must find them at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.demo.model.vendor import Terms, Vendor

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from infra.sandbox import Person
    from schemas.records import Action
    from streams.demo.model.life import Cell


class Site(Vendor):
    """A site's own tags: they are told by what is served to the site, and no vendor is called."""

    channels = frozenset({"web", "ads"})

    def __init__(self, _person: Person, _: Terms) -> None:
        super().__init__()

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del action, cells, everything
        return "client_signal"

    def holds(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return dict(state)


class Microsoft365(Vendor):
    """A guest for each lead in a CRM, who can be restored; what mails and files of others hold is always a task."""

    channels = frozenset()

    def __init__(self, person: Person, _: Terms) -> None:
        super().__init__()
        self._guests, self._restorable = person.crm.count("Leads"), 0

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del action, cells, everything
        if self._guests:
            self._guests, self._restorable = 0, self._guests
            self._step(("delete", ""))
        return "manual_task"

    def holds(self) -> dict[str, Any]:
        known = bool(self._guests or self._restorable)
        return {"known": known, "accounts": ["Guest"] * self._guests, "restorable": self._restorable}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return dict(state)


class Netlify(Vendor):
    """A form was sent for each record in a CRM; choices make no difference."""

    channels = frozenset()

    def __init__(self, person: Person, _: Terms) -> None:
        super().__init__()
        self._submissions = len(person.crm)

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del action, cells, everything  # it is a deletion: nothing else is due where no channel matters
        if not self._submissions:
            return "no_match"
        self._submissions = 0
        self._step(("delete", ""))
        return "executed"

    def holds(self) -> dict[str, Any]:
        return {"known": self._submissions > 0, "submissions": self._submissions}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return dict(state)


class Stripe(Vendor):
    """A customer for each record in a CRM: all deleted, and their invoices stay."""

    channels = frozenset()

    def __init__(self, person: Person, _: Terms) -> None:
        super().__init__()
        self._customers = len(person.crm)
        self._paid = "invoiced" in person.books

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del action, cells, everything
        if not self._customers:
            return "no_match"
        self._customers = 0
        self._step(("delete", ""))
        return "retained" if self._paid else "executed"

    def holds(self) -> dict[str, Any]:
        return {"known": self._customers > 0, "customers": self._customers}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return {"known": state["known"], "customers": state["customers"]}


class WordpressCom(Vendor):
    """A user of the site for a contact in a CRM, a comment for a lead: it goes into the trash first."""

    channels = frozenset()

    def __init__(self, person: Person, _: Terms) -> None:
        super().__init__()
        self._users = int("Contacts" in person.crm)
        self._comments = ["approved"] * person.crm.count("Leads")

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del action, cells, everything
        comment = (("deactivate", ""), ("erase", "")) if self._comments else ()
        user = (("delete", ""),) if self._users else ()
        self._users, self._comments = 0, []
        self._step(*comment, *user)
        return "executed" if comment or user else "no_match"

    def holds(self) -> dict[str, Any]:
        known = bool(self._users or self._comments)
        return {"known": known, "users": self._users, "comments": self._comments}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return dict(state)


class Wix(Vendor):
    """One consent for an address, whatever the purpose; contacts leave the trash bin, too."""

    channels = frozenset({"email", "sms"})
    one_switch = True

    def __init__(self, person: Person, _: Terms) -> None:
        super().__init__()
        self._contacts = len(person.crm)
        self._email = person.email
        self._consents: dict[str, str] = {}

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del everything
        if not self._contacts:
            return "no_match"
        if action == "delete":
            self._contacts, self._consents = 0, {}
            self._step(("withdraw", ""), ("delete", ""), ("purge", ""), ("erase", ""))
            return "executed"
        if not any(channel == "email" for _, channel in cells):
            return "no_match"  # none of the demo's people has a number
        self._consents = {self._email: "REVOKED" if action == "withdraw" else "CONFIRMED"}
        self._step((action, ""))
        return "executed"

    def holds(self) -> dict[str, Any]:
        known = bool(self._contacts or self._consents)
        return {"known": known, "trashed": [False] * self._contacts, "consents": self._consents}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return dict(state)


class Shopify(Vendor):
    """A customer who gets mail from the start; an erasure is requested and waits, so they stay."""

    channels = frozenset({"email", "sms"})
    one_switch = True

    def __init__(self, person: Person, _: Terms) -> None:
        super().__init__()
        self._known = bool(person.crm)
        self._subscribed, self._erasing = self._known, False

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del everything
        mailed = action == "delete" or any(channel == "email" for _, channel in cells)
        if not self._known or not mailed:
            return "no_match"
        wanted = action == "grant"
        choice = () if self._subscribed is wanted else (("grant" if wanted else "withdraw", ""),)
        self._subscribed = wanted
        if action != "delete":
            self._step(*choice)
            return "executed"
        self._erasing = True
        self._step(*choice, ("erase", ""))
        return "accepted"

    def holds(self) -> dict[str, Any]:
        states = {"email": "SUBSCRIBED" if self._subscribed else "UNSUBSCRIBED"} if self._known else {}
        return {"known": self._known, "states": states, "erasing": self._erasing}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        return dict(state)
