"""Tickets open one stream; progress is told while a turn is on its way."""

from uuid import UUID

import pytest
from api_examples import Api
from event_source import EventSource, Refused
from wire import wired

from tta.live.progress import tell_progress, telling_steps


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


async def test_progress_is_told_without_an_id(api: Api):
    async with wired(api) as wire:
        caller, path = await api.session()
        source = await wire.source(caller, path).open()
        await source.next()
        session_id = UUID(path.rpartition("/")[2])
        await tell_progress(api.parts.store, session_id, 1, "narrating")
        event = await source.next()
        assert event == ("progress", {"turn": 1, "step": "narrating"}, None)
        async with telling_steps(api.parts.store, session_id, 1, quiet_s=0) as on_step:
            on_step("interpreting")
            assert (await source.next()).data["step"] == "interpreting"
            on_step("checking")
            assert (await source.next()).data["step"] == "checking"
        source.close()
