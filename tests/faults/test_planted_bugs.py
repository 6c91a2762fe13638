"""The judge is judged: it speaks up about each known bug in the workers, and not about the same run without one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import scenes
from checker import check
from harness import plants
from harness.shared import small_cluster

from infra.kafka import EmbeddedKafka

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker import Finding

pytestmark = pytest.mark.timeout(900)
BUGS: dict[str, tuple[scenes.Scene, *tuple[str, ...]]] = {
    "commit_past_in_flight": (scenes.killed_while_one_hangs, "ending"),
    "lost_settled_set": (scenes.killed_while_one_hangs, "ending"),
    "accepts_before_takeover": (scenes.killed_while_one_hangs, "verdict"),
    "swallowed_call_error": (scenes.one_is_refused, "rung"),
    "next_before_commit": (scenes.killed_before_a_commit, "order"),
    "swallowed_commit_error": (scenes.commit_fails, "ending"),
    "no_wait_at_takeover": (scenes.commit_fails, "state"),
    "late_init": (scenes.zombie, "zombie", "ending"),
    "tombstone_by_old_owner": (scenes.zombie, "ending"),
}
"""Plant → the run in which it shows, and the rule that it breaks; or one of two, by when it does."""
SETTINGS: dict[scenes.Scene, dict[str, Any]] = {scenes.zombie: {"retry_budget": 0.1}}
"""Who is refused there is parked at once."""
RUNS = 3
"""On a busy machine a bug may miss its moment; that a judge keeps silent about all of them has another reason."""
SCENES = list(dict.fromkeys(scene for scene, *_ in BUGS.values()))


def test_no_planted_bug_is_left_out() -> None:
    assert {path.stem for path in Path(plants.__path__[0]).glob("*.py")} == BUGS.keys()


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker.bootstrap


async def findings(scene: scenes.Scene, run: Path, bootstrap: str, **env: str) -> list[Finding]:
    async with await small_cluster(run, bootstrap, **SETTINGS.get(scene, {})) as cluster:
        await scene(cluster, env)
        await cluster.finish()
        return check(run)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_without_a_bug_there_is_nothing_to_say(tmp_path: Path, bootstrap: str, scene: scenes.Scene) -> None:
    assert await findings(scene, tmp_path, bootstrap) == []


@pytest.mark.parametrize("bug", BUGS)
async def test_with_the_bug_the_judge_speaks_up(tmp_path: Path, bootstrap: str, bug: str) -> None:
    scene, *rules = BUGS[bug]
    seen = []
    for number in range(RUNS):
        found = await findings(scene, tmp_path / str(number), bootstrap, FAULTS_PLANT=bug)
        if {finding.rule for finding in found}.intersection(rules):
            return
        seen.append(found)
    pytest.fail(f"nothing said of {rules} in {RUNS} runs: {seen}")
