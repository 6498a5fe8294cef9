"""An empty or a foreign keyring is refused at the start, by name; one put there later is given no key."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.support.damage.exchanged_keyring import (
    Devs,
    OwnKeyring,
    demo_player,
    events_of,
    findings,
    keyring_seen,
    log_of,
    must_be_incomplete,
    new_player,
    register,
)
from tests.support.running_tta import environment, tta

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
    async with asyncio.timeout(2 * SEEN_WITHIN_S):
        while not condition():  # noqa: ASYNC110 - Another process comes to see it.
            await asyncio.sleep(0.5)


def refused(data: Path, **settings: str) -> str:
    """What a `tta dev` says that does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "tta", "dev", "--port", "0", "--data-dir", str(data)],
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("tta: ")]
    return said


async def keys_in(keyring: OwnKeyring) -> list[bytes]:
    async with Redis(unix_socket_path=str(keyring.server.socket)) as client:
        found: list[Any] = await client.keys()
        return sorted(found)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_an_empty_one_is_refused_at_the_start_and_left_empty(
    tmp_path: Path, keyring: OwnKeyring, devs: Devs
):
    url, data = keyring.server.url, tmp_path / "data"
    dev = devs.start(data, keyring_url=url)
    demo = demo_player(dev)
    assert demo.say(dev, "Hello").status_code == 200
    devs.end(dev)
    right = await keyring.copied("right")

    await keyring.becomes(None)
    said = refused(data, keyring_url=url)
    assert re.search(
        r"the keyring of store tta has no id, expected [0-9a-f]{32}: it is empty or another's", said
    )
    assert "Put back the newest copy" in said
    assert await keys_in(keyring) == []
    state, found, change = findings(dev, keyring_url=url)["keyring of the store"]
    assert (state, "it is empty or another's" in found) == ("fail", True)
    assert "Put back the newest copy" in change
    assert await keys_in(keyring) == [], "doctor changes nothing"
    assert tta("keys", "bind", "--data-dir", data, keyring_url=url).returncode == 1, "nothing there to take"

    await keyring.becomes(right)
    dev = devs.start(data, keyring_url=url)
    assert demo.say(dev, "I am back").status_code == 200
    demo.must_open(dev)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_foreign_one_is_refused_at_the_start_by_both_ids(
    tmp_path: Path, keyring: OwnKeyring, devs: Devs
):
    """Of another store with the same name and the same key files."""
    url, data = keyring.server.url, tmp_path / "data"
    dev = devs.start(data, keyring_url=url)
    devs.end(dev)
    right = await keyring.copied("right")
    await keyring.becomes(None)
    other = devs.start(tmp_path / "other", keyring_url=url, keys_dir="")
    devs.end(other)

    said = refused(data, keyring_url=url)
    assert re.search(r"is another store's: store tta has the id [0-9a-f]{32}, the keyring [0-9a-f]{32}", said)
    assert "TTA_KEYRING_URL" in said
    state, found, _ = findings(dev, keyring_url=url)["keyring of the store"]
    assert (state, "is another store's" in found) == ("fail", True)

    await keyring.becomes(right)
    dev = devs.start(data, keyring_url=url)
    await until(lambda: keyring_seen(dev)[0] == 200)
    devs.end(dev)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_an_empty_one_that_comes_while_it_runs_takes_no_key(
    tmp_path: Path, keyring: OwnKeyring, devs: Devs
):
    url, data = keyring.server.url, tmp_path / "data"
    dev = devs.start(data, keyring_url=url)
    demo, other = demo_player(dev), new_player(dev, "Robin")
    for player in (demo, other):
        assert player.say(dev, "Hello").status_code == 200
    right = await keyring.copied("right")

    await keyring.becomes(None)
    must_be_incomplete(register(dev, "at once"))
    await until(lambda: keyring_seen(dev) == (503, {"belongs": False, "newest": True, "lacking": 2}))
    for player in (demo, other):
        player.must_be_refused(dev)
    must_be_incomplete(register(dev, "later"))
    assert await keys_in(keyring) == []
    assert findings(dev, keyring_url=url)["keyring of the store"][0] == "fail"
    for line in ("the keyring is not this store's any more", "the keyring is incomplete"):
        assert sum(line in each for each in log_of(dev)) == 1

    await keyring.becomes(right)
    await until(lambda: keyring_seen(dev) == (200, {"belongs": True, "newest": True, "lacking": 0}))
    for player in (demo, other):
        assert player.say(dev, "And on we go").status_code == 200
        player.must_open(dev)
        session = player.session.rpartition("/")[2]
        for each in events_of(dev, session, keyring_url=url):
            assert "unreadable" not in each["data"]
    new_player(dev, "later").must_open(dev)
