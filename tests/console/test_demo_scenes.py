"""The demo says where a TTA does not do as its scenario has it, in words of its own."""

import io
from uuid import UUID

import pytest
from rich.console import Console

from tests.support.http.api_examples import Api, hold
from tta.console.demo_scenes import DemoStage, NotAsExpected, Teller, the_story_is_played_to_its_end


@pytest.mark.asyncio(loop_scope="session")
async def test_a_reply_that_offers_nothing_before_an_end_is_named(api: Api):
    caller, path = await api.session()
    assert caller.player_id is not None
    await hold(api, caller.player_id)
    stage = DemoStage(Teller(Console(file=io.StringIO())), api.http, api.tokens)
    stage.session_id, stage.token = UUID(path.rpartition("/")[2]), caller.token
    with pytest.raises(NotAsExpected, match="expected choices or an ending, got neither from the protocol"):
        await the_story_is_played_to_its_end(stage)
