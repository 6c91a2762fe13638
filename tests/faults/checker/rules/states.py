"""What each vendor holds of each person at the end is what the person last chose, whatever came in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checker.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from checker.case import Case, Instruction

_SETTLED = {"accepted", "executed", "verified", "no_match", "manual_task", "client_signal", "superseded"}


def state(case: Case) -> Iterator[Finding]:
    for name, connection in case.run.connections.items():
        held = case.run.vendors.get(name, {})
        for key in case.run.people.keys() - case.unplanned(name):
            person = case.run.people[key]
            told = case.told.get((key, name), [])
            if any(one.delivery.made not in _SETTLED for one in told):
                continue  # whether that may be is another rule's question
            there = held.get(key)
            there = there.get(connection.adapter, there) if there else there
            for what in _COMPARED[connection.adapter](person, told, there or {}):
                yield Finding("state", name, case.run.pid(key), what)


def _crm(person: Mapping[str, Any], told: Sequence[Instruction], there: Mapping[str, Any]) -> Iterator[str]:
    choices = [one.key.action for one in told if one.key.action != "delete"]
    gone = any(one.key.action == "delete" for one in told)
    opted_out = choices[-1:] == ["withdraw"]
    want = [] if gone else sorted((module, opted_out, False) for module in person.get("crm", ()))
    records = there.get("records")
    got = None if records is None else sorted((r["module"], r["opted_out"], r["in_bin"]) for r in records)
    if got != want:
        yield f"records should be {want}, are {got}"
    if there.get("workflows_fired"):
        yield "the customer's workflows were started"


def _campaigns(person: Mapping[str, Any], told: Sequence[Instruction], there: Mapping[str, Any]) -> Iterator[str]:
    if "do_not_mail" not in there:
        yield "there is no word of this person"
        return
    for_good = [one for one in told if one.due.everything and one.key.action != "grant"]
    if there["do_not_mail"] and not for_good:
        yield "is in do-not-mail, and nothing asked for that"
    if not there["do_not_mail"] and any(one.key.action == "delete" or _is_whole(one) for one in for_good):
        yield "should be in do-not-mail"
    lists, before = there["lists"], person.get("lists", {})
    for purpose in sorted(lists.keys() | before.keys() | _purposes(told)):
        last = next((one.key.action for one in reversed(told) if purpose in _purposes([one])), None)
        good = _GOOD["withdraw" if there["do_not_mail"] else last] or {before.get(purpose)}
        if lists.get(purpose) not in good:
            yield f"{purpose} is {lists.get(purpose)}, after {last or 'nothing'}"


_GOOD: dict[str | None, set[str | None]] = {
    "grant": {"active", "pending"},
    "withdraw": {"unsub", None},
    None: set(),
}


def _is_whole(one: Instruction) -> bool:
    return one.delivery.left == one.due.cells


def _purposes(told: Sequence[Instruction]) -> set[str]:
    return {purpose for one in told for purpose, _ in one.due.cells}


def _analytics(person: Mapping[str, Any], told: Sequence[Instruction], there: Mapping[str, Any]) -> Iterator[str]:
    del person
    want = any(one.key.action == "delete" for one in told)
    got = there.get("deletion_requested") is not None
    if got != want:
        yield f"deletion should {'' if want else 'not '}be requested"


_COMPARED = {"zoho_crm": _crm, "zoho_campaigns": _campaigns, "google_analytics": _analytics}
