"""SendGrid: what its answers say, and how nobody else is hit by mistake.

Unknown groups: tsg_suppressions_v3, "the suppressions will be added to the global suppressions list".
Contacts: tsg_mc_contacts_v3, ListContactByEmail and DeleteContact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.shapes import listed, rows
from processors.vendors.words import record_id
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Mapping, Sequence

    from processors.vendors.base import Answer, Call, Reply, Step

_ABSENT = 404


def told(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "response_sha256": reply.sha256}


def is_absent(answer: Answer) -> bool:
    return isinstance(answer, VendorRefused) and answer.status == _ABSENT


def lists(named: Iterable[str], emails: Iterable[str]) -> bool:
    """Whether all of the addresses are among those that an answer names."""
    return {email.lower() for email in emails} <= {name.lower() for name in named}


def is_global(reply: Reply) -> bool:
    """Whether an answer about one address has it on the global list; where it isn't, says the text, it is empty.

    Raises:
        LookupError, TypeError: it is neither.

    """
    body = reply.json()
    return body != {} and bool(body["recipient_email"])


def require_groups(reply: Reply, groups: Collection[int]) -> None:
    """Raises VendorAuthRejected for a group that isn't there: the configuration's fault, so nobody is blamed."""
    there = listed(reply.json())
    if not there:
        raise VendorRefused("no_group_there", **told(reply))
    if not set(groups) <= {row["id"] for row in there}:
        raise VendorAuthRejected("group_not_found", **told(reply))


def require_listed(replies: Iterable[Reply], emails: Sequence[str]) -> None:
    """Raises VendorRefused if an answer doesn't name them: then they were not taken."""
    for reply in replies:
        if not lists(rows(reply.json(), "recipient_emails"), emails):
            raise VendorRefused("address_not_taken", **told(reply))


def contacts_of(proof: Call, search: Call) -> Generator[Step, Any, tuple[Reply, list[str]]]:
    """The answer to `proof`, and the ids of the contacts that the search finds.

    The search answers 404 where there are none, as any wrong address does: only beside a call that the vendor has
    answered does it count. Where there are some, it says of each address that was asked for, in lower case, what it
    has, and of each other one that it has none.

    Raises:
        VendorError: the vendor doesn't answer, or with an error of one of the addresses.
        ValueError: it doesn't say of an address whether there is a contact.

    """
    proven, found = yield (proof, search)
    if isinstance(proven, VendorError):
        raise proven
    if is_absent(found):
        return proven, []
    if isinstance(found, VendorError):
        raise found
    return proven, sorted(_ids(found, {email.strip().lower() for email in search.json["emails"]}))


def _ids(found: Reply, wanted: set[str]) -> set[str]:
    ids, answered = set(), set[str]()
    for email, hit in found.json()["result"].items():
        contact = hit.get("contact")
        if contact is None and "not found" not in str(hit.get("error")):
            raise VendorRefused("contact_search_failed", **told(found))
        own = {email.lower()} | (_addresses(contact) if contact is not None else set())
        if own.isdisjoint(wanted):
            raise ValueError("says it of somebody else")
        answered |= own
        ids |= {record_id(contact["id"])} if contact is not None else set()
    if not wanted <= answered:
        raise ValueError("doesn't say of each address whether it has a contact")
    return ids


def _addresses(contact: Mapping[str, Any]) -> set[str]:
    """A contact is found by a further address, too; under which of them it is told then isn't documented."""
    return {str(one).lower() for one in (contact.get("email") or "", *(contact.get("alternate_emails") or ()))}


def only(contacts: Sequence[str]) -> dict[str, str]:
    """Parameters of a deletion: these contacts. The same call without ids, or with another parameter, is about all.

    Raises:
        VendorRefused: there are none, or what should be an id is none.

    """
    if not contacts or not all(map(_is_id, contacts)):
        raise VendorRefused("no_contact_ids")
    return {"ids": ",".join(contacts)}


def _is_id(text: str) -> bool:
    try:
        return record_id(text) == text
    except ValueError:
        return False
