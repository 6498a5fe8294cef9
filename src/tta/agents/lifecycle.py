"""The agents' lives, written down: registered, ready, degraded, retired, how they did, and that they live.

Whatever becomes of the store, the agents go on: what could not be written is written later. A process that is
killed writes nothing more; its agents are silent then, because their heartbeats are gone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import structlog

from tta.agents.registry import AgentRegistry, Measure, Standing
from tta.clock import now
from tta.commands.handle import Asked, Commands, handle
from tta.commands.targets import agent_target
from tta.domain.agent import (
    AgentCommand,
    AgentIsNotThere,
    DegradeAgent,
    DegradedReason,
    MarkAgentReady,
    MeasureIsImpossible,
    MeasurePerformance,
    RegisterAgent,
    RetireAgent,
    agent_id,
)
from tta.domain.identity import derived_id
from tta.eventstore.envelope import Context
from tta.eventstore.errors import StoreError
from tta.eventstore.heartbeats import BEAT_EVERY_S, beat, end_beats
from tta.telemetry.errors import said, traced

LOOK_EVERY_S = 1.0
MEASURE_EVERY_S = 60.0
GOODBYE_S = 3.0  # Less than a process is given to end; who is not heard until then is silent instead.
ACTOR = "agents"

log = structlog.get_logger(__name__)


class AgentLives:
    """Keeps the lives of one process's agents. `run` it beside the agents' work, and cancel it to end."""

    def __init__(
        self,
        commands: Commands,
        registry: AgentRegistry,
        worker: str,
        *,
        life: UUID,
        beat_every_s: float = BEAT_EVERY_S,
        look_every_s: float = LOOK_EVERY_S,
        measure_every_s: float = MEASURE_EVERY_S,
    ) -> None:
        """`life` is new for each start of a process: what it writes is recognised if it is sent again."""
        self._store = commands.aggregates.store
        self._lives = [
            _Life(commands, standing, worker, life, measure_every_s)
            for standing in registry.standings.values()
        ]
        self._beat_every_s = beat_every_s
        self._look_every_s = look_every_s

    async def run(self) -> None:
        """Keep them until cancelled, and say then that they are retired."""
        try:
            await asyncio.gather(
                self._again_and_again(self._look_every_s, lambda each: each.keep_up()),
                self._again_and_again(self._beat_every_s, lambda each: beat(self._store, each.id)),
            )
        finally:
            await self._say_goodbye()

    async def _again_and_again(self, every_s: float, act: Callable[["_Life"], Awaitable[None]]) -> None:
        while True:
            await asyncio.gather(*(_patiently(each, act) for each in self._lives))
            await asyncio.sleep(every_s)

    async def _say_goodbye(self) -> None:
        async def end(life: "_Life") -> None:
            await life.end()
            await end_beats(self._store, life.id)

        try:
            async with asyncio.timeout(GOODBYE_S):
                await asyncio.gather(*(_patiently(each, end) for each in self._lives))
        except TimeoutError:
            log.warning("agents end without a word, the store is away")


async def _patiently(life: "_Life", act: Callable[["_Life"], Awaitable[None]]) -> None:
    """Do it, or leave it for the next time: no agent ends because its life cannot be written down."""
    bound = log.bind(agent=life.name)
    try:
        await act(life)
    except StoreError as error:
        if not life.is_unwritten:
            bound.warning("an agent's life is not written down now", error=said(error))
        life.is_unwritten = True
    except Exception as error:  # noqa: BLE001 - The agents' work goes on without it.
        if not life.is_unwritten:
            bound.error("an agent's life cannot be written down", error=traced(error))
        life.is_unwritten = True
    else:
        if life.is_unwritten:
            bound.info("an agent's life is written down again")
        life.is_unwritten = False


class _Life:
    """One agent: what the log says of it, as far as this process wrote it, and what it should say."""

    def __init__(
        self, commands: Commands, standing: Standing, worker: str, life: UUID, measure_every_s: float
    ) -> None:
        self.name = standing.agent.NAME
        self.id = agent_id(worker, self.name)
        self.is_unwritten = False
        """The last try failed, and was told of."""
        self._commands = commands
        self._standing = standing
        self._worker = worker
        self._life = life
        self._measure_every_s = measure_every_s
        self._written = 0
        self._registered = False
        self._ready = False
        self._reason: DegradedReason | None = None
        self._measured: tuple[Measure, datetime] | None = None

    async def keep_up(self) -> None:
        """Write down what is not written yet."""
        try:
            await self._register()
            await self._say_how_it_is()
            await self._say_how_it_did()
        except AgentIsNotThere:
            # Another process ended it under this worker's name: it begins again.
            log.warning("another process has retired this agent", agent=self.name, worker=self._worker)
            self._registered = self._ready = False
            self._reason = None

    async def end(self) -> None:
        if self._registered:
            await self._say_how_it_did(at_once=True)
            await self._write(RetireAgent(at=now()))

    async def _register(self) -> None:
        if self._registered:
            return
        told = self._standing.agent
        await self._write(
            RegisterAgent(
                name=told.NAME,
                capability=told.CAPABILITY,
                version=told.VERSION,
                worker=self._worker,
                at=now(),
            )
        )
        self._registered = True

    async def _say_how_it_is(self) -> None:
        reason = self._standing.reason
        if self._ready and reason is self._reason:
            return
        await self._write(
            MarkAgentReady(at=now()) if reason is None else DegradeAgent(reason=reason, at=now())
        )
        self._ready, self._reason = True, reason

    async def _say_how_it_did(self, *, at_once: bool = False) -> None:
        if self._measured is None:
            moment = now()
            since = self._standing.measured_since
            if not at_once and (moment - since).total_seconds() < self._measure_every_s:
                return
            measure = self._standing.measure()
            self._standing.begin_measure()
            if not measure.runs:
                return
            self._measured = measure, moment
        measure, until = self._measured
        try:
            await self._write(MeasurePerformance(**measure._asdict(), at=until))
        except MeasureIsImpossible as refused:
            # The clock was set back meanwhile: the next measure begins by the new one.
            log.warning("a measure is dropped", agent=self.name, error=said(refused))
        self._measured = None

    async def _write(self, command: AgentCommand) -> None:
        # The same command keeps its id until it is known to be written; another one never gets it.
        what = command.reason if isinstance(command, DegradeAgent) else ""
        named = f"{type(command).__name__} {what}"
        command_id = derived_id("agent life", self._life, self.id, str(self._written), named)
        context = Context(
            actor=ACTOR, command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        await handle(self._commands, agent_target(self.id), command, Asked(context), player_id=None)
        self._written += 1
