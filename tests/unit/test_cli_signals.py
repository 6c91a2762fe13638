"""`signals key`: a key that the relay opens; without the site's connection or secret it says what is missing."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from processors.signals.key import opened
from streams.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

CONFIG = """
[controllers.osows]
policy = "osows"
[connections.osows-site]
controller = "osows"
adapter = "site_signals"
serves = ["google-adsense"]
mode = "live"
options = { origins = ["https://www.osows.example"] }
secrets = { key = "osows_site_key" }
"""


def run(directory: Path, *words: str, secret: str | None = "0f" * 32, more: str = "") -> Result:
    path = directory / "relay.toml"
    path.write_text(CONFIG + more)
    env = {"CONSENT_RELAY_SECRET_OSOWS_SITE_KEY": secret}
    return CliRunner().invoke(app, ["signals", "key", *words, "--config", str(path)], env=env)  # type: ignore[return-value]


def test_it_makes_a_key_that_the_relay_opens(tmp_path: Path) -> None:
    plain = run(tmp_path, "osows-site", "--subject", "visitor-17")
    assert opened(bytes([15]) * 32, plain.stdout.strip(), time.time()) == "visitor-17"
    told = json.loads(run(tmp_path, "osows-site", "--subject", "visitor-17", "--lives", "86400", "--json").stdout)
    assert opened(bytes([15]) * 32, told["key"], told["expires_at"] - 86_300) == "visitor-17"


def test_two_companies_do_not_share_a_key_as_their_ids_of_visitors_are_not_the_same(tmp_path: Path) -> None:
    shared = CONFIG.replace("osows", "osome").replace("osome_site_key", "osows_site_key")
    refused = run(tmp_path, "osows-site", "--subject", "v", more=shared)
    assert refused.exit_code == 2
    assert "connections.osome-site.secrets.key: osows has the same" in refused.output


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    other = run(tmp_path, "else", "--subject", "v")
    assert (other.exit_code, "the configuration has: osows-site" in other.output) == (2, True)
    nothing = run(tmp_path, "osows-site", "--subject", "v", secret=None)
    assert (nothing.exit_code, "connections.osows-site.secrets.key: there is no secret" in nothing.output) == (
        2,
        True,
    )
    short = run(tmp_path, "osows-site", "--subject", "v", secret="abc")
    assert (short.exit_code, "openssl rand -hex 32" in short.output, "abc" in short.output) == (2, True, False)
