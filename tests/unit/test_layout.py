"""What belongs where, how long a file may be, and that all places name the same version."""

from __future__ import annotations

import ast
import tomllib
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

from schemas.version import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
OURS = {"schemas", "processors", "streams", "infra"}
KAFKA = {"faust", "mode", "aiokafka", "kafka", "confluent_kafka"}
MAY_IMPORT = {"schemas": set[str](), "processors": {"schemas"}, "infra": {"schemas"}, "streams": OURS, "bench": OURS}
LONGEST_FILE, LONGEST_FUNCTION = 250, 40
MEDIAN_ADAPTER = 60
FILES = [path for package in sorted(MAY_IMPORT) for path in sorted((ROOT / package).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TREES = {path.relative_to(ROOT): ast.parse(path.read_text("utf-8")) for path in FILES}


def imports(tree: ast.AST) -> Iterator[str]:
    """Top names of everything imported anywhere in a file, for types alone too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield (node.module or "").split(".")[0]


def test_there_is_something_to_look_at() -> None:
    assert {path.parts[0] for path in TREES} == set(MAY_IMPORT)
    assert len(TREES) > 100


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_packages_import_only_what_stands_below_them(package: str) -> None:
    found = {
        (str(path), name)
        for path, tree in TREES.items()
        if path.parts[0] == package
        for name in imports(tree)
        if name in MAY_IMPORT.keys() - MAY_IMPORT[package] - {package}
    }
    assert found == set()


@pytest.mark.parametrize("package", ["schemas", "processors", "infra"])
def test_only_streams_knows_kafka(package: str) -> None:
    found = {(str(path), name) for path, tree in TREES.items() if path.parts[0] == package for name in imports(tree)}
    allowed = {("infra/kafka/health.py", "aiokafka")}  # asks the broker that it has started whether it is up
    assert {entry for entry in found if entry[1] in KAFKA} <= allowed


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in [*FILES, *TESTS]}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_half_of_the_adapters_are_short() -> None:
    """What looks up, builds calls or reads answers stands in modules beside them."""
    lengths = [len(path.read_text("utf-8").splitlines()) for path in FILES if path.name == "adapter.py"]
    assert len(lengths) >= 18
    assert median(lengths) < MEDIAN_ADAPTER


def test_no_function_is_too_long() -> None:
    found = {
        f"{path}: {node.name}": node.end_lineno - node.lineno + 1
        for path, tree in [*TREES.items(), *((path, ast.parse(path.read_text("utf-8"))) for path in TESTS)]
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None
    }
    assert {name: length for name, length in found.items() if length > LONGEST_FUNCTION} == {}


def test_the_version_is_the_same_everywhere() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert stated == version("consent-relay")
    assert f"consent-relay/{stated}" == SOFTWARE
