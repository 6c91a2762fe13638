from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from processors.vendors.base import VENDORS
from streams.commands.screen import DATA_WRONG, WRONG_USE
from streams.commands.vendors import connections_app, vendors_app

CONFIG = str(Path(__file__).parents[2] / "examples" / "relay.toml")
runner = CliRunner()


def shown(*args: str, stdin: str | None = None, code: int = 0) -> dict[str, Any]:
    result = runner.invoke(vendors_app, ["show", *args, "--json"], input=stdin)
    assert result.exit_code == code, result.output
    body: dict[str, Any] = json.loads(result.stdout)
    return body


def urls(body: dict[str, Any]) -> list[str]:
    return [f"{step['method']} {step['url']}" if "url" in step else "note" for step in body["steps"]]


def test_every_adapter_is_listed_with_how_its_actions_end() -> None:
    result = runner.invoke(vendors_app, ["list", "--json"])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["vendor"] for line in lines] == sorted(VENDORS)
    campaigns = next(line for line in lines if line["vendor"] == "zoho_campaigns")
    assert {a: can["ends"] for a, can in campaigns["can"].items()} == {
        "grant": "accepted",
        "withdraw": "executed",
        "delete": "manual_task",
    }
    table = runner.invoke(vendors_app, ["list"]).stdout
    assert all(name in table for name in VENDORS)


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_what_a_vendor_allows_itself_and_which_statuses_are_read_is_shown(name: str) -> None:
    kind, told = VENDORS[name], shown(name)
    said = {action: can.vendor_limit_s for action, can in kind.can.items()}
    assert {action: can["vendor_limit_s"] for action, can in told["can"].items()} == said
    assert told["documented"] == {str(status): says for status, says in kind.documented.items()}
    text = runner.invoke(vendors_app, ["show", name]).stdout
    assert text.count("the vendor allows itself") == sum(limit is not None for limit in said.values())
    assert all(f"HTTP {status}: " in text for status in kind.documented)


def test_the_calls_after_a_look_up_are_shown_too_with_placeholders() -> None:
    body = shown("zoho_crm", "--action", "delete", "--identity", "email=a@b.c")
    crm = "https://www.zohoapis.com/crm/v8"
    assert urls(body) == [
        f"GET {crm}/Contacts/search",
        f"GET {crm}/Leads/search",
        "note",
        f"DELETE {crm}/Contacts",
        f"DELETE {crm}/Leads",
        f"DELETE {crm}/settings/recycle_bin",
    ]
    assert body["steps"][0]["params"]["email"] == "a@b.c"
    assert (body["outcome"], body["auth"]) == ("executed", "zoho_oauth")


def test_identities_can_come_from_standard_input_where_no_process_list_shows_them() -> None:
    body = shown("zoho_campaigns", "--action", "withdraw", "--identity", "-", stdin="email=a@b.c\n\n")
    assert json.loads(body["steps"][0]["form"]["contactinfo"]) == {"Contact Email": "a@b.c"}


def test_a_connection_gives_its_own_address_and_lists() -> None:
    args = ("--action", "grant", "--identity", "email=a@b.c", "--connection", "zoho-campaigns", "--config", CONFIG)
    body = shown("zoho_campaigns", *args, "--purpose", "surveys")
    assert urls(body) == ["POST https://campaigns.zoho.eu/api/v1.1/json/listsubscribe"]
    assert body["steps"][0]["form"]["listkey"] == "3z6f5e4d3c2b1a"


def test_a_choice_without_a_call_is_said_so() -> None:
    assert shown("google_analytics", "--action", "withdraw")["outcome"] == "client_signal"
    assert (
        "no call => client_signal"
        in runner.invoke(vendors_app, ["show", "google_analytics", "--action", "grant"]).stdout
    )


def test_without_an_identity_nothing_can_be_shown() -> None:
    body = shown("zoho_crm", "--action", "withdraw", code=DATA_WRONG)
    assert (body["error"], body["needed"], body["steps"]) == ("missing_identity", "one of email", [])


def test_an_adapter_tells_what_it_needs() -> None:
    text = runner.invoke(vendors_app, ["show", "zoho_campaigns"]).stdout
    for part in ("client_id, client_secret, refresh_token", "options.lists", "required", "do-not-mail", "https://"):
        assert part in text


def test_an_adapter_prints_how_many_people_share_a_call_and_a_connection_how_long_they_wait(tmp_path: Path) -> None:
    text = runner.invoke(vendors_app, ["show", "zoho_crm"]).stdout
    assert "up to 100 people in one call; they wait 0.2 s at most for one another" in text
    given = Path(CONFIG).read_text("utf-8").replace('adapter = "zoho_crm"', 'adapter = "zoho_crm"\nbatch_wait_s = 3')
    (tmp_path / "relay.toml").write_text(given, "utf-8")
    can = shown("zoho_crm", "--connection", "zoho-crm", "--config", str(tmp_path / "relay.toml"))["can"]
    assert (can["delete"]["batch"], can["delete"]["batch_wait_s"], can["withdraw"]["batch_wait_s"]) == (
        100,
        3.0,
        None,
    )


def test_an_adapter_prints_its_windows_and_a_connection_its_own(tmp_path: Path) -> None:
    text = runner.invoke(vendors_app, ["show", "zoho_campaigns"]).stdout
    assert "499 in 5 min, then locked for 30 min (listunsubscribe, contactdonotmail)" in text
    lowered = Path(CONFIG).read_text("utf-8").replace("concurrency = 4", "limits_part = 0.5")
    (tmp_path / "relay.toml").write_text(lowered, "utf-8")
    args = ("--connection", "zoho-campaigns", "--config", str(tmp_path / "relay.toml"))
    assert [window["calls"] for window in shown("zoho_campaigns", *args)["limits"]] == [249, 6249, 37_499, 249]
    assert shown("zoho_crm")["limits"][0] == {
        "calls": 50_000, "seconds": 86_400.0, "lock_s": 0.0, "apis": [], "together": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["show", "nope"], f"choose {', '.join(sorted(VENDORS))}"),
        (["show", "zoho_crm", "--action", "grant", "--identity", "ann@x.y"], "TYPE=VALUE"),
        (["show", "zoho_crm", "--action", "grant", "--identity", "E-Mail=ann@x.y"], "identity: type"),
        (
            ["show", "zoho_crm", "--connection", "zoho-campaigns", "--config", CONFIG],
            "no connection 'zoho-campaigns'",
        ),
    ],
)
def test_wrong_use_says_what_to_do_and_repeats_no_identity(args: list[str], says: str) -> None:
    result = runner.invoke(vendors_app, args)
    assert result.exit_code == WRONG_USE
    assert says in result.stderr
    assert "ann@x.y" not in result.stderr


def test_connections_are_listed_with_the_names_of_their_secrets_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSENT_RELAY_SECRET_ZOHO_CLIENT_ID", "the-value")
    result = runner.invoke(connections_app, ["list", "--config", CONFIG, "--json"])
    lines = {line["name"]: line for line in map(json.loads, result.stdout.splitlines())}
    assert set(lines) == {"google-analytics", "zoho-campaigns", "zoho-crm"}
    assert lines["zoho-crm"]["base_url"] == "https://www.zohoapis.eu"
    assert lines["zoho-crm"]["secrets"]["client_id"] == "zoho_client_id"
    table = runner.invoke(connections_app, ["list", "--config", CONFIG])
    assert "zoho_client_id" in table.stdout
    assert "the-value" not in result.stdout + table.stdout


def test_a_wrong_option_is_told_when_connections_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "relay.toml"
    path.write_text(Path(CONFIG).read_text("utf-8").replace('data_centre = "eu"', 'data_centre = "mars"'), "utf-8")
    result = runner.invoke(connections_app, ["list", "--config", str(path)])
    assert result.exit_code == WRONG_USE
    assert "options.data_centre" in result.stderr
