"""Whatever a policy leaves unsaid, every kind of event can be planned by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from plan_support import NOW, event

from processors.plan import plan
from schemas.events import Kind
from schemas.ids import content_hash
from schemas.policy import policies
from schemas.state import SubjectState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.events import ConsentEvent
    from schemas.policy import Policy

_WHOLE = {("deletion.requested", "pii"), ("deletion.requested", "service_data"), ("contract.ended", "service_data")}
"""About all of the data: no purposes are named."""


def _events(policy: Policy, kind: str) -> Iterator[ConsentEvent]:
    """About everything, and about each purpose alone."""
    for domain in (row.id for row in policy.domains):
        named = [] if (kind, domain) in _WHOLE else [[purpose] for purpose in policy.purposes_of(domain)]
        for number, purposes in enumerate([None, *named]):
            yield event(number, kind, purposes=purposes, controller=policy.id, data_domain=domain, age=15)


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("policy", policies(), ids=lambda policy: f"{policy.id}-{policy.version}")
def test_it_is_planned_and_what_stays_open_is_due_some_day(policy: Policy, kind: str) -> None:
    for one in _events(policy, kind):
        state = SubjectState(pid="p1.test", controller=policy.id)
        made = plan(one, state, policy, (), NOW, content_hash(b"pepper", one))
        assert made.verdict == "planned"
        assert not [leg for leg in made.legs if leg.kind == "task" and leg.due_at is None]
