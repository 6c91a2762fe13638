"""What goes into the audit of an answer: words of the adapter and the vendor's own numbers, nothing of the person.

A vendor may put anything where a code or a job's number belongs, the person's address among it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from processors.vendors.base import Result
from schemas.events import names_person
from schemas.ids import answer_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.vendors.later import Later
    from schemas.errors import VendorError
    from schemas.events import Identity
    from schemas.records import Evidence

Keyed = Callable[[str], str]
"""A hash to one that only the relay can make: nobody else finds out what was hashed by trying."""
WITHHELD = "withheld"
_LONGEST = 200
_SIGNS = bytes(sign for sign in range(128) if not chr(sign).isalnum())
_SHORTEST = 5
"""Shorter names are found in any text: they name nobody by themselves."""


def own_key() -> Keyed:
    """For who compares no hash with another's."""
    return partial(answer_hash, os.urandom(32))


def discreet(outcome: Result | VendorError, identities: Iterable[Identity], keyed: Keyed) -> Result | VendorError:
    """The outcome; of its texts each that names a person, or that is no plain short one, says `withheld`.

    A vendor may know the person by more names than we do: any address or phone number is one. Hashes are `keyed`.
    """
    names = [name for identity in identities if len(name := _bare(identity.value)) >= _SHORTEST]
    told = outcome if _is_plain(outcome, names) else _withheld(outcome, names, keyed)
    return _keyed(told, keyed)


def _keyed(outcome: Result | VendorError, keyed: Keyed) -> Result | VendorError:
    if isinstance(outcome, Result):
        evidence = outcome.evidence
        if evidence is None or evidence.response_sha256 is None:
            return outcome
        told = evidence.changed(response_sha256=keyed(evidence.response_sha256))
        return replace(outcome, evidence=told)
    if outcome.response_sha256 is None:
        return outcome
    changed = copy(outcome)  # several people may have it
    changed.response_sha256 = keyed(outcome.response_sha256)
    return changed


def _withheld(outcome: Result | VendorError, names: list[str], keyed: Keyed) -> Result | VendorError:
    if not isinstance(outcome, Result):
        if outcome.reason == (kept := _kept(outcome.reason, names)):
            return outcome
        changed = copy(outcome)
        changed.reason, changed.args = kept or WITHHELD, (kept,)
        return changed
    later = _later(outcome.later, names, keyed)
    evidence = _evidence(outcome.evidence, names)
    return replace(outcome, reason=_kept(outcome.reason, names), evidence=evidence, later=later)


def _is_plain(outcome: Result | VendorError, names: list[str]) -> bool:
    """Nothing is to be withheld, as nearly always: all texts are looked at together."""
    said = [outcome.reason]
    if isinstance(outcome, Result) and (evidence := outcome.evidence):
        said += [evidence.job_id, evidence.detail, evidence.link]
    if isinstance(outcome, Result) and outcome.later:
        said.append(outcome.later.job_id)
    texts = [text for text in said if text is not None]
    for text in texts:
        if not _is_plain_text(text):
            return False
    return not _named("".join(texts), names)


def _is_plain_text(text: str) -> bool:
    short = 0 < len(text) <= _LONGEST and text.isascii() and text.isprintable()
    return short and not names_person(text) and ("%" not in text or not names_person(_decoded(text)))


def _named(text: str, names: list[str]) -> bool:
    bare = _bare(text)
    if "%" in text:
        bare = f"{bare} {_bare(_decoded(text))}"
    return any(name in bare for name in names)


def _decoded(text: str) -> str:
    """Percent signs undone, however often they were put on."""
    while (plain := unquote(text)) != text:
        text = plain
    return text


def _later(later: Later | None, names: list[str], keyed: Keyed) -> Later | None:
    """A job keeps a name of its own: it is told apart from others by it."""
    if later is None or _kept(later.job_id, names) == later.job_id:
        return later
    return replace(later, job_id=f"{WITHHELD}-{keyed(hashlib.sha256(later.job_id.encode()).hexdigest())}")


def _evidence(evidence: Evidence | None, names: list[str]) -> Evidence | None:
    if evidence is None:
        return None
    texts = {"job_id": evidence.job_id, "detail": evidence.detail, "link": evidence.link}
    return evidence.changed(**{field: _kept(text, names) for field, text in texts.items()})


def _kept(text: str | None, names: list[str]) -> str | None:
    if text is None or (_is_plain_text(text) and not _named(text, names)):
        return text
    return WITHHELD


def _bare(text: str) -> str:
    """Letters and digits alone: a phone number stays one however it is written."""
    if text.isascii():
        return text.lower().encode().translate(None, _SIGNS).decode()
    return "".join(sign for sign in text.casefold() if sign.isalnum())
