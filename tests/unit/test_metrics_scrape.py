"""The page that Prometheus reads."""

from __future__ import annotations

from streams.metrics.registry import Metrics
from streams.metrics.scrape import scrape
from streams.ownership.holding import Reading
from streams.status import VENDOR, Status


def lines(text: bytes) -> set[str]:
    return {line for line in text.decode().splitlines() if line.startswith("consent_relay_")}


def test_roles_tell_their_state_and_what_they_hold() -> None:
    status = Status()
    status.up("router", [0, 1])
    status.works("router", 0)
    status.up("lane a", [0])
    status.works("lane a", 0)
    readings = {
        "router": [Reading(3, 1.5, {"subjects": 10}), Reading(4, 9.0, {"subjects": 5})],
        "lane a": [Reading(1, 2.0, {"failed": 2, "manual_task": 0})],
    }
    told = lines(scrape(Metrics(), status, readings))
    assert told >= {
        'consent_relay_role_state{lane="",role="router",state="starting"} 1.0',
        'consent_relay_role_state{lane="",role="router",state="up"} 0.0',
        'consent_relay_role_state{lane="a",role="lane",state="up"} 1.0',
        'consent_relay_role_partitions{lane="",role="router",state="assigned"} 2.0',
        'consent_relay_role_partitions{lane="",role="router",state="working"} 1.0',
        'consent_relay_lag_records{lane="",role="router"} 7.0',
        'consent_relay_lag_seconds{lane="",role="router"} 9.0',
        'consent_relay_lag_seconds{lane="a",role="lane"} 2.0',
        "consent_relay_router_subjects 15.0",
        'consent_relay_lane_entries{lane="a",status="failed"} 2.0',
        'consent_relay_lane_entries{lane="a",status="parked"} 0.0',
    }


def test_a_halt_is_there_as_long_as_it_lasts() -> None:
    status, metrics = Status(), Metrics()
    status.up("lane a", [0])
    status.halt("lane a", VENDOR, "auth_rejected", "the vendor refuses")
    status.halt("lane a", 0, "lost_range", "the log begins later")
    told = lines(scrape(metrics, status, {}))
    assert 'consent_relay_role_halted{lane="a",reason="auth_rejected",role="lane"} 1.0' in told
    assert 'consent_relay_role_halted{lane="a",reason="lost_range",role="lane"} 1.0' in told
    assert 'consent_relay_role_state{lane="a",role="lane",state="halted"} 1.0' in told
    status.works("lane a", 0)
    status.clear("lane a", VENDOR)
    told = lines(scrape(metrics, status, {}))
    assert not [line for line in told if line.startswith("consent_relay_role_halted")]


def test_the_process_tells_of_itself_and_nobody_says_when_a_counter_began() -> None:
    text = scrape(Metrics().with_process(), Status(), {}).decode()
    assert "python_info{" in text
    assert "_created" not in text
    assert 'consent_relay_build_info{software="consent-relay",version="' in text
