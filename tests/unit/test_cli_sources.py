"""`sources list`: what is configured, and what is wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from streams.cli import app

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
[controllers.osome]
policy = "osome"
[connections.hubspot]
controller = "osome"
adapter = "hubspot"
serves = ["hubspot"]
mode = "live"
options = { subscriptions = { direct-marketing = 7 } }
secrets = { token = "hubspot_token" }
[sources.news]
controller = "osome"
secret = "news_secret"
"""
MAILCHIMP = 'vendor = "mailchimp"\noptions = { purposes = { a6b5 = ["direct-marketing"] } }\n'
URL = "https://relay.example/sources/news"
HUBSPOT = f'vendor = "hubspot"\nconnection = "hubspot"\noptions = {{ url = "{URL}", portal = 33 }}\n'


def listed(tmp_path: Path, source: str, *options: str, head: str = HEAD) -> tuple[int, str]:
    config = tmp_path / "relay.toml"
    config.write_text(head + source)
    result = CliRunner().invoke(app, ["sources", "list", "--config", str(config), *options], env={"COLUMNS": "200"})
    return result.exit_code, result.output


def test_each_is_shown_with_the_path_that_its_vendor_calls(tmp_path: Path) -> None:
    code, said = listed(tmp_path, MAILCHIMP)
    assert code == 0
    assert "/sources/news/<the secret>" in said
    assert "a6b5: direct-marketing" in said
    code, said = listed(tmp_path, HUBSPOT, "--json")
    told = json.loads(said)
    assert (told["path"], told["connection"], told["secret"]) == ("/sources/news", "hubspot", "news_secret")
    assert told["unverified"]
    assert listed(tmp_path, "", head=HEAD.partition("[sources.news]")[0]) == (0, "there are no sources\n")


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ('vendor = "nobody"\n', "nobody reads messages of 'nobody'"),
        (MAILCHIMP.replace("direct-marketing", "surveys"), "osome has no purpose 'surveys'"),
        (MAILCHIMP + 'connection = "hubspot"\n', "hubspot is an account at hubspot"),
        (MAILCHIMP + 'connection = "elsewhere"\n', "sources.news.connection: is no connection of osome"),
        (HUBSPOT.replace('connection = "hubspot"\n', ""), "names only its own records"),
        (HUBSPOT.replace("https://", "http://"), "sources.news.options.url"),
        (MAILCHIMP + "lists = 3\n", "lists"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, source: str, what: str) -> None:
    code, said = listed(tmp_path, source)
    assert code == 2
    assert what in " ".join(said.split())


def test_a_source_of_a_connection_that_calls_nobody_can_look_nothing_up(tmp_path: Path) -> None:
    code, said = listed(tmp_path, HUBSPOT, head=HEAD.replace('"live"', '"dry-run"'))
    assert code == 2
    assert 'whose mode is "live"' in " ".join(said.split())
