"""Our own judgement of one event: planned anew, from a state of our own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from processors.plan import Plan, plan
from processors.reconciling.duties import split
from processors.replaying.people import knowing
from processors.routing.identities import digest_of
from processors.routing.versions import version_for
from schemas.codec import decode, encode
from schemas.errors import DataError, InvalidRecord, UndecodableRecord
from schemas.events import ConsentEvent
from schemas.ids import content_hash, pid
from schemas.policy import in_force, versions_of
from schemas.state import SubjectState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from processors.lane import Lane
    from processors.reconciling.duties import Person
    from processors.routing.incoming import Incoming
    from schemas.connections import RelayConfig
    from schemas.policy import Policy
    from schemas.records import AuditRecord, Leg, Named

_NO_CALL, _REVIEW = "no_call_for_it", "review"
"""Reason and task of a leg that is a person's work although the recipient is connected."""


class Read(NamedTuple):
    """An event, by whom, and what it is judged by. now: when it came in, µs; named: what the audit tells of whom."""

    event: ConsentEvent
    pid: str
    policy: Policy
    digest: str
    now: int
    named: Named | None = None


@dataclass
class Law:
    """What events are judged by; home: subject_id → partition. All of it is configuration, nobody's state."""

    config: RelayConfig
    lanes: tuple[Lane, ...]
    pepper: bytes
    home: Callable[[str], int]
    _some: dict[frozenset[str], tuple[Lane, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = frozenset(lane.name for lane in self.lanes)
        self._versions = {name: versions_of(one.policy) for name, one in self.config.controllers.items()}

    def then(self, seen: frozenset[str], legs: Sequence[Leg], event: ConsentEvent) -> frozenset[str]:
        """Which connections there were when these legs were planned, as nobody keeps what the configuration was.

        Those that legs had named by then; those for whose recipients nothing was planned, not even by hand; and those
        whose recipients stand together in a leg that is a person's, and names no connection. Where that fits several,
        as many as there are legs, those known by then first.
        What a lifted hold had kept is not among the legs of the event that lifts it.
        """
        if self.names <= seen or event.kind == "hold.lifted":
            return self.names & seen
        there = {one for leg in legs for one in split(leg.recipient)}
        named, by_hand, found = {(leg.lane, leg.action) for leg in legs}, _by_hand(legs), set[str]()
        mine = (lane for lane in self.lanes if lane.controller == event.controller)
        for lane in sorted(mine, key=lambda one: (one.name not in seen, not there.issuperset(one.serves))):
            reached = frozenset(there.intersection(lane.serves))
            its = [key for key in by_hand if key[0] == reached and (lane.name, key[1]) not in named]
            if lane.name in seen or not reached or its:
                found.add(lane.name)
                by_hand -= Counter(its)
        return frozenset(found)

    def lanes_among(self, names: frozenset[str]) -> tuple[Lane, ...]:
        """The same names give the same tuple: planning keeps by it what it has worked out."""
        found = self._some.get(names)
        if found is None:
            found = self._some[names] = tuple(lane for lane in self.lanes if lane.name in names)
        return found

    def read(self, incoming: Incoming) -> Read | None:
        """A record of `consent.events`; None: its home is elsewhere.

        Raises:
            DataError: it can't be judged, so its place is among the dead letters.

        """
        if incoming.value is None:
            raise UndecodableRecord("the record has no value")
        event = decode(ConsentEvent, incoming.value)
        if self.home(event.subject_id) != incoming.here:
            if incoming.forwarded:
                raise InvalidRecord("was forwarded here, but its home is elsewhere", reason="partition_mismatch")
            return None
        policy = self.policy_of(event, incoming.log_time)
        person = pid(self.pepper, event.controller, event.subject_id)
        return Read(event, person, policy, content_hash(self.pepper, event), incoming.log_time)

    def policy_of(self, event: ConsentEvent, now: int) -> Policy:
        """Raises InvalidRecord: controller, policy or version is unknown."""
        versions = self._versions.get(event.controller)
        if versions is None:
            raise InvalidRecord("is no controller of this relay", field="controller")
        return version_for(versions, event, now)

    def applied(self, controller: str, record: AuditRecord) -> Policy:
        """The version of its policy that a record names, else the one in force at the record's moment."""
        versions, name = self._versions[controller], record.policy and record.policy.version
        return next((one for one in versions if one.version == name), in_force(versions, record.at))

    def judge(self, read: Read, person: Person, lanes: frozenset[str]) -> Plan | DataError:
        """What is due by it with these connections; the person's own state goes on."""
        event = read.event
        state = person.standing or SubjectState(pid=read.pid, controller=event.controller)
        try:
            lanes_then, named = self.lanes_among(lanes), digest_of(read.named)
            made = plan(event, state, read.policy, lanes_then, read.now, read.digest, named)
        except DataError as error:
            return error
        if made.state is not state:
            person.state = encode(knowing(event, made, state, read.named))
        return made


def names_in(legs: Iterable[Leg]) -> frozenset[str]:
    """The connections that legs name."""
    return frozenset(leg.lane for leg in legs if leg.lane)


def _by_hand(legs: Iterable[Leg]) -> Counter[tuple[frozenset[str], str | None, str | None]]:
    """Of how many connections recipients have a task that names none: by them, what is asked, and what is to be done.

    One connection may have several; what it does by a call, it has no task for.
    """
    tasks = (leg for leg in legs if not leg.lane and (leg.reason == _NO_CALL or leg.task == _REVIEW))
    return Counter((frozenset(split(leg.recipient)), leg.action, leg.task) for leg in tasks)
