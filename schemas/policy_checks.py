"""What must hold across the rows of a policy file, so that no row is about nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.policy import Policy


def check(policy: Policy) -> None:
    """Refuse a policy whose rows don't fit together.

    Raises:
        ValueError: `place: what is wrong`, the first that was found.

    """
    for problem in _problems(policy):
        raise ValueError(problem)


def _problems(policy: Policy) -> Iterator[str]:
    for place in ("domains", "bases", "purposes", "recipients", "exemptions"):
        rows = getattr(policy, place)
        yield from (f"{place}: {twice} stands there twice" for twice in _repeated(row.id for row in rows))
    yield from _purpose_problems(policy)
    yield from _flow_problems(policy)


def _purpose_problems(policy: Policy) -> Iterator[str]:
    domains = {domain.id for domain in policy.domains}
    bases = {basis.id for basis in policy.bases}
    for purpose in policy.purposes:
        if purpose.domain not in domains:
            yield f"purposes: {purpose.id} is of {purpose.domain}, which is not under domains"
        for unknown in sorted(set(purpose.bases) - bases):
            yield f"purposes: {purpose.id} rests on {unknown}, which is not under bases"
        if purpose.follows is None:
            continue
        leader = policy.by_purpose.get(purpose.follows)
        if leader is None or leader.domain != purpose.domain or leader.follows is not None:
            yield f"purposes: {purpose.id} must follow a purpose of its domain that follows none itself"


def _flow_problems(policy: Policy) -> Iterator[str]:
    recipients = {recipient.id for recipient in policy.recipients}
    for purpose, flows in policy.flows.items():
        if purpose not in policy.by_purpose:
            yield f"flows: {purpose} is not under purposes"
        for unknown in sorted({flow.to for flow in flows} - recipients):
            yield f"flows: {purpose} reaches {unknown}, which is not under recipients"
        yield from (f"flows: {purpose} reaches {twice} twice" for twice in _repeated(flow.to for flow in flows))
    for idle in sorted(recipients - {flow.to for flows in policy.flows.values() for flow in flows}):
        yield f"recipients: {idle} is reached by no purpose; is it an exemption?"


def _repeated(ids: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(ids).items() if count > 1]
