"""Google Workspace: an account of the customer's own domains, and its deletion.

https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/get: by an address or an alias
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.identifiers import trimmed_lower
from processors.vendors.words import path_part, record_id
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping, Sequence

USERS = "/admin/directory/v1/users"
_OK, _GONE = 200, 404
_FIELDS = "id,primaryEmail,aliases,nonEditableAliases,emails,isAdmin,isDelegatedAdmin"


@dataclass(frozen=True, slots=True)
class Found:
    """ids: of ordinary accounts; admins: of administrators'; reply: the last answer, if any was."""

    ids: frozenset[str]
    admins: frozenset[str]
    reply: Reply | None


def look_up(emails: Sequence[str], domains: Collection[str]) -> Generator[Step, Any, Found]:
    """The accounts whose address or alias is one of these. Of an address elsewhere Google answers nothing but 403."""
    own = [email for email in map(trimmed_lower, emails) if email.rpartition("@")[2] in domains]
    replies = all_good((yield tuple(map(_get, own)))) if own else []
    rows: dict[str, Mapping[str, Any]] = {}
    for email, reply in zip(own, replies, strict=True):
        if reply.status == _OK:
            row = reply.json()
            if email in _names(row):
                rows[record_id(row["id"])] = row
        else:
            require_not_found(reply)
    admins = {one for one, row in rows.items() if row.get("isAdmin") or row.get("isDelegatedAdmin")}
    return Found(frozenset(rows.keys() - admins), frozenset(admins), replies[-1] if replies else None)


def removal(account: str) -> Call:
    return Call("DELETE", f"{USERS}/{account}", expect=frozenset({200, 204, _GONE}))


def require_not_found(reply: Reply) -> None:
    """Raises VendorRefused: the 404 is of something else than the account, as a wrong address is."""
    if reply.json()["error"]["errors"][0]["reason"] != "notFound":
        raise VendorRefused("http_404", status=reply.status, response_sha256=reply.sha256)


def is_gone(reply: Reply) -> bool:
    return reply.status == _GONE


def _get(email: str) -> Call:
    params = {"fields": _FIELDS}
    return Call("GET", f"{USERS}/{path_part(email)}", params=params, expect=frozenset({_OK, _GONE}), seeks=(email,))


def _names(account: Mapping[str, Any]) -> set[str]:
    further = (one.get("address") for one in account.get("emails") or ())
    aliases = (*(account.get("aliases") or ()), *(account.get("nonEditableAliases") or ()))
    return {trimmed_lower(str(one)) for one in (account["primaryEmail"], *aliases, *further) if one}
