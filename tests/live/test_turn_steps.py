"""Progress is told late enough to cost nothing, to every process, and never gets in the way."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.eventstore.store_examples import SLOTS, some_id
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore
from tta.live.turn_steps import QUIET_S, STEPS_MAX, StepNotice, step_notice_of, tell_step, telling_steps

NEVER_S = 3_600.0
TELLS = """
import asyncio, sys
from uuid import UUID
from tta.eventstore.store import EventStore
from tta.live.turn_steps import tell_step

async def tell(url, name, slots, session):
    store = await EventStore.open(url, name, slots=int(slots))
    await tell_step(store, UUID(session), 3, "narrating")
    await store.close()

asyncio.run(tell(*sys.argv[1:]))
"""


class Heard:
    """What a listener heard of one session."""

    def __init__(self, store: EventStore, session: UUID) -> None:
        self.steps: list[str] = []
        self._store = store
        self._session = session

    def take(self, message: bytes) -> None:
        told = step_notice_of(message)
        if told is not None and told.session == self._session.bytes:
            self.steps.append(told.step)

    async def until(self, step: str) -> list[str]:
        """Wait until a step was heard; give what was heard before it. Channels keep the order."""
        async with asyncio.timeout(20):
            while step not in self.steps:  # noqa: ASYNC110 - A message of another process has no event.
                await asyncio.sleep(0.01)
        return self.steps[: self.steps.index(step)]

    async def all(self) -> list[str]:
        """Give what was told until now."""
        await tell_step(self._store, self._session, 9, "marked")
        return await self.until("marked")


@asynccontextmanager
async def hearing(store: EventStore, session: UUID) -> AsyncIterator[Heard]:
    """Listen; begins once a first message came through."""
    heard = Heard(store, session)
    store.wakeups.hear(heard.take)
    async with asyncio.timeout(20):
        while not heard.steps:
            await tell_step(store, session, 9, "begun")
            await asyncio.sleep(0.01)
    await heard.all()
    heard.steps.clear()
    yield heard
    store.wakeups.unhear(heard.take)


async def test_a_turn_that_is_answered_soon_tells_nothing(store: EventStore):
    session = some_id()
    async with hearing(store, session) as heard:
        async with telling_steps(store, session, 1, quiet_s=NEVER_S) as on_step:
            on_step("interpreting")
            on_step("narrating")
            assert await heard.all() == []
        assert QUIET_S == 0.05


async def test_one_that_takes_longer_tells_where_it_is_and_what_follows(store: EventStore):
    session = some_id()
    async with hearing(store, session) as heard, telling_steps(store, session, 1, quiet_s=0) as on_step:
        on_step("interpreting")
        on_step("deciding")
        await heard.until("deciding")
        on_step("narrating")
        assert await heard.until("narrating") == ["deciding"]


async def test_after_its_end_nothing_is_told(store: EventStore):
    session = some_id()
    async with hearing(store, session) as heard:
        async with telling_steps(store, session, 1, quiet_s=0) as on_step:
            on_step("deciding")
            await heard.until("deciding")
        on_step("narrating")
        assert await heard.all() == ["deciding"]


async def test_a_turn_tells_so_many_steps_at_most(store: EventStore):
    session = some_id()
    async with hearing(store, session) as heard, telling_steps(store, session, 1, quiet_s=0) as on_step:
        on_step("first")
        await heard.until("first")
        for _ in range(2 * STEPS_MAX):
            on_step("again")
        async with asyncio.timeout(20):
            while len(heard.steps) < STEPS_MAX:  # noqa: ASYNC110 - A message has no event.
                await asyncio.sleep(0.01)
        assert len(await heard.all()) == STEPS_MAX


async def test_what_another_process_tells_is_heard(store: EventStore, valkey: ChildServer):
    session = some_id()
    async with hearing(store, session) as heard:
        arguments = [valkey.url, store.layout.name, str(SLOTS), str(session)]
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", TELLS, *arguments], check=True)
        assert await heard.until("narrating") == []


async def test_while_the_store_is_away_nobody_is_told_and_nothing_fails(tmp_path: Path):
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    store = await EventStore.open(server.url, "away", slots=SLOTS)
    await server.kill()
    session = some_id()
    await tell_step(store, session, 1, "narrating")
    async with telling_steps(store, session, 1, quiet_s=0) as on_step:
        on_step("narrating")
        await asyncio.sleep(0)
    await store.close()
    await server.stop()


@given(raw=st.binary(max_size=80))
def test_what_is_no_message_is_none(raw: bytes):
    found = step_notice_of(raw)
    assert found is None or (len(found.session), len(found.step) <= 32) == (16, True)


@given(session=st.uuids(), turn=st.integers(0, 2**16 - 1))
def test_a_message_is_read_as_it_was_written(session: UUID, turn: int):
    message = session.bytes + turn.to_bytes(2, "big") + b"narrating"
    assert step_notice_of(message) == StepNotice(session.bytes, turn, "narrating")


@pytest.mark.parametrize("step", ["", "Narrating", "said hello", "x" * 33, "ö"])
async def test_a_step_is_a_short_word_of_ours(store: EventStore, step: str):
    with pytest.raises(AssertionError):
        await tell_step(store, some_id(), 1, step)
