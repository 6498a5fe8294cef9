"""A session's live stream: what it tells, to whom, and that nothing is lost or repeated in between."""

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from tests.support.http.api_examples import Api, Caller, api_in, hold
from tests.support.http.event_source import Refused
from tests.support.http.wire import Wire, play_alone, wired
from tta.domain.identity import derived_id
from tta.domain.vocabulary import Role
from tta.eventstore.appends import Append, StreamAppend
from tta.eventstore.envelope import Causation, Draft
from tta.eventstore.store import LoadRequest
from tta.security.tokens import CLOCK_SKEW_S

HELLO = {"text": "I sit down by the fire."}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def wire(working_api: Api) -> AsyncIterator[Wire]:
    async with wired(working_api) as made:
        yield made


async def test_it_begins_with_how_the_session_stands(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    event = await source.next()
    assert event.name == "open"
    assert event.id
    assert event.data == {
        "session_id": path.rpartition("/")[2],
        "version": 1,
        "status": "open",
        "turn": 0,
        "unanswered": False,
        "held": False,
    }
    assert 1_500 <= source.retry_ms <= 3_000
    assert source.headers["cache-control"] == "no-store, no-transform"
    assert source.headers["x-accel-buffering"] == "no"
    source.close()


async def test_it_tells_a_turn_as_it_happens(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    await source.next()
    taken = (await caller.post(f"{path}/interactions", HELLO, Prefer="wait=10")).json()
    said, reply = [each for each in await source.until("reply") if each.name != "progress"]
    told = {"turn": 1, "text": HELLO["text"], "choice": None, "unreadable": []}
    assert (said.name, said.data) == ("interaction", told)
    assert reply.data == taken["reply"] | {"unreadable": []}
    source.close()


async def test_who_comes_again_gets_what_was_missed_once(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    await source.next()
    source.close()
    await caller.post(f"{path}/interactions", HELLO, Prefer="wait=10")
    await caller.post(f"{path}/pause")
    await source.open()
    assert [each.name for each in await source.until("status")] == ["interaction", "reply", "status"]
    source.close()
    await source.open()
    await caller.post(f"{path}/resume")
    assert (await source.next()).data == {"status": "open"}
    source.close()


async def test_a_hold_is_told_without_its_reason(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    await source.next()
    assert caller.player_id is not None
    await hold(api, caller.player_id)
    event = await source.next()
    assert (event.name, event.data) == ("hold", {"held": True})
    source.close()


async def test_a_client_that_leaves_frees_everything(api: Api, wire: Wire):
    await wire.carries(0)
    caller, path = await api.session()
    sources = [await wire.source(caller, path).open() for _ in range(3)]
    for source in sources:
        await source.next()
    assert (wire.live.open, wire.live.is_reading) == (3, True)
    for source in sources:
        source.close()
    await wire.carries(0)
    assert not wire.live.is_reading


async def test_an_id_is_good_on_any_process(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    await source.next()
    source.close()
    await caller.post(f"{path}/pause")
    async with wired(api) as other:
        source.address = other.address
        await source.open()
        assert (await source.next()).data == {"status": "paused"}
        source.close()


async def test_the_last_id_may_be_a_parameter(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    opened = await source.next()
    source.close()
    await caller.post(f"{path}/pause")
    again = wire.source(caller, path)
    again.path += f"?last_event_id={opened.id}"
    assert (await (await again.open()).next()).data == {"status": "paused"}
    again.close()


async def test_holds_and_turns_that_were_missed_come_in_their_order(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    await source.next()
    source.close()
    await caller.post(f"{path}/pause")
    assert caller.player_id is not None
    await hold(api, caller.player_id)
    await caller.post(f"{path}/interactions", HELLO, Prefer="wait=10")
    await source.open()
    assert [each.name for each in await source.until("reply")] == ["status", "hold", "interaction", "reply"]
    source.close()


async def test_who_missed_too_much_is_told_to_read_the_session(still_api: Api):
    async with wired(still_api) as wire:
        caller, path = await still_api.session()
        source = await wire.source(caller, path).open()
        await source.next()
        source.close()
        await play_alone(still_api, caller, path, range(1, 102))
        await source.open()
        event = await source.next()
        assert (event.name, event.data["reason"]) == ("resync", "behind")
        assert (event.data["now"]["turn"], event.data["now"]["version"]) == (101, 203)
        await caller.post(f"{path}/pause")
        assert (await source.next()).data == {"status": "paused"}
        source.close()
        # As many as are told one by one.
        source.last_id = str(event.id)
        await play_alone(still_api, caller, path, range(102, 201))
        await source.open()
        assert len([await source.next() for _ in range(199)]) == 199
        source.close()


async def test_an_id_of_another_history_begins_anew(api: Api, wire: Wire):
    caller, path = await api.session()
    other, others_path = await api.session()
    source = await wire.source(caller, path).open()
    await caller.post(f"{path}/pause")
    assert [each.name for each in await source.until("status")] == ["open", "status"]
    source.close()
    for ahead in (False, True):
        foreign = wire.source(other, others_path)
        foreign.last_id = source.last_id
        event = await (await foreign.open()).next()
        assert (event.name, event.data["reason"]) == ("resync", "unknown"), f"ahead: {not ahead}"
        assert event.data["now"]["status"] == ("paused" if ahead else "open")
        assert event.id == foreign.last_id != source.last_id
        await other.post(f"{others_path}/{'resume' if ahead else 'pause'}")
        assert (await foreign.next()).name == "status"
        foreign.close()


async def test_an_id_of_another_release_begins_anew(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    ours = base64.urlsafe_b64decode(str((await source.next()).id) + "==")
    source.close()
    for other in (bytes([2]) + ours[1:], bytes([2]) + ours[1:] + b"more", bytes([255])):
        source.last_id = base64.urlsafe_b64encode(other).decode().rstrip("=")
        event = await (await source.open()).next()
        assert (event.name, event.data["reason"]) == ("resync", "unknown")
        source.close()


@pytest.mark.parametrize("last_id", ["?", "x", "AAAA", "A" * 28, "A" * 65, "é"])
async def test_what_is_no_id_is_refused(api: Api, wire: Wire, last_id: str):
    caller, path = await api.session()
    source = wire.source(caller, path)
    source.path += "?" + urlencode({"last_event_id": last_id})
    with pytest.raises(Refused) as refused:
        await source.open()
    assert (refused.value.status, msgspec.json.decode(refused.value.body)["code"]) == (
        400,
        "malformed-request",
    )


async def test_a_comment_shows_that_the_connection_lives(api: Api):
    async with wired(api, heartbeat_s=0.05) as wire:
        caller, path = await api.session()
        source = await wire.source(caller, path).open()
        await source.next()
        await source.until_comment()
        source.close()


async def test_what_is_not_told_does_not_keep_the_comment_away(tmp_path: Path):
    async with api_in(tmp_path, working=False) as api, wired(api, heartbeat_s=0.5) as wire:
        caller, path = await api.session()
        source = await wire.source(caller, path).open()
        await source.next()
        untold = asyncio.create_task(dreaming(api, caller, path))
        await source.until_comment()
        assert not untold.done(), "what is not told comes all the while"
        untold.cancel()
        source.close()


async def dreaming(api: Api, caller: Caller, path: str) -> None:
    for number in itertools.count():
        await dreamt(api, caller, path, number)


async def dreamt(api: Api, caller: Caller, path: str, number: int) -> None:
    """Write an event of a newer program, which no stream tells."""
    store, session_id = api.parts.store, UUID(path.rpartition("/")[2])
    (loaded,) = await store.load([LoadRequest(session_id)])
    command_id = derived_id("newer", session_id, str(number))
    causation = Causation(
        actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
    )
    newer = StreamAppend(session_id, loaded.head, [Draft("SessionDreamt", b"\x80")], caller.player_id)
    await store.append(Append(streams=[newer], causation=causation))


async def test_a_stream_ends_with_its_token(api: Api, wire: Wire):
    caller, path = await api.session()
    token = api.tokens.mint(
        "soon over", [Role.PLAYER], player_id=caller.player_id, lifetime_s=3 - CLOCK_SKEW_S
    )
    source = await wire.source(caller._replace(token=token), path).open()
    assert [each.name for each in await source.rest()] == ["open", "bye"]


async def test_erased_words_are_null(api: Api, wire: Wire):
    caller, path = await api.session()
    source = await wire.source(caller, path).open()
    await source.next()
    source.close()
    await caller.post(f"{path}/interactions", HELLO, Prefer="wait=10")
    keyring = api.parts.required_keys.keyring
    await keyring.nodes.call("HSET", keyring.entry(caller.player_id), "destroyed", "1")
    keyring.forget()
    await source.open()
    interaction, reply = await source.until("reply")
    assert (interaction.data["text"], reply.data["text"], reply.data["choices"]) == (None, None, [])
    source.close()


async def test_events_of_a_newer_program_are_passed_over(tmp_path: Path):
    # Of its own: a projector stops at what it does not know.
    async with api_in(tmp_path, working=False) as api, wired(api) as wire:
        caller, path = await api.session()
        source = await wire.source(caller, path).open()
        await source.next()
        await dreamt(api, caller, path, 0)
        assert caller.player_id is not None
        await hold(api, caller.player_id)
        assert (await source.next()).name == "hold"
        source.close()


async def test_streams_begin_anew_when_the_log_becomes_another_one(tmp_path: Path):
    async with api_in(tmp_path, working=False) as api, wired(api) as wire:
        caller, path = await api.session()
        source = await wire.source(caller, path).open()
        await source.next()
        store = api.parts.store
        await store.nodes.call("DEL", store.layout.log(store.layout.slot_of(UUID(path.rpartition("/")[2]))))
        assert [(each.name, each.data["reason"], each.id) for each in await source.rest()] == [
            ("resync", "changed", None)
        ]
