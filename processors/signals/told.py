"""What a site was served, as a fact for the audit: how the switches stand, and of the visitor the pid alone."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from schemas.ids import prefixed
from schemas.records import AuditRecord, Evidence
from schemas.times import DAY
from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.origin import Origin
    from schemas.policy import Policy

KIND = "signal"


def told(  # noqa: PLR0917 - the facts of one record
    pid: str, site: str, controller: str, policy: Policy, signals: Mapping[str, bool], origin: Origin, now: int
) -> AuditRecord:
    """One record per person, site, state of the switches and day, however often it is served: the id is the same.

    origin: of the person's state in `consent.state` from which the switches follow. now: µs.
    """
    state = ",".join(f"{name}={'granted' if is_on else 'denied'}" for name, is_on in signals.items())
    about = prefixed(KIND, pid, site, policy.sha256, state, str(now // DAY))
    return AuditRecord(
        record_id=hashlib.sha256(about).hexdigest(),
        kind=KIND,
        at=now,
        pid=pid,
        controller=controller,
        lane=site,
        evidence=Evidence(detail=state),
        policy=policy.ref,
        origin=origin,
        software=SOFTWARE,
    )
