"""A policy like oomnis', with some rows written otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import schemas
from schemas.policy import read_policy

if TYPE_CHECKING:
    from schemas.policy import Policy

FILE = Path(schemas.__file__).parent / "policies" / "oomnis.toml"

TOMORROW = "2026-03-03"
"""The day after the tests' NOW."""
POLLS = '[[recipients]]\nid = "zoho-polls"\ntitle = "Zoho Polls"\nlines = [212]\nmark = "derived"\n'


def write(path: Path, *replacements: tuple[str, str], base: Path = FILE) -> Path:
    """Write oomnis' file, or another one, with these texts replaced, each once."""
    text = base.read_text("utf-8")
    for old, new in replacements:
        assert old in text, f"not in oomnis.toml: {old}"
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    return path


def variant(directory: Path, *replacements: tuple[str, str]) -> Policy:
    return read_policy(write(directory / "oomnis.toml", *replacements))


def next_version(directory: Path) -> Policy:
    """The version of tomorrow: `surveys` are `polls` then, and go to another recipient."""
    return variant(
        directory,
        ('version = "2021-09-08"', 'version = "2"\nsupersedes = "2021-09-08"'),
        ("effective = 2021-09-08", f"effective = {TOMORROW}"),
        ('id = "surveys"', 'id = "polls"'),
        ('"surveys" = [{ to = "zoho-one/marketing"', '"polls" = [{ to = "zoho-polls"'),
        ('[[recipients]]\nid = "stripe"', f'{POLLS}\n[[recipients]]\nid = "stripe"'),
    )
