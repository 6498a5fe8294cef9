"""Records the lives of the agents (registered, ready, degraded, retired) and sends their heartbeats, which
carry their figures and expire soon.

If the store is away, the agents continue, and their events are written later. A killed process writes nothing
more; its agents are then silent, because their heartbeats have expired.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import structlog

from tta.agents.registry import AgentRegistry, AgentStanding
from tta.clock import now
from tta.commands.handle import CommandContext, Commands, handle
from tta.domain.agent import (
    AgentCommand,
    AgentIsNotThere,
    DegradeAgent,
    DegradedReason,
    MarkAgentReady,
    RegisterAgent,
    RetireAgent,
)
from tta.domain.agent import (
    id_of as agent_id,
)
from tta.domain.identity import derived_id
from tta.domain.targets import agent_target
from tta.eventstore.envelope import Causation
from tta.eventstore.errors import StoreError
from tta.eventstore.heartbeats import BEAT_EVERY_S, beat, end_beats
from tta.telemetry.errors import said, traced
from tta.telemetry.outages import Outage

LOOK_EVERY_S = 1.0
MEASURE_EVERY_S = 60.0
GOODBYE_S = 3.0  # Less than the time a process has to stop. An agent not retired by then appears as silent.
ACTOR = "agents"

log = structlog.get_logger(__name__)


class AgentLives:
    """Records the lives of one process's agents. Start `run` beside the agents' work; cancel it to stop."""

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
        """`life` is new for each start of a process, so that its repeated commands are recognised."""
        self._store = commands.aggregates.store
        self._lives = [
            _Life(commands, standing, worker, life, measure_every_s)
            for standing in registry.standings.values()
        ]
        self._beat_every_s = beat_every_s
        self._look_every_s = look_every_s
        self._outage = Outage("the event store, for the lives of agents", worker=worker)

    async def run(self) -> None:
        """Keep the records until cancelled, and then retire the agents."""
        try:
            await asyncio.gather(
                self._again_and_again(self._look_every_s, lambda each: each.keep_up()),
                self._again_and_again(
                    self._beat_every_s, lambda each: beat(self._store, each.id, each.told())
                ),
            )
        finally:
            await self._say_goodbye()

    async def _beat(self, life: "_Life") -> None:
        await beat(self._store, life.id, life.told())

    async def _again_and_again(self, every_s: float, act: Callable[["_Life"], Awaitable[None]]) -> None:
        while True:
            await asyncio.gather(*(_patiently(each, act, self._outage) for each in self._lives))
            await asyncio.sleep(every_s)

    async def _say_goodbye(self) -> None:
        async def end(life: "_Life") -> None:
            await life.end()
            await end_beats(self._store, life.id)

        try:
            async with asyncio.timeout(GOODBYE_S):
                await asyncio.gather(*(_patiently(each, end, self._outage) for each in self._lives))
        except TimeoutError:
            log.warning("agents cannot be retired, the store is away")


async def _patiently(life: "_Life", act: Callable[["_Life"], Awaitable[None]], outage: Outage) -> None:
    """Do it, or leave it for the next time: a failure here must not end an agent."""
    who = life.name, act
    try:
        await act(life)
    except StoreError as error:
        outage.failed(who, said(error))
    except Exception as error:  # noqa: BLE001 - The agents' work goes on without it.
        if not life.is_broken:
            log.error("an agent's life cannot be recorded", agent=life.name, error=traced(error))  # noqa: TRY400
        life.is_broken = True
    else:
        outage.worked(who)
        life.is_broken = False


class _Life:
    """One agent: what this process has recorded about it, and what it should record."""

    def __init__(
        self, commands: Commands, standing: AgentStanding, worker: str, life: UUID, measure_every_s: float
    ) -> None:
        self.name = standing.agent.NAME
        self.id = agent_id(worker, self.name)
        self.is_broken = False
        """The last attempt failed for another reason than an outage, and was logged."""
        self._commands = commands
        self._standing = standing
        self._worker = worker
        self._life = life
        self._measure_every_s = measure_every_s
        self._written = 0
        self._registered = False
        self._ready = False
        self._reason: DegradedReason | None = None

    async def keep_up(self) -> None:
        """Record what is not recorded yet."""
        try:
            await self._register()
            await self._say_how_it_is()
        except AgentIsNotThere:
            # Another process with this worker's name retired it: register it again.
            log.warning("another process has retired this agent", agent=self.name, worker=self._worker)
            self._registered = self._ready = False
            self._reason = None

    def told(self) -> bytes:
        """Return the content of its heartbeat: its figures so far."""
        return msgspec.msgpack.encode(self._standing.performance(self._measure_every_s))

    async def end(self) -> None:
        if self._registered:
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

    async def _write(self, command: AgentCommand) -> None:
        # A command keeps its id until it is known to be recorded. Another command never gets this id.
        what = command.reason if isinstance(command, DegradeAgent) else ""
        named = f"{type(command).__name__} {what}"
        command_id = derived_id("agent life", self._life, self.id, str(self._written), named)
        causation = Causation(
            actor=ACTOR, command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        await handle(
            self._commands, agent_target(self.id), command, CommandContext(causation), player_id=None
        )
        self._written += 1
