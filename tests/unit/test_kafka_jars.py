from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jgo.maven import MavenContext
from rich.console import Console

from infra.kafka.jars import KAFKA_VERSION, class_path, configured_maven, pinned
from schemas.errors import EmbeddedKafkaError

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET = Console(quiet=True)


class Garbage(BaseHTTPRequestHandler):
    """A mirror that answers everything with a web page, as a captive portal does."""

    def do_GET(self) -> None:
        body = b"<html>please log in</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def portal() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Garbage) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_pinned_jars_are_those_of_the_stated_release() -> None:
    paths = [Path(jar.path) for jar in pinned()]
    assert f"kafka_2.13-{KAFKA_VERSION}.jar" in {path.name for path in paths}
    assert {path.parent.name for path in paths if "kafka" in path.name} == {KAFKA_VERSION}
    assert len({path.parent.parent for path in paths}) == len(paths), "one version of each"


def test_the_logging_bridge_fits_the_logging_backend() -> None:
    log4j = {Path(jar.path).parent for jar in pinned() if "/log4j-" in jar.path}
    assert {path.parent.name for path in log4j} == {"log4j-api", "log4j-core", "log4j-slf4j-impl"}
    assert len({path.name for path in log4j}) == 1


def test_without_jgo_the_error_says_how_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jgo.config", None)
    with pytest.raises(EmbeddedKafkaError, match=r"`make setup`, or pip install '\.\[embedded\]'"):
        configured_maven()


def test_bytes_other_than_the_pinned_ones_are_refused(tmp_path: Path, portal: str) -> None:
    maven = MavenContext(repo_cache=tmp_path, remote_repos={"central": f"http://{portal}/maven"})
    with pytest.raises(EmbeddedKafkaError, match="not the pinned ones"):
        class_path(QUIET, maven)


def test_an_error_names_host_and_file_but_no_password(tmp_path: Path) -> None:
    maven = MavenContext(repo_cache=tmp_path, remote_repos={"mirror": "http://me:secret@127.0.0.1:9/maven"})
    with pytest.raises(EmbeddedKafkaError, match=r"\.jar can't be fetched .* from mirror \(127\.0\.0\.1\)") as raised:
        class_path(QUIET, maven)
    assert "secret" not in str(raised.value)
    assert "--bootstrap-servers" in str(raised.value)
