"""How commands speak to a person, and how they end when they were used wrongly."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.padding import Padding

from schemas.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

DATA_WRONG = 1
WRONG_USE = 2
_WIDE = 220


def console() -> Console:
    """For tables. What events say is never read as markup; where nobody looks, lines aren't folded."""
    screen = Console(markup=False, highlight=False, emoji=False)
    return screen if screen.is_terminal else Console(markup=False, highlight=False, emoji=False, width=_WIDE)


def indented(text: RenderableType) -> Padding:
    """A point of a list, so that its folded lines stand below its first one."""
    return Padding(text, (0, 0, 0, 2), expand=False)


@contextmanager
def wrong_use() -> Iterator[None]:
    """End with exit code 2 and the error's own text, which says what to do."""
    try:
        yield
    except SetupError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USE) from None
