"""What a policy file leaves open: gaps, which must be closed, and notes, which a reviewer should know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.policy.promises import RIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.reviewing.coverage import Coverage
    from schemas.policy import Policy


def gaps(policy: Policy, covered: Iterable[Coverage]) -> Iterator[str]:
    """Each as `table.row.field: what is missing`."""
    for one in covered:
        if one.how == "nobody":
            yield f"recipients.{one.recipient}: no connection, no adapter, no exemption; not in schemas/systems.toml"
    for purpose in policy.purposes:
        if not policy.flows.get(purpose.id) and not purpose.unshared:
            yield f"purposes.{purpose.id}: reaches nobody, and no `unshared` says why"
    for right in RIGHTS:
        row = policy.by_right.get(right)
        if row is None:
            yield f"rights.{right}: not spoken of; where the text is silent, say so with offered = false"
        elif not row.offered and row.instead is None:
            yield f"rights.{right}.instead: not offered, and nothing says what is done about such a request"


def notes(policy: Policy, covered: Iterable[Coverage]) -> Iterator[str]:
    for one in covered:
        for exemption in one.needless:
            yield f"exemptions.{exemption}: {one.recipient} has a {one.how} ({', '.join(one.by)}): no longer exempt"
    used = {data for purpose in policy.purposes for data in purpose.data}
    for data in policy.data:
        if data.id not in used:
            yield f"data.{data.id}: no purpose uses it"
    sensitive = {data.id for data in policy.data if data.sensitive}
    for purpose in policy.purposes:
        if sensitive.intersection(purpose.data) and "sensitive" not in purpose.traits:
            yield f"purposes.{purpose.id}: uses sensitive data without a consent of its own (trait `sensitive`)"
    for contact in policy.contacts:
        if contact.masked:
            yield f"contacts.{contact.id}: masked in the published text; people can't be told it"
