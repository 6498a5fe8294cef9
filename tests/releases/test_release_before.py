"""The release before reacts beside this one and after it: marks keep their form, each turn has one answer."""

import random
from pathlib import Path

import pytest

from tests.support.proofs.evidence import must_be_answered_once, unanswered, whole_log
from tests.support.proofs.retrying_client import Api, Player
from tests.support.proofs.system import Part, System, until
from tests.support.releases.release_before import unpacked
from tta.eventstore.marks import MarkState
from tta.eventstore.store import EventStore

pytestmark = pytest.mark.slow

PLAYERS = 6
REPLY_WITHIN_S = 30
Sessions = list[tuple[Player, str]]


@pytest.fixture
def release_before(tmp_path: Path) -> Path:
    """The source of the release before."""
    return unpacked(tmp_path)


async def sessions_of(system: System, api: Api) -> Sessions:
    sessions = []
    for number in range(PLAYERS):
        player = Player(api, system.mint, f"player-{number}", random.Random(0))
        made = await api.until_answered(player.sent("POST", "/v1/players", {"name": "Sam"}))
        player.become(made.body["id"])
        await api.until_answered(
            player.sent("PUT", f"/v1/players/{player.id}/consents/play", {"given": True})
        )
        started = await api.until_answered(player.sent("POST", "/v1/sessions", {"story": "clearing"}))
        sessions.append((player, str(started.body["id"])))
    return sessions


async def play(api: Api, sessions: Sessions, turns: int) -> None:
    for _ in range(turns):
        for player, session in sessions:
            said = player.sent(
                "POST",
                f"/v1/sessions/{session}/interactions",
                {"text": "I look around"},
                prefer=f"wait={REPLY_WITHIN_S}",
            )
            assert (await api.until_answered(said)).reply is not None


async def reacting(system: System, name: str, source: Path | None = None) -> Part:
    part = await system.part(name, "react")
    if source is not None:
        part._environment["PYTHONPATH"] = str(source)
    await part.start()
    return part


async def states(store: EventStore) -> set[MarkState]:
    return {check.state for check in (await store.marks.check(["reply"]))["reply"].values()}


async def test_both_releases_react_before_beside_and_after_each_other(tmp_path: Path, release_before: Path):
    async with System(tmp_path / "system") as system:
        commands = await system.started("api", "serve", "commands")
        api = Api(commands.url)
        sessions = await sessions_of(system, api)
        before = await reacting(system, "before", release_before)
        await play(api, sessions, 2)
        store = await system.store()
        assert MarkState.UNKNOWN in await states(store), "it is that release"
        await before.stop()

        after = await reacting(system, "after")
        await play(api, sessions, 2)
        before = await reacting(system, "before again", release_before)
        await play(api, sessions, 4)
        await after.stop()
        await play(api, sessions, 2)
        await before.stop()
        after = await reacting(system, "after again")
        await play(api, sessions, 2)

        async def all_stand() -> bool:
            return await states(store) == {MarkState.STANDING}

        await until(all_stand)
        log = await whole_log(store)
        await store.close()
        assert unanswered(log) == 0
        assert must_be_answered_once(log) == 12 * PLAYERS
        for part in (before, after):
            assert part.said("put back") == 0
            assert part.said("an event is parked") == 0
            assert part.ended == []
        await api.close()
