"""Whether a policy file quotes the policy's text as it stands: for everybody who has that text at hand."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from schemas.policy.names import cited_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemas.policy.model import Policy
    from schemas.policy.rows import Cited

_QUOTED = re.compile(r'"([^"]+)"')
_OURS = ("note", "what", "reading", "reason", "meanwhile", "instead", "unshared")
"""Fields in our own words, in which the text is quoted between quotation marks."""


def is_text_of(policy: Policy, content: bytes) -> bool:
    """Whether this is the text that the policy's lines are counted in."""
    return hashlib.sha256(content).hexdigest() == policy.text_sha256


def misquotes(policy: Policy, text: str) -> Iterator[str]:
    """Every place where the file says of the text what isn't there: `purposes.surveys.wording: ...`."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) != policy.text_lines:
        yield f"text_lines: the text has {len(lines)} lines, not {policy.text_lines}"
        return
    for place, row in cited_rows(policy):
        yield from (f"{place}.{problem}" for problem in _wrong(row, lines))


def _wrong(row: Cited, lines: Sequence[str]) -> Iterator[str]:
    cited = [lines[number - 1] for number in row.lines]
    yield from (f"lines: line {n} is empty" for n, line in zip(row.lines, cited, strict=True) if not line.strip())
    wording = getattr(row, "wording", None)
    if wording is not None and not any(wording in line for line in cited):
        yield f"wording: stands in none of lines {', '.join(map(str, row.lines))}"
    for field in _OURS:
        for quoted in _QUOTED.findall(getattr(row, field, None) or ""):
            if not any(quoted in line for line in lines):
                yield f'{field}: "{quoted}" stands nowhere in the text'
