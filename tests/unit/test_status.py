"""What /readyz is told."""

from __future__ import annotations

from streams.status import ROLE, VENDOR, Status


def test_a_worker_without_roles_is_not_ready() -> None:
    assert not Status().ready


def test_a_role_is_up_when_all_that_it_was_given_is_taken_over() -> None:
    status = Status()
    status.starting("router")
    assert status.roles["router"].state == "starting"
    status.up("router", [2, 0])
    assert status.roles["router"].partitions == [0, 2]
    status.works("router", 0)
    assert status.roles["router"].state == "starting"
    status.works("router", 2)
    assert status.ready
    status.rests("router", 2)
    assert not status.ready


def test_a_role_without_partitions_is_up_once_the_group_has_answered() -> None:
    status = Status()
    status.up("router", [])
    assert status.ready


def test_one_halted_role_makes_the_worker_unready_and_leaves_the_others_alone() -> None:
    status = Status()
    for role in ("router", "lane a"):
        status.up(role, [0])
        status.works(role, 0)
    status.halt("router", 0, "lost_range", "the log begins later")
    assert status.roles["router"].state == "halted"
    assert status.roles["lane a"].state == "up"
    assert not status.ready
    status.works("router", 0)
    assert status.ready


def test_a_new_share_of_the_group_forgets_what_is_no_longer_ours() -> None:
    status = Status()
    status.up("lane a", [0, 1])
    status.halt("lane a", 0, "lost_range", "text")
    status.halt("lane a", 1, "lost_range", "text")
    status.halt("lane a", ROLE, "KafkaError", "text")
    status.halt("lane a", VENDOR, "auth_rejected", "text")
    status.up("lane a", [1])
    assert set(status.roles["lane a"].problems) == {"1", VENDOR}, "credentials are as wrong as before"
    status.works("lane a", 1)
    status.clear("lane a", VENDOR)
    assert status.ready
    status.clear("lane b", VENDOR)
