"""`vendors scaffold` in a copy of this checkout: what it writes works, and says itself what is still to be done."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.errors import SetupError
from streams.commands.screen import WRONG_USE
from streams.commands.vendors import vendors_app
from streams.commands.vendors_scaffold import FILES, write

ROOT = Path(__file__).parents[2]
COPIED = ("streams", "schemas", "processors", "infra", "tests", "docs", "examples")
NAME = "acme_mail"
WRITTEN = [path.format(NAME) for path in FILES.values()]
SHARED = (
    "tests/contract/test_vendors_statuses.py",
    "tests/contract/test_vendors_each_call.py",
    "tests/unit/test_cli_configuration.py",
)
TESTS = [path for path in WRITTEN if path.startswith("tests/")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("checkout")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    write(root, NAME, "Acme Mail", "https://docs.acme.example")
    return root


def run(root: Path, *args: str) -> tuple[int, str]:
    command = [sys.executable, "-m", *args]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return done.returncode, done.stdout + done.stderr


def test_what_is_written_runs_and_one_test_lists_what_is_left_until_it_is_done(checkout: Path) -> None:
    status, text = run(checkout, "pytest", "-q", "--timeout=0", *TESTS, *SHARED, "-k", NAME)
    assert (status, text.count("FAILED ")) == (1, 1), text
    assert "FAILED tests/unit/test_vendor_acme_mail.py::test_nothing_of_the_scaffold_is_left" in text
    assert "still to be done" in text
    for path in WRITTEN:
        whole = (checkout / path).read_text("utf-8")
        (checkout / path).write_text(whole.replace("TODO", "Done:"), "utf-8")
    status, text = run(checkout, "pytest", "-q", "--timeout=0", TESTS[0])
    assert status == 0, text


def test_what_is_written_is_as_clean_as_the_rest(checkout: Path) -> None:
    assert run(checkout, "ruff", "check", "--quiet", *WRITTEN) == (0, "")
    assert run(checkout, "ruff", "format", "--quiet", "--check", *WRITTEN) == (0, "")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["Acme"], "is no id of an adapter"),
        (["../x"], "is no id of an adapter"),
        (["zoho_crm"], "there is an adapter zoho_crm already"),
        (["acme", "--docs", "http://x"], "stand in the code as they are"),
        (["acme", "--title", 'x"\nimport os'], "stand in the code as they are"),
        (["acme", "--into", "/nowhere"], "is no checkout of consent-relay"),
    ],
)
def test_what_would_write_nonsense_is_refused(args: list[str], says: str) -> None:
    result = CliRunner().invoke(vendors_app, ["scaffold", "--into", str(ROOT), *args])
    assert (result.exit_code, says in " ".join(result.stderr.split())) == (WRONG_USE, True)


def test_nothing_is_overwritten(checkout: Path) -> None:
    with pytest.raises(SetupError, match=f"{NAME}/__init__.py is there already"):
        write(checkout, NAME, "Acme Mail", "https://docs.acme.example")
