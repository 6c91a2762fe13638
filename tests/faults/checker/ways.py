"""What is done about an event, by its kind. Each way says whether anything comes of it: if not, it is stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.desk import free, square
from checker.holds import ALL, Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from checker.desk import Desk, Said

IMPORTS = {"import", "import_list"}


def choose(said: Said, desk: Desk) -> bool:
    """A grant or a stop: told where it is the newest word about what the connection does."""
    event, kind, life, policy = said.event, said.kind, said.life, desk.policy
    stops, imported = kind.action != "grant", event["method"] in IMPORTS
    if not stops and (life.covers(said.at) or (imported and life.erased_at is not None)):
        return False
    weight = (stops or not imported, said.at, stops)
    reached = policy.reached(kind, named=event["purposes"] is not None)
    about = reached if kind.picks and event["purposes"] is None else policy.meant(event["purposes"])
    cells = frozenset((purpose, channel) for purpose in about for channel in said.channels)
    newest = life.newest(cells, weight)
    written = frozenset(cell for cell in cells if cell[0] in reached) if kind.picks else cells
    life.say(written, weight)
    for connection in desk.concerned(event) if newest else ():
        asked = square(connection, connection.reaching & reached & about, said.channels)
        mine = asked & newest
        if not stops:
            mine = free(connection, frozenset(filter(life.is_granted, mine)), life)
        everything = event["purposes"] is None and not kind.picks and mine == asked
        if mine:
            desk.tell(said, connection, kind.action, mine, everything=everything)
    counts = newest if stops else frozenset(filter(life.is_granted, newest))
    return bool(counts) or not about


def erase(said: Said, desk: Desk) -> bool:
    """The connection forgets the whole person, and is told again what was granted since; what is held only stops."""
    life = said.life
    if life.covers(said.at):
        return False
    life.erase(said.at)
    for connection in desk.concerned(said.event):
        if not connection.erases:
            continue
        if life.holds.keeps(connection, desk.policy.purposes):
            life.holds.kept.append(Kept(said, connection))
            if stopped := square(connection, connection.chosen):
                desk.tell(said, connection, "withdraw", stopped, everything=True)
        else:
            desk.tell(said, connection, "delete", frozenset(), everything=True)
        desk.grant_again(said, connection)
    return True


def minor(said: Said, desk: Desk) -> bool:
    """Where the policy wants nobody so young, they are forgotten; of an age that nobody told the worst is thought.

    Where it takes nothing of them, nothing of theirs counts until they are said to be older, and then it is told.
    """
    age, life, least = said.event["age"], said.life, desk.policy.nothing_under
    was_too_young = life.is_too_young
    if least is not None:
        life.age = max(life.age, (said.at, age is None or age < least, said.event["event_id"]))
    if age is None or age < desk.policy.nobody_under:
        return erase(said, desk)
    for connection in desk.concerned(said.event) if was_too_young and not life.is_too_young else ():
        desk.grant_again(said, connection)
    return True


def people(_said: Said, _desk: Desk) -> bool:
    """People's work: no connection of the runs has a call for it."""
    return True


def restrict(said: Said, desk: Desk) -> bool:
    """A mark that keeps grants from before it from counting; itself people's work at every connection."""
    return _mark(said, desk, on=True)


def unrestrict(said: Said, desk: Desk) -> bool:
    """Connections that have the data for any of these purposes are told again what is granted."""
    if not _mark(said, desk, on=False):
        return False
    about = desk.policy.meant(said.event["purposes"])
    for connection in desk.concerned(said.event):
        if connection.reaching & about:
            desk.grant_again(said, connection)
    return True


def _mark(said: Said, desk: Desk, *, on: bool) -> bool:
    """Whether it is news for any of its purposes."""
    event, marks = said.event, said.life.restrictions
    weight, news = (said.at, on, event["event_id"]), False
    for purpose in (ALL,) if event["purposes"] is None else desk.policy.meant(event["purposes"]):
        if purpose not in marks or weight > marks[purpose]:
            marks[purpose], news = weight, True
    return news


def hold(said: Said, desk: Desk) -> bool:
    said.life.holds.place(said, desk.policy.meant(said.event["purposes"]))
    return True


def let_go(said: Said, desk: Desk) -> bool:
    """What nothing holds any more is erased now, as it was asked to be then."""
    holds, policy = said.life.holds, desk.policy
    holds.lift(said, policy.meant(said.event["purposes"]))
    free = list(holds.let_go(policy.purposes))
    for kept in free:
        desk.tell(kept.said, kept.connection, "delete", frozenset(), everything=True)
    for connection in {kept.connection.name: kept.connection for kept in free}.values():
        desk.grant_again(said, connection)
    return True


WAYS: Mapping[str, Callable[[Said, Desk], bool]] = {
    "choose": choose,
    "erase": erase,
    "minor": minor,
    "people": people,
    "restrict": restrict,
    "free": unrestrict,
    "hold": hold,
    "let_go": let_go,
}
