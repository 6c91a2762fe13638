"""Vendors' codes as words of ours; their ids, and people's names, as parts of a path."""

from __future__ import annotations

import re
from urllib.parse import quote

from schemas.errors import VendorRefused


def record_id(given: object) -> str:
    """A vendor's id of a record. It becomes a part of paths and lists: what is no plain one there would name others.

    Raises:
        ValueError: it is none.

    """
    text = str(given)
    if given is None or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text):
        raise ValueError("a record's id is none")
    return text


def word(code: object) -> str:
    """A vendor's code as a reason for the audit; what is no plain code may hold anything, and is not repeated."""
    text = str(code)
    return text.lower() if re.fullmatch(r"[A-Za-z0-9_]{1,48}", text) else "unknown_code"


def path_part(name: str) -> str:
    """A person's name as one part of a path, quoted.

    Raises:
        VendorRefused: of it servers make another path (RFC 3986, section 5.2.4), as that of the list behind which it
            stands: a call that takes one person off could take all of it away.

    """
    if name.strip() in {"", ".", ".."}:
        raise VendorRefused("identity_not_encodable")
    return quote(name, safe="")
