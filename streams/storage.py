"""Writing below the data directory: a disk that is full, or a directory that isn't ours, is said so."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from schemas.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """For whatever is written in there.

    Raises:
        SetupError: it can't be.

    """
    try:
        yield
    except OSError as error:
        raise SetupError(
            f"{directory} can't be written: {error.strerror or type(error).__name__}",
            remedy="make room on its disk, or see to its owner and mode; --data-dir (CONSENT_RELAY_DATA_DIR) names "
            "another place",
        ) from None


def is_there(path: Path) -> bool:
    """Whether there is such a file.

    Raises:
        SetupError: nobody lets us look.

    """
    try:
        return path.exists()
    except OSError as error:
        raise SetupError(
            f"{path} can't be read: {error.strerror or type(error).__name__}",
            remedy="see to the owners and modes of its directories, or name another file",
        ) from None


def written(path: Path, text: str) -> None:
    """Make a file of this text, UTF-8, with the line ends that it has.

    Raises:
        SetupError: it is there already, or can't be written.

    """
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise SetupError(f"{path} is there already", remedy="name another file with --out") from None
    except OSError as error:
        raise SetupError(
            f"{path} can't be written: {error.strerror}", remedy="name another file with --out"
        ) from None
