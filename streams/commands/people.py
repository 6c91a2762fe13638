"""The people of events, as the sandbox's vendors hold them: everywhere, and on every mailing list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.sandbox import Person
from schemas.events import ConsentEvent
from streams.commands.lines import read_files

if TYPE_CHECKING:
    from collections.abc import Iterable


def people_of(file: str, lists: Iterable[str]) -> list[Person]:
    """Everybody whom an event of `file` names by an e-mail address; lines that hold no event are passed over.

    Raises:
        SetupError: the file can't be read.

    """
    everywhere = dict.fromkeys(lists, "active")
    found = {}
    for line in read_files([file]):
        if isinstance(line.got, ConsentEvent):
            names = {identity.type: identity.value for identity in line.got.identities if identity.format == "raw"}
            if "email" in names:
                found[line.got.subject_id] = Person(
                    key=line.got.subject_id,
                    email=names["email"],
                    ga_client_id=names.get("ga_client_id"),
                    lists=everywhere,
                )
    return list(found.values())
