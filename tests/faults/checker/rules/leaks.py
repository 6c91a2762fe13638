"""Nobody is named outside consent.events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.finding import Finding
from checker.tokens import Identities, identities_of, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from checker.case import Case

_PLACES = ("audit.jsonl", "dead_letters.jsonl", "logs/*", "topics/*")
_PART = 16 * 1024 * 1024
_MOST = 5


def leak(case: Case) -> Iterator[Finding]:
    values = {value: key for key, person in case.run.people.items() for value in identities_of(person)}
    for entry in case.run.log:
        event = entry.event or {"identities": (), "subject_id": ""}
        values |= {one["value"]: event["subject_id"] for one in event["identities"]}
    identities = Identities(values)
    for pattern in _PLACES:
        for path in sorted(case.run.path.glob(pattern)):
            for whose in list(identities.named_in(_read(path)))[:_MOST]:
                where = str(path.relative_to(case.run.path))
                yield Finding("leak", where, case.run.pid(whose), "names a person")


def _read(path: Path) -> set[bytes]:
    """All pieces of a file, of which many stand in it often; a piece may reach from one part into the next."""
    found: set[bytes] = set()
    with path.open("rb") as file:
        while part := file.read(_PART):
            found |= pieces(part + file.readline())
    return found
