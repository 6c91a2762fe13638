"""What is done about an event, by its kind. Each way says whether anything comes of it: if not, it is stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.desk import free, square

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
        everything = event["purposes"] is None and not kind.picks and mine == asked
        mine = mine if stops else free(connection, mine, life)
        if mine:
            desk.tell(said, connection, kind.action, mine, everything=everything)
    return bool(newest) or not about


def erase(said: Said, desk: Desk) -> bool:
    """The connection forgets the whole person, and is told again what was granted since."""
    if said.life.covers(said.at):
        return False
    said.life.erase(said.at)
    for connection in desk.concerned(said.event):
        if connection.erases:
            desk.tell(said, connection, "delete", frozenset(), everything=True)
            desk.grant_again(said, connection)
    return True


WAYS: Mapping[str, Callable[[Said, Desk], bool]] = {"choose": choose, "erase": erase}
