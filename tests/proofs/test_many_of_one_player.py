"""One player sends far more at once than people do, to two API processes: all of it is taken."""

import asyncio
import random
from collections import Counter

from tests.support.proofs.evidence import must_be_chained, must_stand_once, whole_log
from tests.support.proofs.retrying_client import Answer, Api, Player, Secrets, Sent, answer
from tests.support.proofs.system import STORE, System

AT_ONCE = 100
WORRYING = {"measure": "phq9", "answers": [0] * 8 + [3]}


async def test_two_apis_take_all_that_one_player_sends_at_once(system: System, chance: random.Random) -> None:
    """And so does each for what the other acknowledged, while turns are answered."""
    one = await system.started("one", "serve", "commands")
    other = await system.started("other", "serve", "commands")
    await system.started("reactor", "react")
    apis = Api(one.url), Api(other.url)
    player = Player(apis[0], system.mint, "player", chance)
    await player.register()
    session = await player.start_session()
    research, measures = f"/v1/players/{player.id}/consents/research", f"/v1/players/{player.id}/measures"
    sent = [
        player.sent("PUT", research, {"given": True, "version": number}) for number in range(1, AT_ONCE + 1)
    ]
    turn = asyncio.create_task(player.say(session, "Hello", wait_s=10))

    first = await asyncio.gather(*(answered(apis[number % 2], each) for number, each in enumerate(sent)))
    assert len({each.version for each in first}) == AT_ONCE
    # Each asks the one that did not take it.
    again = await asyncio.gather(*(answered(apis[1 - number % 2], each) for number, each in enumerate(sent)))
    assert list(again) == list(first)

    worrying = [player.sent("POST", measures, WORRYING) for _ in range(AT_ONCE)]
    responses = await asyncio.gather(*(apis[number % 2].once(each) for number, each in enumerate(worrying)))
    assert Counter(each.status_code for each in responses) == {200: 1, 409: AT_ONCE - 1}
    assert {each.json()["guidance"]["level"] for each in responses} == {"moderate"}

    await turn
    await asyncio.gather(*(each.close() for each in apis))
    store = await system.store()
    try:
        log = await whole_log(store)
        await must_be_chained(store, log)
        must_stand_once(log, [*first, *player.answers], Secrets(system.keys, STORE))
        events = Counter(each.type for each in log.events)
    finally:
        await store.close()
    assert (events["RiskAssessed"], events["MeasureRecorded"]) == (AT_ONCE, 1)


async def answered(api: Api, sent: Sent) -> Answer:
    """Send it just once: it must be taken."""
    response = await api.once(sent)
    assert response.status_code == 200, response.text
    return answer(sent, response)
