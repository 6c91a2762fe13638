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
