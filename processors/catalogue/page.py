"""docs/vendors.md, made from the adapters' classes: `python -m processors.catalogue > docs/vendors.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.catalogue import systems
from processors.catalogue.facts import options, recipients
from processors.catalogue.words import checked, details, doubts, ending, limits, marks
from processors.engine.kinds import KINDS
from processors.vendors.base import VENDORS
from processors.vendors.evidence import MARKS
from schemas.records import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from processors.vendors.base import Vendor
    from schemas.records import Action

_HEAD = """\
# Vendors

<!-- Made by `python -m processors.catalogue > docs/vendors.md`; edit the adapters in processors/vendors/, make it anew. -->

What each adapter does, how an action ends when all goes well, and how much of that is sure. **None was tried against
a live vendor**: each speaks to the [sandbox](fault-tests.md) in the contract tests; what its calls and the sandbox's
answers were compared with stands under *checked*. `consent-relay vendors list` and `vendors show ID` print the same,
`--json` for machines; `vendors show ID --action delete --identity email=a@b.c` prints the calls.
A vendor that isn't here: [adding a vendor](adding-a-vendor.md).

How an action ends: `accepted` the vendor said it will, and has no status to ask for; `executed` it says it did. What is
read back later is `verified` then, whichever of the two it was. `manual_task` a person has to do the rest;
`client_signal` no call, a tag in the browser tells the vendor; `not_applicable` no call, a choice makes no difference
there ([how it works](how-it-works.md)).
"""  # noqa: E501 - the comment is one line


def page() -> str:
    """The whole page, in Markdown."""
    kinds = [VENDORS[name] for name in sorted(VENDORS)]
    legend = "\n".join(f"| {mark} | {says} |" for mark, says in MARKS.items())
    actions = [action for action in ACTIONS if any(action in kind.can for kind in kinds)]
    rows = "\n".join(_row(kind, actions) for kind in kinds)
    heads = ("vendor", *actions, "finds a person by", "evidence")
    table = f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n{rows}\n"
    sections = ["\n".join(_section(kind)) + "\n" for kind in kinds]
    return "\n".join((_HEAD, table, f"| evidence | |\n|---|---|\n{legend}\n", systems.section(), *sections))


def _row(kind: type[Vendor], actions: Sequence[Action]) -> str:
    ends = [ending(kind.can[action]) if action in kind.can else "–" for action in actions]
    link = f"[{kind.title}](#{kind.name})"
    return f"| {' | '.join((link, *ends, _code(kind.identifies_by), marks(kind)))} |"


def _section(kind: type[Vendor]) -> Iterator[str]:
    yield f'## <a id="{kind.name}"></a>{kind.title}\n'
    yield f"Adapter `{kind.name}`, {kind.docs}\n"
    yield "| | ends | what it does |\n|---|---|---|"
    for action, can in kind.can.items():
        yield f"| {action} | {ending(can)} | {_cell('; '.join((can.says, *details(can))))} |"
    yield ""
    yield f"- finds a person by {_code(kind.identifies_by)}; channels {', '.join(kind.channels) or 'none'}"
    yield f"- serves the policies' {_code(recipients(kind))}"
    yield f"- purposes: {'kept apart' if kind.per_purpose else 'one switch for the person'}"
    auth = KINDS[kind.auth]
    may = f"; it may have {_code(auth.optional)}" if auth.optional else ""
    yield f"- auth `{kind.auth}`, secrets {_code(auth.secrets) or 'none'}{may}"
    given = [f"`{name}` ({says})" for name, says in options(kind).items()]
    yield f"- options: {', '.join(given) or 'none'}"
    yield f"- limits: {'; '.join(limits(kind)) or 'none documented'}"
    yield from _list(
        "statuses that are read", (f"{status}: {meaning}" for status, meaning in kind.documented.items())
    )
    yield from _list("traps", kind.traps)
    yield from _list("unverified", doubts(kind))
    yield from _list("evidence", [f"[{mark}] {source}" for mark, source in kind.evidence])
    yield f"- checked: {checked(kind)}"


def _list(title: str, lines: Iterable[str]) -> Iterator[str]:
    several = [f"  - {line}" for line in lines]
    if several:
        yield "\n".join((f"- {title}:", *several))


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
