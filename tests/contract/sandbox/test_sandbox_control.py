from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from infra.sandbox import Fault, Person, Sandbox, make_people

if TYPE_CHECKING:
    from pathlib import Path

    from contract.sandbox.conftest import Bench, MakeBench, Reply


async def never_mail(bench: Bench, email: str) -> Reply:
    form = {"resfmt": "JSON", "contactinfo": f"{{Contact Email:{email}}}"}
    return await bench.call("POST", "zoho_campaigns", "/api/v1.1/json/contactdonotmail", data=form)


async def test_nine_hundred_people_in_one_call_and_all_states_in_another(bench: Bench) -> None:
    people = make_people(900, seed=7)
    assert await bench.control.seed(people) == 900
    states = await bench.control.everybody()
    of_one = await bench.control.everybody("zoho_crm")
    assert of_one == {key: {"zoho_crm": held["zoho_crm"]} for key, held in states.items()}
    assert list(states) == [person.key for person in people]
    for person in people:
        held = states[person.key]
        assert tuple(record["module"] for record in held["zoho_crm"]["records"]) == person.crm
        assert held["zoho_campaigns"]["lists"] == person.lists
        assert held["google_analytics"]["known"] is True


async def test_a_person_is_found_by_key_address_or_client_id(bench: Bench) -> None:
    person = Person(key="subject-1", email="ada@example.test", ga_client_id="1.2")
    await bench.control.seed([person])
    by_key = await bench.control.person("subject-1")
    assert by_key == await bench.control.person("ADA@example.test") == await bench.control.person("1.2")
    known = {vendor: held["known"] for vendor, held in by_key.items()}
    assert known | {"google_analytics": True, "zoho_campaigns": False, "zoho_crm": True} == known


async def test_bad_input_is_refused_with_its_field(bench: Bench) -> None:
    url = f"{bench.sandbox.world.base_url}/_sandbox"
    async with bench.session.post(f"{url}/people", json=[{"key": "x"}]) as response:
        assert (response.status, "email" in await response.text()) == (400, True)
    async with bench.session.post(f"{url}/faults", json=[{"kind": "explode"}]) as response:
        assert response.status == 400
    with pytest.raises(aiohttp.ClientResponseError, match="no vendor nobody"):
        await bench.control.grant("nobody", "expire")


async def test_ledger_can_be_read_while_it_is_written(bench: Bench, tmp_path: Path) -> None:
    await bench.log_in_to_zoho()
    for number in range(3):
        await never_mail(bench, f"p{number}@example.test")
        lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
        assert [json.loads(line)["seq"] for line in lines] == list(range(1, number + 2))
    entries = await bench.control.ledger(after=1)
    assert [entry["given"] for entry in entries] == [["p1@example.test"], ["p2@example.test"]]
    assert len({entry["request"] for entry in entries}) == 2


async def test_reset_forgets_people_faults_limits_and_counts_but_not_the_ledger(make_bench: MakeBench) -> None:
    bench = await make_bench(limits_scale=0.002)
    await bench.log_in_to_zoho()
    await bench.control.seed(make_people(3))
    assert (await never_mail(bench, "a@example.test")).status == 200
    assert (await never_mail(bench, "a@example.test")).status == 400
    await bench.control.set_fault(Fault(kind="hang"))
    await bench.control.reset()
    assert await bench.control.everybody() == {}
    assert await bench.control.faults() == []
    assert (await bench.control.served())["zoho_campaigns"] == []
    assert (await never_mail(bench, "a@example.test")).body["message"] == "User successfully moved to Do-Not-Mail."
    assert [entry["seq"] for entry in await bench.control.ledger()] == [1, 2]


async def test_served_counts_answers_and_broken_connections(bench: Bench) -> None:
    await bench.log_in_to_zoho()
    await never_mail(bench, "a@example.test")
    await bench.control.set_fault(Fault(vendor="zoho_campaigns", kind="reset"))
    with pytest.raises(aiohttp.ClientError):
        await never_mail(bench, "a@example.test")
    counts = (await bench.control.served())["zoho_campaigns"]
    assert {count["status"]: count["calls"] for count in counts} == {200: 1, 0: 1}


async def test_restarted_sandbox_takes_the_same_secrets_and_forgets_tokens(
    make_bench: MakeBench, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    before = await make_bench(secrets_dir=secrets)
    await before.log_in_to_zoho()
    await never_mail(before, "a@example.test")
    await before.sandbox.stop()
    after = await make_bench(secrets_dir=secrets)
    assert after.sandbox.settings.zoho_refresh_token == before.sandbox.settings.zoho_refresh_token
    assert key_of(after.sandbox.settings.google_service_account) == key_of(
        before.sandbox.settings.google_service_account
    )
    after.authorization = before.authorization
    assert (await never_mail(after, "b@example.test")).body["code"] == "1007"
    await after.log_in_to_zoho()
    assert (await never_mail(after, "b@example.test")).body["code"] == "0"
    lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2]


async def test_secrets_are_files_for_the_owner_alone(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = await make_bench(secrets_dir=tmp_path / "secrets")
    files = {path.name: path for path in (tmp_path / "secrets").iterdir()}
    zoho = {"zoho_client_id", "zoho_client_secret", "zoho_refresh_token"}
    assert set(files) == {"google_service_account", *zoho, *bench.sandbox.settings.secrets}
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    settings = bench.sandbox.settings
    assert files["zoho_client_secret"].read_text() == settings.zoho_client_secret
    account = json.loads(files["google_service_account"].read_text())
    assert account["token_uri"] == f"{settings.base_urls['google_oauth']}/token"
    held = (*settings.secrets.values(), settings.zoho_client_secret, settings.zoho_refresh_token)
    for secret in (*held, account["private_key"]):
        assert secret not in repr(settings)


async def test_without_paths_nothing_is_written() -> None:
    sandbox = Sandbox()
    base_url = await sandbox.start()
    sandbox.seed(make_people(1))
    async with sandbox.client() as control:
        assert len(await control.everybody()) == 1
    assert sandbox.settings.base_urls["zoho_crm"] == f"{base_url}/zoho_crm"
    assert sandbox.settings.secrets_dir is None
    await sandbox.stop()


def key_of(account: str) -> Any:
    return json.loads(account)["private_key"]
