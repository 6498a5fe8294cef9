"""`tta doctor` compares the reactors' marks with the log."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.eventstore.store_examples import SLOT, SLOTS, filled, place, rewrite_log, step
from tta.console.doctor_servers import check_marks
from tta.eventstore.appends import Acknowledgement
from tta.eventstore.child_server import ChildServer
from tta.eventstore.store import EventStore
from tta.reactors.reply import ReplyReactor


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[EventStore]:
    server = ChildServer(tmp_path / "valkey")
    await server.start()
    opened = await EventStore.open(server.url, "doctored", slots=SLOTS)
    yield opened
    await opened.close()
    await server.stop()


async def found(store: EventStore) -> list[tuple[str, str]]:
    findings = await check_marks(store)
    assert {each.what for each in findings} == {"reactors"}
    assert all(each.change for each in findings if each.state != "ok"), "whatever is wrong has a way back"
    return [(each.state, each.found) for each in findings]


async def test_marks_that_stand_are_well(store: EventStore):
    well = [("ok", "all their marks are in the log")]
    assert await found(store) == well
    await filled(store, 5)
    await store.append(
        step(acknowledgement=Acknowledgement(ReplyReactor.NAME, None, await place(store, 4)), slot=SLOT)
    )
    assert await found(store) == well


async def test_a_mark_of_a_history_that_is_gone_fails_until_it_is_put_back(store: EventStore):
    await filled(store, 5)
    for position in (2, 4):
        await store.append(
            step(
                acknowledgement=Acknowledgement(ReplyReactor.NAME, None, await place(store, position)),
                slot=SLOT,
            )
        )
    await rewrite_log(store, lambda entries: entries[:3])
    gone = f"{ReplyReactor.NAME}: its marks in slots {SLOT} name events that are no longer in the log"
    assert await found(store) == [("fail", gone)]
    start = await store.marks.resume(SLOT, ReplyReactor.NAME)
    assert start.mark.position == 2
    assert await found(store) == [
        ("warn", f"{ReplyReactor.NAME}: put back in slots {SLOT}, whose log had lost events")
    ]
