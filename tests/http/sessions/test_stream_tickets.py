"""Tickets open one stream, for a minute, and reach no log; progress is told while a turn is on its way."""

import asyncio
import time
from uuid import UUID

import httpx2
import msgspec
import pytest

from tests.support.http.api_examples import Api
from tests.support.http.event_source import EventSource, Refused
from tests.support.http.wire import hearing, play_alone, wired
from tests.support.running_tta import Dev
from tta.domain.vocabulary import Role
from tta.live.turn_steps import tell_step, telling_steps
from tta.security.tickets import AUDIENCE, TYPE
from tta.security.tokens import CLOCK_SKEW_S, ISSUER


async def test_a_ticket_opens_its_own_stream_only(api: Api):
    async with wired(api) as wire:
        caller, path = await api.session()
        _, others_path = await api.session()
        ticket = (await caller.post(f"{path}/stream-tickets", key=None)).json()["ticket"]
        source = await EventSource(wire.address, f"{path}/stream?ticket={ticket}").open()
        assert (await source.next()).name == "open"
        source.close()
        for where in (f"{others_path}/stream?ticket={ticket}", f"{path}/stream?ticket={caller.token}"):
            with pytest.raises(Refused) as refused:
                await EventSource(wire.address, where).open()
            assert refused.value.status == 401
        assert (await caller._replace(token=ticket).get(path)).status_code == 401


async def refusal(source: EventSource) -> tuple[int, str, str]:
    """Status, code and detail of a stream that is not opened."""
    with pytest.raises(Refused) as refused:
        await source.open()
    document = msgspec.json.decode(refused.value.body)
    return refused.value.status, document["code"], document.get("detail", "")


async def test_a_ticket_that_is_over_opens_nothing_and_what_it_opened_stays(api: Api):
    async with wired(api) as wire:
        caller, path = await api.session()
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "sam",
            "session": path.rpartition("/")[2],
            "until": now + 3_600,
            "roles": ["player"],
            "player": str(caller.player_id),
            "exp": now + 3 - CLOCK_SKEW_S,
        }
        where = f"{path}/stream?ticket={api.tokens.sign(claims, kind=TYPE)}"
        source = await EventSource(wire.address, where).open()
        await source.next()

        async def is_over() -> bool:
            again = EventSource(wire.address, where)
            try:
                await again.open()
            except Refused:
                return True
            again.close()
            return False

        async with asyncio.timeout(20):
            while not await is_over():  # noqa: ASYNC110 - It is over by the clock.
                await asyncio.sleep(0.1)
        assert (await refusal(EventSource(wire.address, where)))[:2] == (401, "unauthenticated")
        await caller.post(f"{path}/pause")
        assert (await source.next()).data == {"status": "paused"}
        source.close()


async def test_a_stream_that_a_ticket_opened_ends_with_the_token_that_asked_for_it(api: Api):
    async with wired(api) as wire:
        caller, path = await api.session()
        token = api.tokens.mint(
            "soon over", [Role.PLAYER], player_id=caller.player_id, lifetime_s=3 - CLOCK_SKEW_S
        )
        asked = await caller._replace(token=token).post(f"{path}/stream-tickets", key=None)
        source = await EventSource(wire.address, f"{path}/stream?ticket={asked.json()['ticket']}").open()
        assert [(each.name, each.id is None) for each in await source.rest()] == [
            ("open", False),
            ("bye", True),
        ]


async def test_neither_tickets_nor_tokens_reach_the_log(dev: Dev):
    headers = {"Authorization": f"Bearer {dev.token}"}
    async with httpx2.AsyncClient(base_url=dev.url, headers=headers) as http:
        paths = [
            (await http.post("/v1/sessions", json={}, headers={"Idempotency-Key": key})).headers["Location"]
            for key in ("tickets-1", "tickets-2")
        ]
        ticket = (await http.post(f"{paths[0]}/stream-tickets")).json()["ticket"]
    opened = EventSource(dev.address, f"{paths[0]}/stream?ticket={ticket}", X_Request_Id="ticket.opened")
    await (await opened.open()).next()
    opened.close()
    for number, where in enumerate(
        (
            f"{paths[1]}/stream?ticket={ticket}",
            f"{paths[0]}/stream?ticket={dev.token}",
            f"{paths[0]}/stream?ticket={ticket}x",
            f"{paths[0]}/stream?ticket={ticket}&last_event_id={ticket}",
            f"{paths[0]}?ticket={ticket}",
        )
    ):
        source = EventSource(dev.address, where, X_Request_Id=f"ticket.{number}")
        assert (await refusal(source))[0] == (400 if "last_event_id" in where else 401)
    ours = {"ticket.opened", *(f"ticket.{number}" for number in range(5))}
    async with asyncio.timeout(20):
        while not ours <= {line.get("request") for line in dev.logged()}:  # noqa: ASYNC110 - A file.
            await asyncio.sleep(0.02)
    log = dev.stderr.read_text()
    for secret in (ticket, dev.token):
        for part in secret.split(".")[1:]:
            assert part not in log
    assert "ticket=" not in log


async def test_progress_that_comes_late_is_not_told(still_api: Api):
    """Of turns that are answered, before the stream began or on it."""
    async with wired(still_api) as wire:
        caller, path = await still_api.session()
        session_id = UUID(path.rpartition("/")[2])
        await play_alone(still_api, caller, path, range(1, 3))
        source = await wire.source(caller, path).open()
        await hearing(still_api, path)
        await source.next()
        for turn in (1, 2, 3):
            await tell_step(still_api.parts.store, session_id, turn, "narrating")
        assert (await source.next()).data == {"turn": 3, "step": "narrating"}
        await play_alone(still_api, caller, path, range(3, 4))
        await source.until("reply")
        for turn in (3, 4):
            await tell_step(still_api.parts.store, session_id, turn, "checking")
        assert (await source.next()).data == {"turn": 4, "step": "checking"}
        source.close()


async def test_progress_is_told_without_an_id(api: Api):
    async with wired(api) as wire:
        caller, path = await api.session()
        source = await wire.source(caller, path).open()
        await hearing(api, path)
        await source.next()
        session_id = UUID(path.rpartition("/")[2])
        await tell_step(api.parts.store, session_id, 1, "narrating")
        event = await source.next()
        assert event == ("progress", {"turn": 1, "step": "narrating"}, None)
        async with telling_steps(api.parts.store, session_id, 1, quiet_s=0) as on_step:
            on_step("interpreting")
            assert (await source.next()).data["step"] == "interpreting"
            on_step("checking")
            assert (await source.next()).data["step"] == "checking"
        source.close()
