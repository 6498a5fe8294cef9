"""A directory has one server: what a live owner has is not taken, what a dead one left behind is ended."""

import asyncio
import os
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.eventstore.store_servers import until
from tta.console import operations
from tta.eventstore.child_server import LOOK_EVERY_S, ChildServer, server_binary
from tta.eventstore.errors import StoreUnavailable
from tta.eventstore.loading import Loading
from tta.eventstore.store import EventStore
from tta.eventstore.writer import ended

LONG = "{a log}:long"
OWNER = """
import asyncio, sys
from pathlib import Path
from tta.eventstore.child_server import ChildServer
async def main():
    server = ChildServer(Path(sys.argv[1]))
    await server.start()
    print(server.process.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def owner_of(directory: Path) -> tuple[asyncio.subprocess.Process, int]:
    """Another process that has started a server, and that server's process id."""
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(directory), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    return owner, int(await owner.stdout.readline())


async def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_a_second_start_finds_what_the_first_one_kept(tmp_path: Path) -> None:
    server = ChildServer(tmp_path)
    for end in (server.stop, server.kill):
        await server.start()
        store = await EventStore.open(server.url, "kept")
        await store.nodes.call("INCR", "starts")
        await store.close()
        await end()
    await server.start()
    store = await EventStore.open(server.url, "kept")
    assert await store.nodes.call("GET", "starts") == b"2"
    await store.close()
    await server.stop()


async def test_a_server_whose_owner_lives_is_left_alone(tmp_path: Path) -> None:
    owner, _ = await owner_of(tmp_path)
    with pytest.raises(StoreUnavailable, match="another process runs the server"):
        await ChildServer(tmp_path).start()
    store = await EventStore.open(ChildServer(tmp_path).url, "untouched")
    await store.close()
    owner.terminate()
    await owner.wait()
    server = ChildServer(tmp_path)
    await server.start()
    await server.stop()


async def test_a_server_whose_owner_was_killed_is_ended_first(tmp_path: Path) -> None:
    owner, left_behind = await owner_of(tmp_path)
    owner.kill()
    await owner.wait()
    server = ChildServer(tmp_path)
    await server.start()
    await until(lambda: gone(left_behind))
    await server.stop()


async def test_a_server_that_fails_to_start_says_why(tmp_path: Path) -> None:
    server = ChildServer(tmp_path, settings={"no-such-setting": "1"})
    with pytest.raises(StoreUnavailable, match="no-such-setting"):
        await server.start()
    assert server.process is None


NAMES = ["a b", "#1", "what?", "100%25", "%2F", 'it\'s "quoted"', "größer", "two\nlines", "--dir"]
NAMES += ["@:;&=+$,[]", "~", "deep" * 30, "\udcff"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
async def test_a_directory_may_have_any_name(name: str, tmp_path: Path) -> None:
    server = ChildServer(tmp_path / name / "valkey")
    await server.start()
    try:
        # Another one, as `tta doctor` makes it, reaches the same server; each by what it gives the store.
        for url in (server.url, ChildServer(tmp_path / name / "valkey").url):
            store = await EventStore.open(url, "named")
            await store.close()
        assert os.listdir(tmp_path) == [name]  # noqa: PTH208 - Not blocking for long.
    finally:
        await server.stop()


async def test_a_socket_that_is_removed_is_made_again(tmp_path: Path) -> None:
    server = ChildServer(tmp_path)
    await server.start()
    keeping = asyncio.create_task(server.keep())
    store = await EventStore.open(server.url, "kept")
    try:
        server.socket.unlink()
        await until(lambda: reached(server), within_s=120)
        await store.ends()
    finally:
        await store.close()
        await ended(keeping)
        await server.stop()


async def test_a_server_whose_files_are_gone_too_is_left_as_it_is(tmp_path: Path) -> None:
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    process = server.process
    assert process is not None
    keeping = asyncio.create_task(server.keep())
    (tmp_path / "valkey").rename(tmp_path / "elsewhere")
    await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=3 * LOOK_EVERY_S)
    assert process.returncode is None, "it has everything in memory, and a new one would have nothing"
    await ended(keeping)
    (tmp_path / "elsewhere").rename(tmp_path / "valkey")
    await server.stop()


async def reached(server: ChildServer) -> bool:
    return server.socket.exists() and await operations.answers(server.url)


async def test_a_start_that_is_cancelled_leaves_no_server(tmp_path: Path) -> None:
    server = ChildServer(tmp_path)
    start = asyncio.create_task(server.start())

    async def launched() -> bool:
        return server.process is not None

    await until(launched)
    start.cancel()
    await asyncio.wait([start])
    assert server.process is None
    await server.start()
    await server.stop()


def test_the_wheel_brings_a_server() -> None:
    assert Path(server_binary()).name == "valkey-server"


async def test_a_server_that_ends_by_itself_is_started_again_with_what_it_had(tmp_path: Path) -> None:
    server = ChildServer(tmp_path)
    await server.start()
    keeping = asyncio.create_task(server.keep())
    store = await EventStore.open(server.url, "kept")
    for number in (1, 2, 3):
        assert server.process is not None
        before = server.process
        assert await store.nodes.call("INCR", "rounds") == number
        before.kill()

        async def runs_anew(before: asyncio.subprocess.Process = before) -> bool:
            return server.process is not before and await answers(store)

        await until(runs_anew, within_s=120)
    assert await store.nodes.call("GET", "rounds") == b"3"
    await ended(keeping)
    await store.close()
    await server.stop()


async def test_a_binary_that_is_away_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    binary, away = tmp_path / "server", tmp_path / "away"
    binary.symlink_to(server_binary())
    server = ChildServer(tmp_path / "data", binary=str(binary))
    await server.start()
    keeping = asyncio.create_task(server.keep())
    assert server.process is not None
    before = server.process
    binary.rename(away)
    before.kill()

    async def gave_up_once() -> bool:
        return server.process is None

    await until(gave_up_once, within_s=120)
    away.rename(binary)

    async def runs_anew() -> bool:
        return server.process not in {None, before}

    await until(runs_anew, within_s=120)
    assert not keeping.done()
    await ended(keeping)
    await server.stop()


async def answers(store: EventStore) -> bool:
    try:
        return await store.nodes.call("EXISTS", "rounds") == 1
    except StoreUnavailable:
        return False


async def test_a_server_that_loads_a_long_log_is_waited_for_as_long_as_it_gets_on(tmp_path: Path) -> None:
    server = ChildServer(tmp_path)
    await server.start()
    store = await EventStore.open(server.url, "long")
    await asyncio.gather(*(store.nodes.call("RPUSH", LONG, "entry") for _ in range(8 * 1024)))
    await store.close()
    await server.stop()

    # Each command's load takes half a millisecond more: longer in all than a standstill is borne.
    told: list[str] = []
    slow = ChildServer(tmp_path, settings={"key-load-delay": "500"}, start_timeout_s=3, tell=told.append)
    began = asyncio.get_running_loop().time()
    await slow.start()
    assert asyncio.get_running_loop().time() - began > 3
    again = await EventStore.open(slow.url, "long")
    assert await again.nodes.call("LLEN", LONG) == 8 * 1024
    await again.close()
    await slow.stop()


def test_progress_is_told_now_and_then_and_told_from_a_standstill() -> None:
    loading, half = (
        Loading(patience_s=0, tell_every_s=0),
        {"loading": "1", "loading_total_bytes": str(8 << 20)},
    )
    assert loading.look({}) == "", "it does not load"
    assert not loading.has_begun
    assert "4 of 8 MiB, 50 %" in loading.look(half | {"loading_loaded_bytes": str(4 << 20)})
    assert loading.is_stuck(), "with no patience at all"
    assert Loading(patience_s=60, tell_every_s=60).look(half) == "", "it was told only just now"


async def test_a_server_that_says_nothing_for_long_is_given_up(tmp_path: Path) -> None:
    binary = tmp_path / "silent"
    binary.write_text("#!/bin/sh\nexec sleep 60\n")
    binary.chmod(0o700)
    server = ChildServer(tmp_path / "data", binary=str(binary), start_timeout_s=0.5)
    with pytest.raises(StoreUnavailable, match="without progress"):
        await server.start()
    assert server.process is None
