"""`tta replay` shows a stored history, decrypts it with the keys, and names the first bad event."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from tests.support.running_tta import SLOTS, Dev, tta
from tta.eventstore.child_server import ChildServer
from tta.eventstore.layout import Layout

WORDS = "A heron stands in the shallows."
NOBODY = "00000000-0000-8000-8000-000000000000"


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The data directory of a TTA that has ended, and a session of three events in it."""
    dev = Dev(tmp_path_factory.mktemp("left") / "data")
    session, _ = dev.play(WORDS)
    assert dev.end() == 0
    return dev.data_dir, session


@pytest.fixture
async def edited(left: tuple[Path, str]) -> AsyncIterator[tuple[Redis, str, list[str]]]:
    """A server whose log a test may edit, the log's key, and the positions of the session's events."""
    directory, session = left
    server = ChildServer(directory / "valkey")
    await server.start()
    client = Redis.from_url(server.url)
    log = Layout("tta", SLOTS).log(UUID(session).bytes[0] % SLOTS)
    kept = await client.dump(log)
    shown = tta("replay", session, "--data-dir", directory, "--format", "ndjson").stdout.splitlines()
    yield client, log, [str(json.loads(line)["position"]) for line in shown]
    await client.restore(log, 0, kept, replace=True)
    await client.aclose()
    await server.stop()


def test_a_table_shows_every_event_and_no_words(left: tuple[Path, str]):
    directory, session = left

    done = tta("replay", session, "--data-dir", directory)

    assert done.returncode == 0, done.stderr
    for told in (
        "SessionStarted",
        "InteractionSubmitted",
        "InteractionAnswered",
        "reactor:reply",
        "(sealed,",
    ):
        assert told in done.stdout
    assert "Chain verified: 3 events" in done.stdout
    assert WORDS not in done.stdout


def test_a_narrow_terminal_gets_the_same(left: tuple[Path, str]):
    directory, session = left

    done = tta("replay", session, "--data-dir", directory, columns="80")

    assert "InteractionSubmitted" in done.stdout
    assert max(map(len, done.stdout.splitlines()[:-1])) <= 80


def test_lines_of_json_are_the_history_and_nothing_else(left: tuple[Path, str]):
    directory, session = left

    done = tta("replay", session, "--data-dir", directory, "--format", "ndjson")
    events = [json.loads(line) for line in done.stdout.splitlines()]

    assert [event["sequence"] for event in events] == ["1", "2", "3"]
    assert {event["subject"] for event in events} == {session}
    assert [event["previoushash"] for event in events] == ["", events[0]["hash"], events[1]["hash"]]
    assert list(events[1]["data"]["words"]) == ["sealed"]
    assert events[2]["causationid"] == events[1]["id"]
    assert "Chain verified" in done.stderr
    assert WORDS not in done.stdout


def test_whoever_has_the_keys_may_open_it(left: tuple[Path, str], tmp_path: Path):
    directory, session = left

    opened = tta("replay", session, "--data-dir", directory, "--open", "--format", "ndjson")
    without = tta("replay", session, "--data-dir", directory, "--open", keys_dir=str(tmp_path))

    assert json.loads(opened.stdout.splitlines()[1])["data"]["words"] == WORDS
    assert without.returncode == 1
    assert "key-encryption.json" in without.stderr


def test_looking_starts_a_server_only_for_the_while(left: tuple[Path, str]):
    directory, session = left

    assert tta("replay", session, "--data-dir", directory).returncode == 0
    assert not (directory / "valkey" / "valkey.sock").exists()


def test_what_is_not_there_is_said(left: tuple[Path, str], tmp_path: Path):
    directory, session = left
    unknown = tta("replay", NOBODY, "--data-dir", directory)
    nowhere = tta("replay", session, "--data-dir", tmp_path / "none")
    no_id = tta("replay", "the-first-one", "--data-dir", directory)
    other_store = tta("replay", session, "--data-dir", directory, store_name="other")

    assert (unknown.returncode, f"no history of {NOBODY}" in unknown.stderr) == (1, True)
    assert (nowhere.returncode, "no TTA has run in" in nowhere.stderr) == (1, True)
    assert (no_id.returncode, "UUID" in no_id.stderr) == (2, True)
    assert (other_store.returncode, "no store named 'other'" in other_store.stderr) == (1, True)
    assert not (tmp_path / "none").exists()


async def test_a_deleted_event_is_named(left: tuple[Path, str], edited: tuple[Redis, str, list[str]]):
    (directory, session), (client, log, positions) = left, edited
    await client.xdel(log, f"{positions[1]}-0")

    done = tta("replay", session, "--data-dir", directory)

    assert done.returncode == 1
    assert "Chain BROKEN. The first bad event: version 2" in done.stdout


async def test_an_altered_event_is_named(left: tuple[Path, str], edited: tuple[Redis, str, list[str]]):
    (directory, session), (client, log, positions) = left, edited
    await rewrite(client, log, positions[0], lambda entry: entry.replace(b"clearing", b"cemetery"))

    done = tta("replay", session, "--data-dir", directory)

    assert done.returncode == 1
    assert "Chain BROKEN. The first bad event: version 1" in done.stdout
    assert "it was altered" in done.stdout


async def test_an_altered_last_event_is_named(left: tuple[Path, str], edited: tuple[Redis, str, list[str]]):
    (directory, session), (client, log, positions) = left, edited
    await rewrite(client, log, positions[2], lambda entry: entry.replace(b"story", b"model"))

    done = tta("replay", session, "--data-dir", directory, "--format", "ndjson")

    assert done.returncode == 1
    assert "Chain BROKEN. The first bad event: version 3" in done.stderr
    assert len(done.stdout.splitlines()) == 3


async def test_bytes_that_are_no_event_are_named(
    left: tuple[Path, str], edited: tuple[Redis, str, list[str]]
):
    (directory, session), (client, log, positions) = left, edited
    await rewrite(client, log, positions[1], lambda entry: hashlib.sha256(entry).digest())

    done = tta("replay", session, "--data-dir", directory)

    assert done.returncode == 1
    assert "SessionStarted" in done.stdout
    assert "Chain BROKEN. The first bad event: version 2" in done.stdout


async def rewrite(client: Redis, log: str, position: str, change: Callable[[bytes], bytes]) -> None:
    """Rewrite the log with one entry changed."""
    entries: Any = await client.xrange(log)
    await client.delete(log)
    for identity, fields in entries:
        if identity.decode() == f"{position}-0":
            fields[b"e"] = change(fields[b"e"])
        await client.xadd(log, fields, id=identity)
