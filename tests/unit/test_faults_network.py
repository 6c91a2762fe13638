"""The weather that a fault run draws."""

from __future__ import annotations

from harness.network import BROKER, draw_weather
from sizes import BEYOND_SESSION_S

WHOM = (BROKER, "crm", "campaigns")


def test_each_kind_comes_before_each_of_them_and_the_seed_says_when() -> None:
    drawn = draw_weather(1, WHOM)
    assert drawn == draw_weather(1, WHOM)
    assert drawn != draw_weather(2, WHOM)
    kinds = {(what, whom) for what in ("latency", "reset", "black_hole") for whom in WHOM}
    assert sorted((weather.what, weather.whom) for weather in drawn) == sorted(kinds)


def test_the_black_hole_before_the_broker_outlasts_the_session() -> None:
    long = [weather for weather in draw_weather(1, WHOM) if weather.away_s >= BEYOND_SESSION_S]
    assert [(weather.what, weather.whom) for weather in long] == [("black_hole", BROKER)]
