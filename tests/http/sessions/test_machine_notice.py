"""That one plays with a machine is said at the start and every three hours, wherever replies are read."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from tests.support.http.api_examples import Api, Caller
from tests.support.http.wire import Wire, wired
from tta.commands.handle import CommandContext
from tta.commands.starting import start_session
from tta.domain.identity import derived_id
from tta.domain.joint.facts import Facts
from tta.domain.passages import Wishes
from tta.domain.session import StartSession
from tta.domain.session import id_of as new_session_id
from tta.domain.turns import DISCLOSED_EVERY
from tta.eventstore.envelope import Causation
from tta.http.sessions.bodies import MACHINE_NOTICE
from tta.http.sessions.sessions import beginning
from tta.stories.story import newest

STORY = newest("clearing")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def wire(working_api: Api) -> AsyncIterator[Wire]:
    async with wired(working_api) as made:
        yield made


async def began(api: Api, ago: timedelta) -> tuple[Caller, str]:
    """Somebody whose session began that long ago; gives its path."""
    caller = await api.player()
    player_id = caller.player_id
    assert player_id is not None
    command_id = derived_id("began", player_id)
    session_id = new_session_id(player_id, command_id)

    def start(facts: Facts, wishes: Wishes | None) -> StartSession:
        assert STORY is not None
        return StartSession(
            player_id=player_id,
            story=STORY.id,
            begins=beginning(STORY, session_id, wishes, facts),
            consented=facts.consented,
            held=facts.held,
            at=datetime.now(UTC) - ago,
        )

    causation = Causation(
        actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
    )
    await start_session(api.parts.commands, session_id, player_id, start, CommandContext(causation))
    return caller, f"/v1/sessions/{session_id}"


async def notices(caller: Caller, path: str, turns: int) -> list[str | None]:
    """Take so many turns; give the notice of each reply."""
    found = []
    for _ in range(turns):
        taken = await caller.post(f"{path}/interactions", {"text": "look"}, Prefer="wait=10")
        found.append(taken.json()["reply"]["notice"])
    return found


async def test_a_start_and_a_copy_say_so_and_so_does_the_session(api: Api):
    caller = await api.player()
    started = await caller.post("/v1/sessions", {})
    assert started.json()["notice"] == MACHINE_NOTICE
    shown = await caller.seen(started.headers["Location"], started)
    assert shown.json()["notice"] == MACHINE_NOTICE
    copied = await caller.post(f"{started.headers['Location']}/copy", {})
    assert copied.json()["notice"] == MACHINE_NOTICE


async def test_a_reply_says_so_once_three_hours_have_passed(api: Api):
    caller, path = await began(api, DISCLOSED_EVERY)
    assert await notices(caller, path, 3) == [MACHINE_NOTICE, None, None]


async def test_before_no_reply_does(api: Api):
    caller, path = await began(api, DISCLOSED_EVERY - timedelta(hours=1))
    assert await notices(caller, path, 2) == [None, None]


async def test_the_session_shows_it_with_that_reply(api: Api):
    caller, path = await began(api, DISCLOSED_EVERY)
    for expected in (MACHINE_NOTICE, None):
        await notices(caller, path, 1)
        again = await caller.post(f"{path}/resume")  # Changes nothing; its token is behind the reply.
        assert (await caller.seen(path, again)).json()["notice"] == expected


async def test_the_stream_tells_it_and_tells_it_to_who_comes_again(api: Api, wire: Wire):
    caller, path = await began(api, DISCLOSED_EVERY)
    source = await wire.source(caller, path).open()
    opened = await source.next()
    await notices(caller, path, 1)
    assert (await source.until("reply"))[-1].data["notice"] == MACHINE_NOTICE
    await notices(caller, path, 1)
    assert (await source.until("reply"))[-1].data["notice"] is None
    source.close()
    source.last_id = str(opened.id)
    await source.open()
    told = [each.data["notice"] for _ in range(2) for each in (await source.until("reply"))[-1:]]
    assert told == [MACHINE_NOTICE, None]
    source.close()


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_the_pages_of_turns_keep_it_where_it_was_said(api: Api, order: str):
    caller, path = await began(api, DISCLOSED_EVERY)
    await notices(caller, path, 2)
    page = (await caller.get(f"{path}/interactions?order={order}")).json()
    by_turn = {each["turn"]: each["reply"]["notice"] for each in page["interactions"]}
    assert by_turn == {1: MACHINE_NOTICE, 2: None}
    assert page["opening"]["notice"] == MACHINE_NOTICE
