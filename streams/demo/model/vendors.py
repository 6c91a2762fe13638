"""The vendors of Zoho and Google as the demo's people must find them at the end; a module beside it for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.demo.model.audiences import Audiences, GoogleAds, MetaAds
from streams.demo.model.contacts import Hubspot, Intercom
from streams.demo.model.platforms import Microsoft365, Netlify, Shopify, Site, Stripe, Wix, WordpressCom
from streams.demo.model.vendor import Terms, Vendor, purposes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from infra.sandbox import Person
    from schemas.records import Action
    from streams.demo.model.life import Cell


class Crm(Vendor):
    """Zoho CRM: an opt-out on each record; forgets for good; can't make a person."""

    channels = frozenset({"email"})
    one_switch = True

    def __init__(self, person: Person, _: Terms) -> None:
        super().__init__()
        self._modules = sorted(person.crm)
        self._opted_out = False

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del cells, everything
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

    def __init__(self, person: Person, terms: Terms) -> None:
        super().__init__()
        self._lists: dict[str, str] = dict(person.lists)
        self._do_not_mail = False
        self._double_opt_in = terms.double_opt_in
        self._known = bool(self._lists)

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        purposes = purposes_of(cells)
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

    def __init__(self, _person: Person, _: Terms) -> None:
        super().__init__()
        self._requested = False

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del cells, everything
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


class Books(Vendor):
    """Zoho Books: a contact with transactions is masked and stays, all others go; choices make no difference."""

    channels = frozenset()

    def __init__(self, person: Person, _: Terms) -> None:
        super().__init__()
        self._found = list(person.books)
        self._left: list[dict[str, Any]] = []

    def do(self, action: Action, cells: Collection[Cell], *, everything: bool) -> str:
        del action, cells, everything  # it is a deletion: nothing else is due where no channel matters
        erased, self._found = self._found, []
        for kind in erased:
            if kind == "invoiced":
                self._left.append({"persons": 0, "inactive": True})
                self._step(("mask", ""), ("deactivate", ""))
            else:
                self._left += [{"persons": 1, "inactive": False}] if kind == "company" else []
                self._step(("delete", ""))
        return "no_match" if not erased else "retained" if "invoiced" in erased else "executed"

    def holds(self) -> dict[str, Any]:
        there = [{"persons": 2 if kind == "company" else 1, "inactive": False} for kind in self._found]
        return {"known": bool(self._found), "contacts": there + self._left}

    @staticmethod
    def told(state: Mapping[str, Any]) -> dict[str, Any]:
        contacts = [{k: v for k, v in contact.items() if k != "name"} for contact in state["contacts"]]
        return {"known": state["known"], "contacts": contacts}


_KINDS: Mapping[str, Callable[[Person, Terms], Vendor]] = {
    "zoho_crm": Crm,
    "zoho_campaigns": Campaigns,
    "zoho_books": Books,
    "google_analytics": Analytics,
    "hubspot": Hubspot,
    "intercom": Intercom,
    "stripe": Stripe,
    "shopify": Shopify,
    "netlify": Netlify,
    "microsoft_365": Microsoft365,
    "wix": Wix,
    "wordpress_com": WordpressCom,
    "meta_ads": MetaAds,
    "google_ads": GoogleAds,
    "linkedin_ads": Audiences,
    "reddit_ads": Audiences,
    "site_signals": Site,
}


def open_account(vendor: str, person: Person, terms: Terms) -> Vendor:
    """What a vendor holds of a person before the first event."""
    return _KINDS[vendor](person, terms)
