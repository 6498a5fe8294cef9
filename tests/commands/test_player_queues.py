"""Commands of one player wait in a bounded queue, in order, and whoever leaves it holds nobody up."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from tests.support.commands.command_examples import some_id
from tta.commands.player_queues import (
    REST_SHARE,
    RUN_MAX,
    WAITING_MAX,
    PlayerQueues,
    SenderLeft,
    TooManyConflicts,
)
from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable
from tta.telemetry.metrics import REGISTRY

PLAYER = some_id()


class Line:
    """A queue of one player, and what happened in it; the first command has its turn until it is told."""

    def __init__(self) -> None:
        self.queues = PlayerQueues()
        self.happened: list[str] = []
        self.go_on = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.error: Exception | None = None

    async def first(self) -> None:
        async with self.queues.turn(PLAYER):
            await self.go_on.wait()
            self.happened.append("first")
            if self.error is not None:
                raise self.error

    async def command(self, name: str, left: asyncio.Event | None = None, *, bounded: bool = True) -> None:
        async def leaving() -> None:
            assert left is not None
            await left.wait()

        async with self.queues.turn(PLAYER, left=leaving if left else None, bounded=bounded):
            await asyncio.sleep(0)
            self.happened.append(name)

    def begin(
        self, name: str, left: asyncio.Event | None = None, *, bounded: bool = True
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(self.command(name, left, bounded=bounded))
        self.tasks.append(task)
        return task

    async def waits(self, count: int) -> None:
        while self.queues.waiting(PLAYER) != count:  # noqa: ASYNC110 - It is other tasks' turn.
            await asyncio.sleep(0)

    async def ended(self) -> list[BaseException | None]:
        self.go_on.set()
        return await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def line() -> AsyncIterator[Line]:
    made = Line()
    made.tasks.append(asyncio.create_task(made.first()))
    while not made.queues.is_busy(PLAYER):  # noqa: ASYNC110 - It is the task's turn.
        await asyncio.sleep(0)
    yield made
    await made.ended()
    assert not made.queues.is_busy(PLAYER), "nothing is kept of a player without commands"
    assert waiting() == 0


def waiting() -> float | None:
    return REGISTRY.get_sample_value("tta_commands_waiting")


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("tta_commands_refused_total", {"reason": reason}) or 0.0


async def test_commands_have_their_turn_in_the_order_in_which_they_came(line: Line):
    names = [f"{number}" for number in range(40)]
    for name in names:
        line.begin(name)
    await line.waits(40)
    assert waiting() == 40
    await line.ended()
    assert line.happened == ["first", *names]


async def test_one_players_queue_holds_up_nobody_else(line: Line):
    line.begin("waits")
    await line.waits(1)
    async with line.queues.turn(some_id()):
        assert line.happened == []


async def test_a_command_that_comes_later_does_not_get_in_first(line: Line):
    """Not even in the moment between the end of one turn and the beginning of the next."""
    line.begin("second")
    await line.waits(1)
    line.go_on.set()
    while "first" not in line.happened:  # noqa: ASYNC110 - It is the task's turn.
        await asyncio.sleep(0)
    await line.command("third")
    assert line.happened == ["first", "second", "third"]


async def test_256_wait_and_the_next_is_refused(line: Line):
    for number in range(WAITING_MAX):
        line.begin(f"{number}")
    await line.waits(WAITING_MAX)
    before = refused("queue-full")
    with capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(TooManyConflicts, match=f"{WAITING_MAX} commands wait already"):
                await line.command("refused")
        line.begin("patient", bounded=False)
        await line.waits(WAITING_MAX + 1)
        assert all(each is None for each in await line.ended())
    assert refused("queue-full") == before + 3
    assert line.happened[-1] == "patient"
    assert "refused" not in line.happened
    assert [(each["event"], each["log_level"]) for each in logs] == [
        ("a player's queue is full, commands are refused", "warning"),
        ("a player's queue is empty again", "info"),
    ]
    assert (logs[0]["player"], logs[1]["refused"]) == (str(PLAYER), 3)
    await line.command("later")


async def test_who_leaves_makes_room(line: Line):
    left = asyncio.Event()
    leaving = [line.begin(f"leaves {number}", left) for number in range(2)]
    for number in range(WAITING_MAX - 2):
        line.begin(f"{number}")
    await line.waits(WAITING_MAX)
    left.set()
    for each in leaving:
        with pytest.raises(SenderLeft):
            await each
    await line.waits(WAITING_MAX - 2)
    line.begin("comes")
    await line.ended()
    assert not any(each.startswith("leaves") for each in line.happened)
    assert len(line.happened) == WAITING_MAX


async def test_who_leaves_once_it_is_called_up_is_handled_all_the_same(line: Line):
    left = asyncio.Event()
    last = line.begin("called up", left)
    await line.waits(1)
    line.go_on.set()
    await line.waits(0)
    left.set()
    await last
    assert line.happened == ["first", "called up"]


async def test_a_command_that_is_cancelled_while_it_waits_leaves_the_queue(line: Line):
    cancelled = line.begin("cancelled")
    line.begin("next")
    await line.waits(2)
    cancelled.cancel()
    await line.waits(1)
    await line.ended()
    assert line.happened == ["first", "next"]


async def test_a_command_that_is_cancelled_in_the_moment_it_is_called_up_holds_up_nobody(line: Line):
    cancelled = line.begin("cancelled")
    line.begin("next")
    await line.waits(2)
    line.go_on.set()
    await line.waits(1)
    cancelled.cancel()
    assert isinstance((await line.ended())[1], asyncio.CancelledError)
    assert line.happened == ["first", "next"]


async def test_a_command_that_is_cancelled_during_its_turn_holds_up_nobody(line: Line):
    line.begin("next")
    await line.waits(1)
    line.tasks[0].cancel()
    await asyncio.gather(*line.tasks[1:])
    assert line.happened == ["next"]


async def test_a_command_that_fails_holds_up_nobody(line: Line):
    line.error = ValueError("a rule of ours is broken")
    line.begin("next")
    await line.waits(1)
    await line.ended()
    assert line.happened == ["first", "next"]


@pytest.mark.parametrize("error", [StoreUnavailable("away"), OutcomeUnknown("away")])
async def test_while_the_store_is_away_nobody_waits_for_it_one_after_another(line: Line, error: Exception):
    line.error = error
    for number in range(3):
        line.begin(f"{number}", bounded=number < 2)
    cancelled = line.begin("cancelled")
    await line.waits(4)
    line.go_on.set()
    await line.waits(0)
    cancelled.cancel()
    ended = await line.ended()
    goes_on = isinstance(error, OutcomeUnknown)  # The one that is not bounded: the store answers.
    patient = type(None) if goes_on else StoreUnavailable
    failed = [StoreUnavailable] * 2 + [patient, asyncio.CancelledError]
    assert [type(each) for each in ended[1:]] == failed
    assert line.happened == (["first", "2"] if goes_on else ["first"])


async def test_after_a_run_of_commands_a_queue_rests_so_that_other_processes_come_first():
    loop, queues, began = asyncio.get_running_loop(), PlayerQueues(), list[float]()
    handled_s = 0.004

    async def command() -> None:
        async with queues.turn(PLAYER):
            began.append(loop.time())
            await asyncio.sleep(handled_s)

    await asyncio.gather(*(command() for _ in range(2 * RUN_MAX + 1)))
    for run in range(2):
        first, last, following = (
            began[run * RUN_MAX],
            began[(run + 1) * RUN_MAX - 1],
            began[(run + 1) * RUN_MAX],
        )
        # The last command's own time comes on top of both sides.
        rest_s = following - last - handled_s
        assert rest_s >= REST_SHARE * (last - first) * 0.9
    assert not queues.is_busy(PLAYER)


async def test_who_leaves_during_the_rest_leaves_an_empty_queue():
    queues, left = PlayerQueues(), asyncio.Event()

    async def leaving() -> None:
        await left.wait()

    async def command(number: int) -> None:
        async with queues.turn(PLAYER, left=leaving):
            await asyncio.sleep(0.002)
            if number == RUN_MAX - 1:
                left.set()

    ended = await asyncio.gather(*(command(number) for number in range(RUN_MAX + 1)), return_exceptions=True)
    assert isinstance(ended[-1], SenderLeft)
    while queues.is_busy(PLAYER):  # noqa: ASYNC110 - The rest ends by itself.
        await asyncio.sleep(0.001)
