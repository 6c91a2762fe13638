"""The file of public keys, to which each worker adds its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.errors import SetupError
from streams.notary.keys import keys_file, known_keys, public_key, remember, verifier_keys
from streams.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("end", ["", "\n"])
def test_our_key_has_a_line_of_its_own_whatever_stands_there(tmp_path: Path, end: str) -> None:
    old, new = (Settings(cluster_prefix="tests", data_dir=tmp_path, notary_key=key * 32) for key in ("07", "08"))
    path = keys_file(new)
    path.parent.mkdir()
    path.write_text(verifier_keys(old)[0] + end)
    for _ in range(2):
        remember(new)
    assert path.read_text().splitlines() == [verifier_keys(old)[0], verifier_keys(new)[0]]
    assert known_keys(new) == [public_key(new), public_key(old), public_key(new)]


def test_a_file_of_keys_that_we_may_not_look_for_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=tmp_path)

    def closed(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "exists", closed)
    with pytest.raises(SetupError, match=f"{keys_file(settings)} can't be read: Permission denied"):
        known_keys(settings)
