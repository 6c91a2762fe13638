"""Microsoft Graph: accounts with an address, whether they may be deleted, and how.

List users: https://learn.microsoft.com/graph/api/user-list; filters: https://learn.microsoft.com/graph/filter-query-parameter
userType (`Guest`, `Member`, or null for old members), mail, otherMails: microsoftgraph/msgraph-metadata at f54f11b
proxyAddresses: what an account is mailed by, `SMTP:` before its first address, `smtp:` before each further one; `eq`
needs no advanced query: https://learn.microsoft.com/graph/aad-advanced-queries
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply, Step, all_good
from processors.vendors.identifiers import trimmed_lower
from processors.vendors.shapes import listed
from processors.vendors.words import record_id
from schemas.errors import VendorRefused

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from processors.vendors.microsoft_365.options import MicrosoftOptions

USERS, BIN = "/v1.0/users", "/v1.0/directory/deletedItems"
GONE, FORBIDDEN = 404, 403
_SELECT = "id,userType,mail,userPrincipalName,otherMails,proxyAddresses"
_MAILED_BY = ("smtp:", "SMTP:")


@dataclass(frozen=True, slots=True)
class Found:
    """ids: of accounts that may be deleted; kept: of those that may not; reply: the last answer."""

    ids: frozenset[str]
    kept: frozenset[str]
    reply: Reply


def look_up(emails: Sequence[str], options: MicrosoftOptions) -> Generator[Step, Any, Found]:
    """Every account whose own or further address is one of these.

    Raises:
        VendorRefused: more than one page of them.

    """
    replies = all_good((yield tuple(_list(trimmed_lower(email)) for email in emails)))
    rows: dict[str, Mapping[str, Any]] = {}
    for email, reply in zip(emails, replies, strict=True):
        body = reply.json()
        if "@odata.nextLink" in body:
            raise VendorRefused("too_many_accounts", status=reply.status, response_sha256=reply.sha256)
        rows |= {record_id(one["id"]): one for one in listed(body["value"]) if trimmed_lower(email) in _names(one)}
    allowed = {account for account, row in rows.items() if _may_go(row, options)}
    return Found(frozenset(allowed), frozenset(rows.keys() - allowed), replies[-1])


def removal(account: str) -> Call:
    return Call("DELETE", f"{USERS}/{account}", expect=frozenset({204, GONE}))


def purge(account: str) -> Call:
    """Microsoft refuses it to most apps: then it comes by itself after 30 days."""
    return Call("DELETE", f"{BIN}/{account}", expect=frozenset({204, GONE, FORBIDDEN}))


def _list(email: str) -> Call:
    quoted = email.replace("'", "''")
    tests = [f"{name} eq '{quoted}'" for name in ("mail", "userPrincipalName")]
    tests += [f"otherMails/any(o:o eq '{quoted}')"]
    tests += [f"proxyAddresses/any(p:p eq '{kind}{quoted}')" for kind in _MAILED_BY]
    return Call("GET", USERS, params={"$filter": " or ".join(tests), "$select": _SELECT}, seeks=(email,))


def _names(account: Mapping[str, Any]) -> set[str]:
    given = (account.get("mail"), account.get("userPrincipalName"), *(account.get("otherMails") or ()))
    mailed_by = (str(one) for one in account.get("proxyAddresses") or ())
    aliases = (one.partition(":")[2] for one in mailed_by if one.startswith(_MAILED_BY))
    return {trimmed_lower(str(one)) for one in (*given, *aliases) if one}


def _may_go(account: Mapping[str, Any], options: MicrosoftOptions) -> bool:
    if account.get("userType") == "Guest":
        return options.guests
    own = trimmed_lower(str(account.get("userPrincipalName") or ""))
    return own.rpartition("@")[2] in options.member_domains
