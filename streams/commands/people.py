"""The people of events, as the sandbox's vendors hold them: everywhere, and on every mailing list."""

from __future__ import annotations

from infra.sandbox import Person
from infra.sandbox.server import DOUBLE_OPT_IN
from schemas.events import ConsentEvent
from streams.commands.lines import read_files


def people_of(file: str) -> list[Person]:
    """Everybody whom an event of `file` names by an e-mail address; lines that hold no event are passed over.

    Raises:
        SetupError: the file can't be read.

    """
    found = {}
    for line in read_files([file]):
        if not isinstance(line.got, ConsentEvent):
            continue
        names = {identity.type: identity.value for identity in line.got.identities if identity.format == "raw"}
        if "email" in names:
            found[line.got.subject_id] = Person(
                key=line.got.subject_id,
                email=names["email"],
                ga_client_id=names.get("ga_client_id"),
                lists=dict.fromkeys(DOUBLE_OPT_IN, "active"),
            )
    return list(found.values())
