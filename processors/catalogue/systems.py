"""The part of docs/vendors.md about systems without an API, made from schemas/systems.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.systems import systems

if TYPE_CHECKING:
    from schemas.systems import System

_HEAD = """\
## <a id="without"></a>Systems without an API

What policies name and no call reaches for one person (`schemas/systems.toml`; `consent-relay vendors systems`).
`client_signal`: the site tells the tag, by a connection of the adapter [site_signals](signals.md); without it, a
task. `manual_task`: a person does it, `consent-relay tasks list` tells how. `terminated_product`: nobody is there any
more. `delegated_to`: another recipient has it.

| system | ends | what is done | what proves it | evidence |
|---|---|---|---|---|
"""


def section() -> str:
    """In Markdown."""
    return _HEAD + "".join(map(_row, systems().systems))


def ending(system: System) -> str:
    """`delegated_to stripe`."""
    return f"{system.outcome} {system.to}" if system.to else system.outcome


def _row(system: System) -> str:
    whose = ", ".join(f"`{recipient}`" for recipient in system.recipients) or "no recipient of a policy"
    cells = (f"{system.title}: {whose}", ending(system), system.instructions, system.proof)
    told = " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    return f"| {told} | [{system.mark}] {system.source} |\n"
