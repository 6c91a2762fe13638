"""docs/coverage.md, made of policies and adapters: `python -m processors.catalogue coverage > docs/coverage.md`."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from processors.catalogue.covered_words import does, marked, proven
from processors.catalogue.covering import WHERE, covered
from processors.vendors.evidence import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.catalogue.covering import Covered
    from schemas.policy import Policy

_HEAD = f"""\
# Coverage

<!-- Made by `python -m processors.catalogue coverage > docs/coverage.md`; it follows the policies and the adapters. -->

Every system that the policies name: what becomes of a withdrawal of everything and of a deletion there, what proves it, and how
sure we are of the vendor's API. It is planned by the relay's own planner for somebody in the {WHERE}, with each adapter connected
to the systems that it is for (`zoho-one/crm` by Zoho CRM, say); what isn't connected in your `relay.toml` stays an open leg
(`unbound_recipient`) or a task, and `consent-relay policy check` names it. **No adapter was tried against a live vendor.**

`manual_task` is work for a person, with a due date: no call does it, or no adapter is there yet. `client_signal`: no call; the site's
own tags are told ([signals](signals.md)). What a person does where there is no adapter is as [vendors](vendors.md#without) has it,
with its source. `not_applicable`: nothing is to be done, for the reason given. Other words:
[vendors](vendors.md), which has the sources, too.
"""  # noqa: E501 - lines of the page
_COLUMNS = ("system", "adapter", "on a withdrawal", "on a deletion", "proven by", "evidence")


def page() -> str:
    """The whole page, in Markdown."""
    legend = "\n".join(f"| {mark} | {says} |" for mark, says in MARKS.items())
    sections = [_section(policy, list(rows)) for policy, rows in groupby(covered(), lambda row: row.policy)]
    return "\n".join((_HEAD, *sections, f"| evidence | |\n|---|---|\n{legend}\n"))


def rows(several: Sequence[Covered]) -> Iterator[tuple[str, ...]]:
    """The cells, by column; none is empty."""
    for row in several:
        adapter = f"[{row.adapter.title}](vendors.md#{row.adapter.name})" if row.adapter else "none"
        done = (does(row, row.withdrawal), does(row, row.deletion, after_review=row.is_reviewed))
        yield f"`{row.recipient}`", adapter, *done, proven(row), marked(row)


def _section(policy: Policy, several: Sequence[Covered]) -> str:
    systems = {row.recipient for row in several}
    served = {row.recipient for row in several if row.adapter}
    lines = [f"| {' | '.join(_COLUMNS)} |", f"|{'---|' * len(_COLUMNS)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |" for cells in rows(several)]
    title = f"## {policy.id}, {policy.version}\n\n{len(systems)} systems, {len(served)} of them with an adapter.\n"
    return "\n".join((title, *lines, ""))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
