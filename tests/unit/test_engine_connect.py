from __future__ import annotations

import json
from typing import Any

import pytest
from engine_support import HandClock, Lane, Wire
from vendor_support import instruction

from processors.engine.connect import connectors
from processors.vendors.base import Reply
from schemas.connections import parse_config
from schemas.errors import SetupError
from schemas.windows import Window

ZOHO = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}
CRM = {"controller": "c", "adapter": "zoho_crm", "serves": ["z/crm"], "mode": "live", "secrets": ZOHO}
CAMPAIGNS = {**CRM, "adapter": "zoho_campaigns", "options": {"lists": {"news": "key"}}}
GA = {**CRM, "adapter": "google_analytics", "options": {"property_ids": ["1"]}, "secrets": {"service_account": "G"}}


def secret(name: str) -> str:
    if name == "MISSING":
        raise SetupError("there is no secret 'MISSING'", remedy="set it")
    return "" if name == "EMPTY" else name.lower()


def connect(wire: Any = None, **tables: dict[str, Any]) -> Any:
    config = parse_config({"controllers": {"c": {"policy": "p"}}, "connections": tables}, "relay.toml")
    return connectors(config, secret, wire or Wire(lambda _: Reply(500)), clock=HandClock(), scale=2.0)


def test_each_connection_has_a_connector_with_its_limits() -> None:
    own = [{"calls": 30, "seconds": 60, "apis": ["listsubscribe"]}]
    ready = connect(crm={**CRM, "limits_part": 0.25}, campaigns={**CAMPAIGNS, "limits": own})
    assert set(ready) == {"crm", "campaigns"}
    assert ready["crm"].vendor.url == "https://www.zohoapis.com"
    assert ready["campaigns"].limiter.windows == (Window(calls=60, seconds=60, apis=("listsubscribe",)),)
    assert ready["crm"].limiter.windows == (Window(calls=25_000, seconds=86_400),)


MAILCHIMP = {
    **CRM,
    "adapter": "mailchimp",
    "options": {"data_centre": "us21", "lists": {"news": "a1"}},
    "secrets": {"username": "USER", "password": "KEY-US21"},
}


def test_a_vendor_is_never_called_more_often_at_once_than_it_documents() -> None:
    for wanted, calls in ((8, 8), (200, 10)):
        limiter = connect(m={**MAILCHIMP, "concurrency": wanted})["m"].limiter
        assert limiter._account._room == calls


def test_secrets_that_cant_belong_to_the_options_are_refused_for_each_connection() -> None:
    other = {**MAILCHIMP, "options": {**MAILCHIMP["options"], "data_centre": "us5"}}  # type: ignore[dict-item]
    with pytest.raises(SetupError, match=r"connections\.other\.secrets: password: the key is of another data centre"):
        connect(m=MAILCHIMP, other=other)


@pytest.mark.parametrize(
    ("said", "deletion"), [(None, 3600.0), ("off", None), ("30min", 1800.0), ("0.5s", 0.5), ("2d", 172_800.0)]
)
def test_what_is_done_is_read_back_as_the_connection_says_or_else_the_adapter(
    said: str | None, deletion: float | None
) -> None:
    crm = connect(crm={**CRM, "read_back": said})["crm"]
    plan = crm.read_back("delete")
    assert (plan and plan.first_s, crm.read_back("grant")) == (deletion, None)


async def test_accounts_of_one_zoho_login_share_their_token() -> None:
    def answer(request: Any) -> Reply:
        if request.url.endswith("/token"):
            return Reply(200, {}, b'{"access_token": "t", "expires_in": 3600}')
        return Reply(200, {}, json.dumps({"code": "0"}).encode()) if "campaigns" in request.url else Reply(204)

    wire = Wire(answer)
    options = {"lists": {"news": "key"}, "data_centre": "eu"}
    ready = connect(
        wire,
        crm={**CRM, "options": {"data_centre": "eu", "search_lag_s": 0}},
        campaigns={**CAMPAIGNS, "options": options},
    )
    for connector in ready.values():
        connector.limiter.hold(0, 1, new=True)
        await Lane().carry_out(connector, [instruction("withdraw")])
    asked = [request.url.partition("?")[0] for request in wire.requests]
    assert asked == [
        "https://accounts.zoho.eu/oauth/v2/token",
        "https://www.zohoapis.eu/crm/v8/Contacts/search",
        "https://www.zohoapis.eu/crm/v8/Leads/search",
        "https://campaigns.zoho.eu/api/v1.1/json/listunsubscribe",
    ]


IN_HOUSE = {
    **CRM,
    "adapter": "http",
    "options": {
        "url": "http://privacy.acme.internal",
        "auth": {"kind": "none"},
        "identifies_by": ["email"],
        "channels": ["email"],
        "per_purpose": False,
        "delete": {"method": "DELETE", "path": "/{email}", "ends": "executed", "success": {"status": [204]}},
    },
    "secrets": {},
}


@pytest.mark.parametrize(
    "table",
    [
        {**CRM, "base_url": "http://127.0.0.1:1", "options": {"accounts_url": "http://localhost:1"}},
        {**CRM, "base_url": "http://[::1]:1"},
        {**IN_HOUSE, "mode": "dry-run"},
        {**IN_HOUSE, "plain_http": True},
    ],
)
def test_http_is_for_this_machine_for_who_is_not_called_and_for_who_says_so(table: dict[str, Any]) -> None:
    assert set(connect(x=table)) == {"x"}


META = {
    **CRM,
    "adapter": "meta_ads",
    "options": {"account_id": "7", "lists": {"news": "61"}},
    "secrets": {"token": "T0KEN", "app_secret": "APPS3CRET"},
}


def test_an_optional_secret_is_read_where_it_is_given() -> None:
    """Accounts of one token share it only if they prove it alike."""
    ready = connect(a=META, b={**META, "secrets": {"token": "T0KEN"}}, c=META)
    auth = {name: connector.caller._auth for name, connector in ready.items()}
    assert [sorted(auth[name].params) for name in "ab"] == [["access_token", "appsecret_proof"], ["access_token"]]
    assert auth["a"] is auth["c"]
    proof = auth["a"].params["appsecret_proof"]
    assert not [value for value in ("t0ken", "apps3cret", proof) if value in repr(ready) + repr(auth)]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({**CRM, "options": {"data_center": "eu"}}, "connections.x.options.data_center: unknown field"),
        ({**CRM, "options": {"data_centre": "mars"}}, "connections.x.options.data_centre: "),
        ({**CAMPAIGNS, "read_back": "1h"}, "connections.x.read_back: Zoho Campaigns can't be asked"),
        ({**CAMPAIGNS, "options": {}}, "connections.x.options.lists: is missing"),
        ({**GA, "options": {"property_ids": ["G-ABC"]}}, "connections.x.options.property_ids.0: "),
        ({**CRM, "secrets": {"client_id": "ID"}}, "connections.x.secrets.client_secret: is missing"),
        (
            {**CRM, "secrets": {**ZOHO, "refresh_token": "MISSING"}},
            "connections.x.secrets.refresh_token: there is no secret",
        ),
        (
            {**CRM, "secrets": {**ZOHO, "refresh_token": "EMPTY"}},
            "connections.x.secrets.refresh_token: the secret 'EMPTY' is empty",
        ),
        (
            {**META, "secrets": {"token": "TOKEN", "app_secert": "APP"}},
            "connections.x.secrets.app_secert: meta_ads takes no such secret",
        ),
        (
            {**META, "secrets": {"token": "TOKEN", "app_secret": "MISSING"}},
            "connections.x.secrets.app_secret: there is",
        ),
        (
            {**META, "secrets": {"token": "TOKEN", "app_secret": "EMPTY"}},
            "connections.x.secrets.app_secret: the secret 'EMPTY' is empty",
        ),
        (
            {**CRM, "secrets": {**ZOHO, "app_secret": "APP"}},
            "connections.x.secrets.app_secret: zoho_crm takes no such secret",
        ),
        (GA, "connections.x.secrets: is no key file of a Google service account"),
        ({**CRM, "base_url": "www.zohoapis.com"}, "connections.x.base_url: is no http(s) address"),
        ({**CRM, "base_url": "https://ann:pw@x.test"}, "connections.x.base_url: holds a name or password"),
        (
            {**CRM, "options": {"accounts_url": "https://ann@x.test"}},
            "connections.x.options.accounts_url: holds a name or password",
        ),
        (
            {**CRM, "options": {"accounts_url": "accounts"}},
            "connections.x.options.accounts_url: is no http(s) address",
        ),
        (
            {**CAMPAIGNS, "limits": [{"calls": 9, "seconds": 1}, {"calls": 9, "seconds": 2, "apis": ["subscribe"]}]},
            "connections.x.limits.1.apis: there is no API 'subscribe'",
        ),
        (
            {**CRM, "limits": [{"calls": 9, "seconds": 1}, {"calls": 8, "seconds": 1}]},
            "connections.x.limits.1: is a second window of 1 s for the same APIs",
        ),
        ({**CRM, "base_url": "http://www.zohoapis.com"}, "connections.x.base_url: is http, so that"),
        ({**CRM, "base_url": "http://127.0.0.1.evil.test"}, "connections.x.base_url: is http, so that"),
        (
            {**CRM, "options": {"accounts_url": "http://accounts.zoho.com"}},
            "connections.x.options.accounts_url: is http, so that",
        ),
        ({**IN_HOUSE, "mode": "live"}, "connections.x.base_url: is http, so that"),
        ({**CRM, "adapter": "zoho"}, "connections.x.adapter: there is no adapter 'zoho'"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(table: dict[str, Any], says: str) -> None:
    with pytest.raises(SetupError) as caught:
        connect(x=table)
    assert str(caught.value).startswith(says)
    assert "ann:pw" not in str(caught.value)
