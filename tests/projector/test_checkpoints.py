"""A save passes its checkpoints only at the epoch and the position where its worker left them."""

import asyncio

import pytest
import pytest_asyncio

from tests.support.projector.projector_examples import SLOTS
from tta.eventstore.subscription import START, Mark
from tta.graph.engine import Graph
from tta.projector.checkpoints import Checkpoint, Checkpoints, LeaseLost

NEXT, LATER = Mark(3, b"hash of 3"), Mark(9, b"hash of 9")
OTHER_HISTORY = Mark(3, b"another hash of 3")


@pytest_asyncio.fixture
async def checkpoints(ready: Graph) -> Checkpoints:
    made = Checkpoints(ready, "journey", 1, SLOTS)
    await made.make({})
    return made


async def save(graph: Graph, checkpoints: Checkpoints, held: dict[int, Checkpoint], mark: Mark) -> bool:
    """A save of slot 2 without rows; False where it had happened before."""
    async with graph.transaction() as tx:
        return await checkpoints.move(tx, held, {2: mark}, "a")


async def stands(checkpoints: Checkpoints) -> Mark:
    return (await checkpoints.read([2]))[2].mark


async def test_they_are_made_once(checkpoints: Checkpoints, ready: Graph):
    held = await checkpoints.claim([2], "a", free_of=[])
    await save(ready, checkpoints, held, NEXT)
    await checkpoints.make({})
    there = await checkpoints.read(range(SLOTS))
    assert set(range(SLOTS)) == set(there)
    assert sorted(each.mark for each in there.values()) == [START] * 7 + [NEXT]


async def test_each_claim_hands_out_another_epoch(checkpoints: Checkpoints):
    epochs = [(await checkpoints.claim([2], name, free_of=["a"]))[2].epoch for name in ("a", "b", "b")]
    assert epochs == [1, 2, 3]
    assert await checkpoints.claim([2], "a", free_of=[]) == {}, "it is somebody's"
    await checkpoints.release([2], "a")
    assert await checkpoints.claim([2], "a", free_of=[]) == {}, "nobody gives back what is another's"
    await checkpoints.release([2], "b")
    assert set(await checkpoints.claim([2], "a", free_of=[])) == {2}


async def test_a_save_moves_on_once(checkpoints: Checkpoints, ready: Graph):
    held = await checkpoints.claim([2], "a", free_of=[])
    assert await save(ready, checkpoints, held, NEXT)
    assert not await save(ready, checkpoints, held, NEXT), "it is recognised"
    assert await stands(checkpoints) == NEXT


async def test_a_stale_epoch_does_not_pass_even_where_nothing_moved(checkpoints: Checkpoints, ready: Graph):
    held = await checkpoints.claim([2], "a", free_of=[])
    await checkpoints.claim([2], "b", free_of=["a"])
    with pytest.raises(LeaseLost):
        await save(ready, checkpoints, held, NEXT)
    assert await stands(checkpoints) == START


@pytest.mark.parametrize("there", [LATER, OTHER_HISTORY], ids=["later", "another history"])
async def test_a_position_that_is_not_where_it_was_left_does_not_pass(
    checkpoints: Checkpoints, ready: Graph, there: Mark
):
    held = await checkpoints.claim([2], "a", free_of=[])
    await save(ready, checkpoints, held, there)
    with pytest.raises(LeaseLost, match="expected position 0"):
        await save(ready, checkpoints, held, NEXT)
    assert await stands(checkpoints) == there


async def test_of_two_at_once_one_passes(checkpoints: Checkpoints, ready: Graph):
    held = await checkpoints.claim([2], "a", free_of=[])
    marks = [Mark(number, bytes([number])) for number in range(1, 6)]
    saves = [save(ready, checkpoints, held, mark) for mark in marks]
    results = await asyncio.gather(*saves, return_exceptions=True)
    assert sum(result is True for result in results) == 1
    assert sum(isinstance(result, LeaseLost) for result in results) == 4
    assert await stands(checkpoints) == marks[results.index(True)]
