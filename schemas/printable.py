"""Text from outside that a terminal shows, and doesn't obey: no escapes, no line breaks, no turned reading."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> bool:
    """Whether each of its signs is one to be seen, or a space of any width."""
    return text.isprintable() or all(map(_seen, text))


def shown(text: str, but: str = "") -> str:
    r"""The same with `\x1b` written out in place of an escape, and so on. but: signs that stay."""
    if text.isprintable():
        return text
    return "".join(
        sign if _seen(sign) or sign in but else sign.encode("unicode_escape").decode("ascii") for sign in text
    )


def _seen(sign: str) -> bool:
    return sign.isprintable() or unicodedata.category(sign) == "Zs"
