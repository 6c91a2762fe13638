"""`vendors scaffold`: a new vendor's files in a checkout, green but for one test that says what is left to do."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from processors.vendors.base import VENDORS
from schemas.errors import SetupError
from streams.commands.screen import console, wrong_use

FILES = {
    "package": "processors/vendors/{}/__init__.py",
    "facts": "processors/vendors/{}/facts.py",
    "adapter": "processors/vendors/{}/adapter.py",
    "sandbox": "infra/sandbox/vendors/{}.py",
    "unit": "tests/unit/test_vendor_{}.py",
    "contract": "tests/contract/test_{}_on_sandbox.py",
}
"""Template → where it is written."""
_TABLE = "| adapter | options | secrets |"
_OPTIONS = Path("docs/configuration.md")
_PAGE = Path("docs/vendors.md")


def scaffold(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The adapter's id, as acme_mail.")],
    title: Annotated[str | None, typer.Option(help="The vendor's name for people; default made of NAME.")] = None,
    docs: Annotated[
        str, typer.Option(metavar="URL", help="Its API's documentation.")
    ] = "https://todo.example/where-its-api-is-documented",
    into: Annotated[Path, typer.Option(metavar="DIR", help="A checkout of consent-relay.")] = Path(),
) -> None:
    """Write a new vendor's adapter, sandbox and tests: green at once, but for the test that lists what to fill in."""
    with wrong_use():
        written = write(into, name, title or name.replace("_", " ").title(), docs)
    screen = console()
    for path in written:
        screen.print(f"wrote {path}")
    screen.print(
        "\nFill in each TODO; docs/adding-a-vendor.md says how. This lists them, and is green when none is left:\n"
        f"  .venv/bin/pytest tests/unit/test_vendor_{name}.py tests/contract/test_{name}_on_sandbox.py\n"
        f"  .venv/bin/pytest tests/contract/test_vendors_statuses.py -k {name}\n"
        f"  consent-relay vendors show {name} --action delete --identity email=a@b.c"
    )


def write(root: Path, name: str, title: str, docs: str) -> list[Path]:
    """The files that were written or changed, relative to the checkout.

    Raises:
        SetupError: no such name can be given, it is no checkout, or a file is there already.

    """
    _refuse(root, name, title, docs)
    kind = "".join(word.capitalize() for word in name.split("_"))
    values = {"name": name, "kind": kind, "title": title, "docs": docs, "host": name.replace("_", "-")}
    texts = {path.format(name): _filled(template, values) for template, path in FILES.items()}
    for path, text in texts.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, "utf-8")
    _add_row(root / _OPTIONS, f"| `{name}` | – | `token` |")
    # Where its own import stands among the others depends on its name.
    sort = [sys.executable, "-m", "ruff", "check", "--quiet", "--select", "I", "--fix", *texts]
    subprocess.run(sort, cwd=root, check=False, capture_output=True)  # noqa: S603 - our own
    # A new process: this one has imported the adapters already.
    page = subprocess.run([sys.executable, "-m", "processors.catalogue"], cwd=root, check=True, capture_output=True)
    (root / _PAGE).write_bytes(page.stdout)
    return [*map(Path, texts), _OPTIONS, _PAGE]


def _refuse(root: Path, name: str, title: str, docs: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise SetupError(f"{name!r} is no id of an adapter", remedy="write it in small letters, as acme_mail")
    if name in VENDORS:
        raise SetupError(f"there is an adapter {name} already", remedy=f"see `consent-relay vendors show {name}`")
    if not docs.startswith("https://") or not (title + docs).isprintable() or {'"', "\\"} & set(title + docs):
        raise SetupError(
            "title and docs stand in the code as they are", remedy="give plain words and an https:// URL"
        )
    if not all((root / path.partition("{}")[0].rpartition("/")[0]).is_dir() for path in FILES.values()):
        raise SetupError(f"{root.resolve()} is no checkout of consent-relay", remedy="go into one, or say --into DIR")
    if there := [path.format(name) for path in FILES.values() if (root / path.format(name)).exists()]:
        raise SetupError(f"{there[0]} is there already", remedy="take another name, or remove it")


def _filled(template: str, values: dict[str, str]) -> str:
    return Template((files("streams") / "scaffold" / f"{template}.py.txt").read_text("utf-8")).substitute(values)


def _add_row(page: Path, row: str) -> None:
    """Behind the last row of the adapters' table."""
    lines = page.read_text("utf-8").splitlines(keepends=True)
    at = lines.index(f"{_TABLE}\n")
    while at < len(lines) and lines[at].startswith("|"):
        at += 1
    page.write_text("".join([*lines[:at], f"{row}\n", *lines[at:]]), "utf-8")
