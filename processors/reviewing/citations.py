"""Whether the rows of a policy file stand where they say they do in the policy's own text."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from schemas.policy.names import cited_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemas.policy import Policy
    from schemas.policy.rows import Cited

_QUOTED = re.compile(r'"([^"]+)"')
_OURS = ("note", "what", "reading", "reason", "meanwhile", "instead", "unshared")
"""Fields in our own words, which quote the text between quotation marks."""


def misquoted(policy: Policy, text: bytes) -> Iterator[str]:
    """What doesn't hold of the text: its hash, its length, a blank line that is cited, words that aren't there.

    A wording must stand in its row's lines, what a note quotes anywhere in the text. Spaces and line ends within a
    wording don't count.
    """
    found = hashlib.sha256(text).hexdigest()
    if found != policy.text_sha256:
        yield f"text_sha256: this text has {found}"
    lines = text.decode(errors="replace").split("\n")
    last = len(lines) - (not lines[-1])
    if last != policy.text_lines:
        yield f"text_lines: this text has {last}"
    whole = _plain(" ".join(lines))
    for place, row in cited_rows(policy):
        yield from (f"{place}.{problem}" for problem in (*_row_problems(row, lines), *_note_problems(row, whole)))


def _row_problems(row: Cited, lines: Sequence[str]) -> Iterator[str]:
    cited = [lines[number - 1] for number in row.lines if number <= len(lines)]
    if not all(line.strip() for line in cited):
        yield "lines: a blank line is cited"
    wording = getattr(row, "wording", None)
    if wording is not None and _plain(wording) not in _plain(" ".join(cited)):
        yield f"wording: doesn't stand in line {', '.join(map(str, row.lines))}"


def quoted_in(row: Cited) -> Iterator[tuple[str, str]]:
    """What a row's notes quote, each with the field where it does."""
    for field in _OURS:
        yield from ((field, words) for words in _QUOTED.findall(getattr(row, field, None) or ""))


def _note_problems(row: Cited, whole: str) -> Iterator[str]:
    for field, words in quoted_in(row):
        if _plain(words) not in whole:
            yield f'{field}: "{words}" stands nowhere in the text'


def _plain(text: str) -> str:
    return " ".join(text.split())
