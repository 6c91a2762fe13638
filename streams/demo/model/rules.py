"""What the policy's rows and the connections say together; read from the rows alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.regimes import EEA

if TYPE_CHECKING:
    from collections.abc import Collection

    from schemas.connections import Connection, RelayConfig
    from schemas.events import ConsentEvent
    from schemas.policy import Policy
    from schemas.policy.rows import Purpose

PERSONAL = "pii"
OBJECTION = "objection.raised"


class Rules:
    """Those of one controller."""

    def __init__(self, policy: Policy, config: RelayConfig, controller: str) -> None:
        gives_way = {basis.id for basis in policy.bases if basis.withdrawable}
        mine = [purpose for purpose in policy.purposes if purpose.domain == PERSONAL]
        self.policy = policy
        self.connections = tuple(c for c in config.connections.values() if c.controller == controller)
        self.purposes = frozenset(purpose.id for purpose in mine)
        self.chosen = frozenset(p.id for p in mine if not p.survives and gives_way & set(p.bases))
        """The purposes that a person's choice can stop or start."""
        self.erases_on_request = all(right.offered for right in policy.rights if right.id == "erasure")
        """Where not, a person looks at each use first: no law of the demo's gives a right that a policy doesn't."""
        self._objectionable = frozenset(p.id for p in mine if _is_objectionable(p))
        self._apart = frozenset(purpose.id for purpose in mine if "sensitive" in purpose.traits)
        self._by_name = frozenset(purpose.id for purpose in mine if "by_name" in purpose.traits)
        self._followers = {p.id: {f.id for f in mine if f.follows == p.id} for p in mine}

    def knows(self, event: ConsentEvent) -> bool:
        """Whether it names this policy and version, or none."""
        return event.policy_id in {None, self.policy.id} and event.policy_version in {None, self.policy.version}

    def meant(self, event: ConsentEvent) -> frozenset[str]:
        """The purposes that an event is about; what needs a consent of its own is granted with nothing else."""
        if event.purposes is None:
            meant = self.purposes - self._by_name if event.kind == "consent.granted" else self.purposes
        else:
            meant = frozenset(event.purposes).union(*(self._followers[named] for named in event.purposes))
        alone = event.purposes is not None and self._apart.issuperset(event.purposes)
        return meant - self._apart if event.kind == "consent.granted" and not alone else meant

    def reaching(self, connection: Connection) -> frozenset[str]:
        """The purposes for which the recipients of this connection get personal data."""
        return frozenset(
            purpose
            for purpose in self.purposes
            if any(flow.to in connection.serves for flow in self.policy.flows.get(purpose, ()))
        )

    def reached(self, event: ConsentEvent) -> frozenset[str]:
        """The purposes that it can stop or start; the demo's objections name theirs, and so withdraw as well."""
        return self.chosen | self._objectionable if event.kind == OBJECTION else self.chosen

    def switches(self, connection: Connection) -> frozenset[str]:
        """Those of them that a person's choice can stop or start."""
        return self.reaching(connection) & self.chosen

    def erases(self, connection: Connection) -> bool:
        """Whether a deletion is due there."""
        for recipient in self.policy.recipients:
            deletion = recipient.deletion or self.policy.deletion
            if recipient.id in connection.serves and deletion.meaning == "erase" and self._gets(recipient.id):
                return True
        return False

    def _gets(self, recipient: str) -> bool:
        return any(flow.to == recipient for purpose in self.purposes for flow in self.policy.flows.get(purpose, ()))

    def due(self, event: ConsentEvent) -> list[Connection]:
        """The connections for people of its jurisdiction."""
        return [c for c in self.connections if _concerns(c, event.jurisdiction)]


def _is_objectionable(purpose: Purpose) -> bool:
    return "direct_marketing" in purpose.traits or ("legitimate_interest" in purpose.bases and not purpose.survives)


def _concerns(connection: Connection, jurisdiction: str | None) -> bool:
    regions: Collection[str] | None = connection.regions
    if regions is None or jurisdiction is None:
        return True
    place = jurisdiction.strip().upper()
    return any(place in _around(region) or region in _around(place) for region in regions)


def _around(place: str) -> set[str]:
    """The places in which it lies, with itself."""
    country = place.partition("-")[0]
    return {place, country, *(("EEA",) if country in EEA else ())}
