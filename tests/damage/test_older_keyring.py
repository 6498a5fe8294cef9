"""An older copy of the keyring is put back: players missing in it are refused, nothing is sealed under a
wrong key, and with the newest copy everything opens.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.damage.exchanged_keyring import (
    Devs,
    OwnKeyring,
    Player,
    demo_player,
    events_of,
    findings,
    keyring_seen,
    log_of,
    must_be_incomplete,
    new_player,
    register,
)
from tests.support.running_tta import Dev

SEEN_WITHIN_S = 60


@pytest.fixture
def devs() -> Iterator[Devs]:
    started = Devs()
    yield started
    started.end_all()


@pytest_asyncio.fixture
async def keyring(tmp_path: Path) -> AsyncIterator[OwnKeyring]:
    own = OwnKeyring(tmp_path)
    await own.start()
    yield own
    await own.stop()


async def until(condition: Callable[[], bool]) -> None:
    """What a keyring has become is noticed within a minute, on any machine a little later."""
    async with asyncio.timeout(2 * SEEN_WITHIN_S):
        while not condition():  # noqa: ASYNC110 - Another process comes to see it.
            await asyncio.sleep(0.5)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_it_is_put_back_while_nothing_runs(tmp_path: Path, keyring: OwnKeyring, devs: Devs):
    url = keyring.server.url
    dev = devs.start(tmp_path / "data", keyring_url=url)
    demo = demo_player(dev)
    assert demo.say(dev, "Hello").status_code == 200
    devs.end(dev)
    older = await keyring.copied("older")

    dev = devs.start(tmp_path / "data", keyring_url=url)
    newer = new_player(dev, "Robin")
    assert newer.say(dev, "Good evening").status_code == 200
    newer.must_open(dev)
    await until(lambda: keyring_seen(dev) == (200, {"belongs": True, "newest": True, "lacking": 0}))
    assert findings(dev, keyring_url=url)["keyring of the store"][0] == "ok"
    devs.end(dev)
    newest = await keyring.copied("newest")

    await keyring.becomes(older)
    dev = devs.start(tmp_path / "data", keyring_url=url)
    wrong = (503, {"belongs": True, "newest": False, "lacking": 1})
    await until(lambda: keyring_seen(dev) == wrong)
    before = [each["id"] for each in events_of(dev, newer.id, keyring_url=url)]
    newer.must_be_refused(dev)
    newer.must_be_refused(dev)
    assert demo.say(dev, "I am still here").status_code == 200
    demo.must_open(dev)
    must_be_incomplete(register(dev, "Robin"))
    must_be_incomplete(register(dev, "somebody else"))
    assert [each["id"] for each in events_of(dev, newer.id, keyring_url=url)] == before
    told = findings(dev, keyring_url=url)
    state, found, change = told["keyring of the store"]
    assert (state, str(newer.id) in found) == ("fail", True)
    assert "lacks the data keys of 1 of 2 players" in found
    assert "put back the newest copy" in change
    assert told["keyring's age"][0] == "fail"
    assert sum("the keyring is incomplete" in line for line in log_of(dev)) == 1
    assert sum("the keyring is an older copy" in line for line in log_of(dev)) == 1
    assert not any("Traceback" in line for line in log_of(dev))

    await keyring.becomes(newest)
    await until(lambda: keyring_seen(dev) == (200, {"belongs": True, "newest": True, "lacking": 0}))
    must_be_whole(dev, demo, newer, url)
    assert register(dev, "Robin").json()["id"] == str(newer.id), "a retry finds what stands"


def must_be_whole(dev: Dev, *players_and_url: Player | str) -> None:
    """Everybody plays on, every page opens, and so does every event."""
    *players, url = players_and_url
    for player in players:
        assert isinstance(player, Player)
        assert player.say(dev, "And on we go").status_code == 200
        player.must_open(dev)
        session = player.session.rpartition("/")[2]
        for each in (
            *events_of(dev, player.id, keyring_url=str(url)),
            *events_of(dev, session, keyring_url=str(url)),
        ):
            assert "unreadable" not in each["data"], each["type"]
    assert findings(dev, keyring_url=str(url))["keyring of the store"][0] == "ok"


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_it_is_put_back_while_it_runs(tmp_path: Path, keyring: OwnKeyring, devs: Devs):
    url = keyring.server.url
    dev = devs.start(tmp_path / "data", keyring_url=url)
    demo = demo_player(dev)
    older = await keyring.copied("older")
    newer = new_player(dev, "Robin")
    assert newer.say(dev, "Good evening").status_code == 200
    newer.must_open(dev)
    newest = await keyring.copied("newest")

    await keyring.becomes(older)
    await until(lambda: keyring_seen(dev)[1] == {"belongs": True, "newest": False, "lacking": 1})
    newer.must_be_refused(dev)
    must_be_incomplete(register(dev, "somebody"))
    assert demo.say(dev, "Hello").status_code == 200

    await keyring.becomes(newest)
    await until(lambda: keyring_seen(dev) == (200, {"belongs": True, "newest": True, "lacking": 0}))
    must_be_whole(dev, demo, newer, url)
    new_player(dev, "somebody").must_open(dev)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_keyring_that_is_newer_than_the_store_is_as_good_as_any(
    tmp_path: Path, keyring: OwnKeyring, devs: Devs
):
    """The store was put back from before a player, who registers again with the same key and plays on."""
    url, data = keyring.server.url, tmp_path / "data"
    dev = devs.start(data, keyring_url=url)
    demo = demo_player(dev)
    devs.end(dev)
    shutil.copytree(
        data / "valkey", tmp_path / "older-valkey", ignore=shutil.ignore_patterns("*.sock", "*.lock")
    )

    dev = devs.start(data, keyring_url=url)
    assert new_player(dev, "Robin").say(dev, "Good evening").status_code == 200
    devs.end(dev)
    shutil.rmtree(data / "valkey")
    shutil.rmtree(data / "graph", ignore_errors=True)
    for each in data.glob("graph*"):
        each.unlink() if each.is_file() else shutil.rmtree(each)
    shutil.copytree(tmp_path / "older-valkey", data / "valkey")

    dev = devs.start(data, keyring_url=url)
    await until(lambda: keyring_seen(dev) == (200, {"belongs": True, "newest": True, "lacking": 0}))
    again = new_player(dev, "Robin")
    must_be_whole(dev, demo, again, url)
