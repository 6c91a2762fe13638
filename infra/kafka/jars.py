"""Kafka's jars, fetched once into the local Maven repository by jgo.

`jars.sha256` names every jar with its hash (`python -m infra.kafka.pin` writes it). So nothing has to be resolved, a
half-finished download is noticed, and no other bytes are ever run than those that were tested. Jars that others need
(a benchmark, the model checker) are pinned and fetched in the same way.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.kafka.failure import failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

KAFKA_VERSION = "4.3.0"
PINNED = Path(__file__).with_name("jars.sha256")
_PARALLEL = 6
_ATTEMPTS = 3


class Jar(NamedTuple):
    """`path` is relative to the repository: group/as/directories/artifact/version/file."""

    sha256: str
    path: str

    def is_intact(self, repository: Path) -> bool:
        file = repository / self.path
        return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == self.sha256


def pinned(pins: Path = PINNED) -> list[Jar]:
    return [Jar(*line.split()) for line in pins.read_text(encoding="ascii").splitlines()]


def class_path(console: Console, maven: Any = None, *, pins: Path = PINNED) -> str:
    """The class path of the jars that `pins` names, by default the broker's.

    Missing ones are fetched, with a progress bar on `console`. `maven` is a jgo MavenContext: where jars are kept and
    where they come from, by default as jgo is configured. Raises EmbeddedKafkaError when a jar can't be had.
    """
    maven = maven or configured_maven()
    repository: Path = maven.repo_cache
    jars = pinned(pins)
    if _missing(jars, repository):
        with _alone_in(repository):
            what = f"Kafka {KAFKA_VERSION}" if pins == PINNED else pins.stem
            _fetch(maven, _missing(jars, repository), console, what)
    return os.pathsep.join(str(repository / jar.path) for jar in jars)


def configured_maven() -> Any:
    """From the user's jgo settings: the local repository, and a mirror in place of Maven Central."""
    try:
        from jgo.config import GlobalSettings  # noqa: PLC0415  # an optional dependency
        from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
        from jgo.maven import MavenContext  # noqa: PLC0415
    except ImportError as error:
        raise failure(
            "the embedded Kafka needs jgo to fetch its jars",
            "in the checkout of consent-relay: `make setup`, or pip install '.[embedded]'",
        ) from error
    settings = GlobalSettings.load()
    remotes = {"central": MAVEN_CENTRAL_URL, **settings.repositories}
    return MavenContext(repo_cache=settings.repo_cache, remote_repos=remotes, timeout=30)


def _missing(jars: list[Jar], repository: Path) -> list[Jar]:
    return [jar for jar in jars if not jar.is_intact(repository)]


@contextmanager
def _alone_in(repository: Path) -> Iterator[None]:
    """Two first starts at the same time must not write the same file."""
    repository.mkdir(parents=True, exist_ok=True)
    with (repository / ".consent-relay.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(maven: Any, jars: list[Jar], console: Console, what: str) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    pool = ThreadPoolExecutor(_PARALLEL)
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(f"Fetching {what} (first time only)", total=len(jars))
            for done in as_completed([pool.submit(_fetch_one, maven, jar) for jar in jars]):
                done.result()
                progress.advance(task)
    finally:
        pool.shutdown(cancel_futures=True)


def _fetch_one(maven: Any, jar: Jar) -> None:
    *group, artifact, version, _ = jar.path.split("/")
    source = maven.project(".".join(group), artifact).at_version(version).artifact()
    wrong = ""
    for _attempt in range(_ATTEMPTS):
        # jgo takes whatever file is there as good.
        (maven.repo_cache / jar.path).unlink(missing_ok=True)
        try:
            source.resolve()
        except (OSError, RuntimeError) as error:
            # jgo's own text shows whole addresses of repositories, which may hold a password.
            wrong = type(error).__name__ if isinstance(error, RuntimeError) else f"{type(error).__name__}: {error}"
        else:
            if jar.is_intact(maven.repo_cache):
                return
            wrong = "the bytes that came are not the pinned ones (SHA-256)"
    hosts = ", ".join(f"{name} ({urlsplit(url).hostname})" for name, url in maven.remote_repos.items())
    name = Path(jar.path).name
    raise failure(
        f"{name} can't be fetched into {maven.repo_cache}, tried {_ATTEMPTS} times from {hosts}: {wrong}",
        "check the network and HTTPS_PROXY, or name a mirror as 'central' in [repositories] of ~/.config/jgo.conf",
    )
