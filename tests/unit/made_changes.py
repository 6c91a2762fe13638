"""Ways in which a clean run is changed, each on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from made_run import BEGAN, SECOND
from made_story import BORIS

if TYPE_CHECKING:
    from made_run import MadeRun


def outcome(run: MadeRun, word: str, nth: int = 0) -> dict[str, Any]:
    """The nth outcome of that word in the audit."""
    return [line for line in run.audit if line["record"]["outcome"] == word][nth]


def planned(run: MadeRun, nth: int) -> dict[str, Any]:
    record: dict[str, Any] = [line for line in run.audit if line["record"]["kind"] == "planned"][nth]["record"]
    return record


def plan_more(run: MadeRun) -> None:
    """Something that nobody is due to do: the same leg on another connection, and done."""
    record = planned(run, 1)
    twin = {**record["legs"][0], "lane": "web", "delivery_id": "twin"}
    record["legs"].append(twin)
    run.end(record["event_id"], "web", "withdraw", "client_signal", delivery_id="twin")


def end_once_more(run: MadeRun, **changes: Any) -> None:
    record = {**outcome(run, "executed")["record"], **changes}
    at_ms = BEGAN // 1000 + 21_000
    run.audit.append({"partition": 0, "offset": 99, "timestamp": at_ms, "record": record})


def swap(entries: list[dict[str, Any]]) -> None:
    first, second = entries[:2]
    entries[:2] = [{**second, "at": first["at"]}, {**first, "at": second["at"]}]


def again(run: MadeRun, second: float) -> None:
    """Anna's withdrawal is called once more."""
    run.ledger["crm"].insert(1, {**run.ledger["crm"][0], "at": BEGAN + round(second * SECOND)})


def again_in_company(run: MadeRun) -> None:
    """As part of a call that is also about somebody else."""
    again(run, 20.3)
    run.ledger["crm"][1].update(request="another")


def again_without_a_death(run: MadeRun) -> None:
    """Twice by one worker that lives, which is killed before it can commit; its vendors are well."""
    again(run, 20.3)
    kill(run, 20.6)
    run.expect.update(in_hand=1)


def again_after_a_failure(run: MadeRun) -> None:
    """The same, where a try is said to have failed."""
    again(run, 20.6)
    outcome(run, "executed")["record"].update(attempt=2)
    run.expect.update(in_hand=1)


def again_after_a_death(run: MadeRun, in_hand: int) -> None:
    again(run, 20.6)
    kill(run, 20.2)
    run.expect.update(in_hand=in_hand)


def again_after_two_deaths(run: MadeRun, in_hand: int) -> None:
    """Of Boris' deletion one call is lost as a worker dies, and two as the next does: the third makes them all."""
    first = (run.ledger["web"][0], *run.ledger["crm"][-2:])
    for entry, second in zip(first, (40.1, 42, 42.1), strict=True):
        entry.update(at=BEGAN + round(second * SECOND))
    for lane, entry in zip(("web", "crm", "crm"), first, strict=True):
        run.ledger[lane].append({**entry, "at": entry["at"] + 4 * SECOND})
    for ending in run.audit[-5:]:
        ending["timestamp"] += 8_000
    kill(run, 40.2)
    kill(run, 42.2)
    run.expect.update(in_hand=in_hand)


def kill(run: MadeRun, second: float) -> None:
    at = BEGAN + round(second * SECOND)
    run.faults.append({"at": at, "until": at, "what": "kill", "whom": "w1"})


def ask_to_wait(run: MadeRun, second: float) -> None:
    at = BEGAN + round(second * SECOND)
    run.faults.append({"at": at, "until": at, "what": "429", "whom": "crm"})


def wait_too_late(run: MadeRun) -> None:
    again(run, 20.3)
    ask_to_wait(run, 20.5)


def call_when_settled(run: MadeRun) -> None:
    kill(run, 20.2)
    again(run, 25)


def carry_out_late(run: MadeRun, began: float, after: float = 3.0) -> None:
    """Anna's withdrawal is overtaken after a try without an answer; all vendors stand still, from that second on.

    after: so long after they went on it is carried out, s.
    """
    outcome(run, "executed")["record"].update(outcome="superseded")
    until = BEGAN + 25 * SECOND
    run.ledger["crm"][0].update(at=until + round(after * SECOND))
    for since, end in ((BEGAN + round(began * SECOND), BEGAN + 23 * SECOND), (BEGAN + 23 * SECOND, until)):
        run.faults.append({"at": since, "until": end, "what": "standstill", "whom": "vendors"})


def count_nothing(run: MadeRun) -> None:
    run.calls.clear()
    run.expect.update(limits={"crm": [[9, 1]]})


def end_after_a_freeze(run: MadeRun) -> None:
    end_once_more(run)
    run.faults.append({"at": BEGAN + SECOND, "until": BEGAN + 15 * SECOND, "what": "freeze", "whom": "w1"})


def know_nobody(run: MadeRun) -> None:
    outcome(run, "executed")["record"].update(outcome="no_match")
    del run.ledger["crm"][0]


def purge(run: MadeRun) -> dict[str, Any]:
    return next(entry for entry in run.ledger["crm"] if entry["effect"] == "purge")


def purge_by_hundreds(run: MadeRun, *modules: str) -> None:
    """Boris has two records. One is purged with others' of all modules, and then these, by a call each."""
    few = list(run.calls["crm"])
    run.people[1]["crm"] = ["Contacts", "Leads"]
    first = run.ledger["crm"].index(purge(run))
    run.call("crm", BORIS, 40.1, "delete", modules=["Leads"])
    run.ledger["crm"].insert(first, run.ledger["crm"].pop())
    purge(run)["detail"] = {"modules": ["Contacts", "Leads"], "of": {BORIS: ["Contacts"]}}
    for module in modules:
        run.call("crm", BORIS, 40.3, "purge", modules=[module], of={BORIS: [module]})
    run.calls["crm"] = few  # more would be too many for a second


def be_down(run: MadeRun) -> str:
    """A vendor is down for the whole run, and somebody expects that: what it should be told is parked. Its id."""
    run.expect["open"] = ["web"]
    parked = outcome(run, "accepted", 1)["record"]
    parked.update(outcome="parked")
    run.ledger["web"].clear()
    run.vendors["web"][BORIS].update(deletion_requested=None)
    run.hand_on("web", parked["delivery_id"])
    run.keep("web", parked["delivery_id"], "parked")
    run.work_to("web", 1)
    return str(parked["delivery_id"])


def be_down_in_silence(run: MadeRun, below: int = 0, *settled: int) -> None:
    """The same, and nothing was told of it: its record lies before the lane, if that has worked only so far."""
    be_down(run)
    run.audit.remove(outcome(run, "parked"))
    run.lane_state["web"].clear()
    run.work_to("web", below, *settled)


def never_hand_on(run: MadeRun) -> None:
    be_down_in_silence(run)
    run.deliveries["web"].clear()


def shrink(run: MadeRun) -> None:
    """All of Anna's first grant is said to be overtaken."""
    record = planned(run, 0)
    gone = {**record["legs"][0], "overtaken": [{"purpose": "surveys", "channel": "email"}]}
    at = run.audit.index(outcome(run, "accepted"))
    told = {**run.audit[at]["record"], "kind": "overtaken", "outcome": None, "legs": [gone]}
    run.audit.insert(at, {**run.audit[at], "record": told})
    run.audit[at + 1]["record"].update(outcome="superseded")
    run.ledger["mail"].pop(0)
