"""What must hold across the rows of a policy file, so that no row is about nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from schemas.events import Kind
from schemas.policy.names import cited_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from schemas.policy.model import Policy


def check(policy: Policy) -> None:
    """Refuse a policy whose rows don't fit together.

    Raises:
        ValueError: `table.row.field: what is wrong`, the first that was found.

    """
    for problem in _problems(policy):
        raise ValueError(problem)


def _problems(policy: Policy) -> Iterator[str]:
    yield from (f"{twice}: stands there twice" for twice in _repeated(place for place, _ in cited_rows(policy)))
    yield from _head_problems(policy)
    yield from _purpose_problems(policy)
    yield from _flow_problems(policy)
    yield from _promise_problems(policy)
    yield from _exemption_problems(policy)
    yield from _citation_problems(policy)


def _head_problems(policy: Policy) -> Iterator[str]:
    if policy.supersedes == policy.version:
        yield f"supersedes: {policy.version} is this version itself"
    for field, said in (("address", policy.address), ("historic", policy.historic)):
        if bool(said) != bool(getattr(policy.cites, field)):
            yield f"cites.{field}: must be there when {field} is, and only then"


def _purpose_problems(policy: Policy) -> Iterator[str]:
    domains = {domain.id for domain in policy.domains}
    for purpose in policy.purposes:
        row = f"purposes.{purpose.id}"
        if purpose.domain not in domains:
            yield f"{row}.domain: {purpose.domain} is not under domains"
        yield from _unknown(f"{row}.bases", purpose.bases, "bases", {basis.id for basis in policy.bases})
        yield from _unknown(f"{row}.data", purpose.data, "data", {data.id for data in policy.data})
        if purpose.follows is not None:
            leader = policy.by_purpose.get(purpose.follows)
            if leader is None or leader.domain != purpose.domain or leader.follows is not None:
                yield f"{row}.follows: must be a purpose of its domain that follows none itself"
        if purpose.unshared and policy.flows.get(purpose.id):
            yield f"{row}.unshared: but under flows it reaches {policy.flows[purpose.id][0].to}"


def _flow_problems(policy: Policy) -> Iterator[str]:
    recipients = policy.by_recipient.keys()
    for purpose, flows in policy.flows.items():
        if purpose not in policy.by_purpose:
            yield f"flows.{purpose}: is not under purposes"
        yield from _unknown(f"flows.{purpose}", (flow.to for flow in flows), "recipients", recipients)
    for idle in sorted(recipients - {flow.to for flows in policy.flows.values() for flow in flows}):
        yield f"recipients.{idle}: is reached by no purpose; is it an exemption?"


def _promise_problems(policy: Policy) -> Iterator[str]:
    bases = {basis.id for basis in policy.bases}
    contacts = {contact.id for contact in policy.contacts}
    for contact in policy.contacts:
        if contact.masked == (contact.value is not None):
            yield f"contacts.{contact.id}.value: must be there, or masked = true"
    for right in policy.rights:
        yield from _unknown(f"rights.{right.id}.contact", filter(None, (right.contact,)), "contacts", contacts)
    for effect in policy.effects:
        if effect.of not in bases and effect.of not in get_args(Kind):
            yield f"effects.{effect.id}.of: {effect.of} is neither a kind of event nor under bases"
    for kept in policy.retention:
        if sum(map(bool, (kept.purposes, kept.data, kept.domain))) != 1:
            yield f"retention.{kept.id}: must be about purposes, data or a domain, one of them"
        yield from _unknown(f"retention.{kept.id}.purposes", kept.purposes, "purposes", policy.by_purpose.keys())
        yield from _unknown(f"retention.{kept.id}.data", kept.data, "data", {data.id for data in policy.data})
    for recipient in policy.recipients:
        basis = recipient.deletion.basis if recipient.deletion else None
        yield from _unknown(f"recipients.{recipient.id}.deletion.basis", filter(None, (basis,)), "bases", bases)


def _exemption_problems(policy: Policy) -> Iterator[str]:
    for row in policy.exemptions:
        place = f"exemptions.{row.id}"
        yield from _unknown(f"{place}.recipients", row.recipients, "recipients", policy.by_recipient.keys())
        if bool(row.recipients) != bool(row.meanwhile):
            yield f"{place}.meanwhile: must say what becomes of choices about its recipients, if it has any"


def _citation_problems(policy: Policy) -> Iterator[str]:
    heads = ((f"cites.{name}", lines or ()) for name, lines in policy.cites)
    rows = ((f"{place}.lines", row.lines) for place, row in cited_rows(policy))
    for place, lines in (*heads, *rows):
        if max(lines, default=0) > policy.text_lines:
            yield f"{place}: the text has {policy.text_lines} lines, no line {max(lines)}"


def _unknown(place: str, named: Iterable[str], table: str, known: Collection[str]) -> Iterator[str]:
    yield from (f"{place}: {name} is not under {table}" for name in sorted(set(named) - set(known)))


def _repeated(ids: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(ids).items() if count > 1]
