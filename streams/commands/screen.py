"""How commands speak to a person, and how they end when they were used wrongly."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.padding import Padding

from schemas.errors import SetupError
from schemas.printable import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.text import Text

DATA_WRONG = 1
WRONG_USE = 2
_WIDE = 220
LAYOUT = "\n\t"
"""Signs that our own texts are laid out with."""


class _Screen(Console):
    """Shows what steers a terminal in place of obeying it: markup is off, but an escape would pass."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(shown(text, LAYOUT), **options)


def console() -> Console:
    """For tables. What events say is never read as markup; where nobody looks, lines aren't folded."""
    screen = _Screen(markup=False, highlight=False, emoji=False)
    return screen if screen.is_terminal else _Screen(markup=False, highlight=False, emoji=False, width=_WIDE)


def indented(text: RenderableType) -> Padding:
    """A point of a list, so that its folded lines stand below its first one."""
    return Padding(text, (0, 0, 0, 2), expand=False)


@contextmanager
def wrong_use() -> Iterator[None]:
    """End with exit code 2 and the error's own text, which says what to do."""
    try:
        yield
    except SetupError as error:
        typer.echo(shown(str(error), LAYOUT), err=True)
        raise typer.Exit(WRONG_USE) from None
