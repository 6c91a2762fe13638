"""What a user installs: everything the packages need at run time is in the wheel, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"schemas", "processors", "streams", "infra"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command line
    (wheel,) = out.glob("consent_relay-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_holds_our_four_packages_and_nothing_else(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES


def test_data_that_the_code_reads_is_in_it(names: set[str]) -> None:
    data = {".avsc", ".toml", ".sha256", ".typed", ".txt", ".js"}
    wanted = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in data or path.name == "py.typed"
    }
    assert len(wanted) > 15
    assert wanted <= names
