"""The work beside the API: the projectors of the read models, and the reactors.

Add a new read model or reactor here, and nowhere else.
"""

import asyncio
import os
import socket
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

import structlog

from tta.agents.endpoint_llms import EndpointLlms
from tta.agents.lifecycle import AgentLives
from tta.agents.orchestrator import AgentOrchestrator
from tta.agents.team import team_of
from tta.app.overdue import OverdueAnswers
from tta.app.settings import Settings
from tta.commands.handle import Commands
from tta.eventstore.event_types import EventTypes
from tta.eventstore.store import EventStore
from tta.graph.engine import Graph
from tta.http.edge.wiring import OverdueReplies, StoppedLane
from tta.projections import agents, journey, player_state, progress, session_state
from tta.projections.catalogue import authored_content, open_catalogue
from tta.projector.freshness import Positions
from tta.projector.joint_saves import JointSaves
from tta.projector.leases import ReaderLeases
from tta.projector.log_feed import LogFeed
from tta.projector.projector import CHANGED, Projector
from tta.projector.read_model import ReadModel, read_model
from tta.reactors.idle_sessions import IdleSessions
from tta.reactors.leases import ReactorLeases
from tta.reactors.narration import NarrationReactor
from tta.reactors.practice import PracticeReactor
from tta.reactors.reactor import Reactor, RunningReactor
from tta.reactors.reply import ReplyReactor
from tta.reactors.timer_clock import TimerClock
from tta.reactors.timer_index import TimersReactor
from tta.security.key_files import HmacKeys
from tta.security.keyring import Keyring
from tta.stories.understanding.hearing import known_words
from tta.telemetry import metrics

log = structlog.get_logger(__name__)

UNCHECKED = "TTA_MODEL_TEXT_UNCHECKED is set: text of language models reaches players unchecked"
UNTOLD = "TTA_MODEL_TEXT_UNCHECKED is not set: language models only interpret words, and tell no passage"
READ_MODELS: tuple[ReadModel, ...] = tuple(
    map(read_model, (session_state, player_state, journey, progress, agents))
)
REACTOR_NAMES = (
    ReplyReactor.NAME,
    NarrationReactor.NAME,
    PracticeReactor.NAME,
    TimersReactor.NAME,
    IdleSessions.NAME,
)


class SharedResources(NamedTuple):
    """The resources that TTA's parts share."""

    settings: Settings
    store: EventStore
    types: EventTypes
    graph: Graph
    positions: Positions
    keys: "Keys | None"
    """None if the process only projects: projectors see sealed text and hold no keys."""
    graph_ready: asyncio.Event
    """Set while the graph can be used. It may be away at the start, or be opened again."""

    @property
    def commands(self) -> Commands:
        return self.required_keys.commands

    @property
    def required_keys(self) -> "Keys":
        assert self.keys is not None, "this process was opened without keys"
        return self.keys


class Keys(NamedTuple):
    """The keys and what needs them: handling commands, and opening sealed text."""

    keyring: Keyring
    hmac_keys: HmacKeys
    commands: Commands


class Work(NamedTuple):
    """The work of this process beside the API."""

    projectors: Sequence[Projector]
    reactors: Sequence[RunningReactor]
    orchestrator: AgentOrchestrator | None = None
    """None in a process that does not react."""
    clock: TimerClock | None = None
    """Likewise."""
    llms: EndpointLlms | None = None
    """None if the settings name none. A process that only serves shows their state and asks none."""
    overdue: OverdueAnswers | None = None
    """None in a process that serves no queries."""

    def stopped(self) -> list[StoppedLane]:
        """List the lanes that have stopped, at an event or because the log changed, and failed workers."""
        lanes = [
            StoppedLane(each.model.NAME, slot, poison.position, f"{poison.event}: {poison.error}")
            for each in self.projectors
            for slot, poison in each.poisons.items()
        ]
        lanes += [
            StoppedLane(each.model.NAME, slot, mark.position, CHANGED)
            for each in self.projectors
            for slot, mark in each.changed.items()
        ]
        whole = [(each.model.NAME, each.broken) for each in self.projectors]
        whole += [(each.name, each.broken) for each in self.reactors]
        return lanes + [StoppedLane(name, None, None, reason) for name, reason in whole if reason]

    def overdue_answers(self) -> OverdueReplies | None:
        """Return the number of overdue turns; None while it is unknown."""
        return None if self.overdue is None else self.overdue.latest

    async def models_rest(self) -> bool:
        """Return whether language models are configured and the breakers of all of them are open."""
        return self.llms is not None and await self.llms.all_rest()

    async def refresh_gauges(self) -> None:
        for projector in self.projectors:
            metrics.PROJECTION_EVENTS.labels(projector.model.NAME).set(projector.events_total)
        for reactor in self.reactors:
            metrics.REACTOR_DEALT.labels(reactor.name).set(reactor.dealt_total)
            metrics.REACTOR_PUT_BACK.labels(reactor.name).set(reactor.put_back_total)
        if self.orchestrator is not None:
            self.orchestrator.registry.refresh_gauges()
        if self.clock is not None:
            metrics.TIMERS_SCHEDULED.set(self.clock.scheduled)
        if self.llms is not None:
            await self.llms.refresh_gauges()


def worker_of(parts: SharedResources) -> str:
    """Return the name of this process among the workers."""
    return parts.settings.worker or f"{socket.gethostname()}:{os.getpid()}"


def projectors(parts: SharedResources) -> list[Projector]:
    """Create this process's projector of every read model."""
    process = worker_of(parts)
    saves = JointSaves(parts.graph)
    feed = LogFeed(parts.store)
    leases = ReaderLeases(parts.graph)
    return [
        Projector(
            parts.store,
            parts.types,
            parts.graph,
            model,
            parts.positions,
            worker=f"{model.NAME}@{process}",
            rows_max=parts.settings.remembered_max,
            saves=saves,
            feed=feed,
            leases=leases,
        )
        for model in READ_MODELS
    ]


async def prepare(parts: SharedResources) -> None:
    """Prepare every read model, and write the catalogue of stories. Queries may arrive before any projector
    has run.
    """
    for projector in projectors(parts):
        await projector.prepare()
    await open_catalogue(parts.graph, authored_content())


def reactors(
    parts: SharedResources, mediator: AgentOrchestrator, leases: ReactorLeases | None = None
) -> list[RunningReactor]:
    """Create this process's reactors. Without leases they work on all slots."""
    commands = parts.commands
    idle_hours = parts.settings.session_idle_hours
    reacting: tuple[Reactor, ...] = (
        ReplyReactor(commands, mediator),
        NarrationReactor(commands, mediator),
        PracticeReactor(commands),
        TimersReactor(parts.store),
        IdleSessions(commands, timedelta(hours=idle_hours) if idle_hours else None),
    )
    return [RunningReactor(parts.store, parts.types, each, leases=leases) for each in reacting]


def clock(parts: SharedResources) -> TimerClock:
    """Create the clock that lets timers fall due."""
    return TimerClock(parts.commands)


async def orchestrator(parts: SharedResources, llms: EndpointLlms | None) -> AgentOrchestrator:
    """Create this process's agents."""
    if llms is not None:
        log.warning(UNCHECKED if parts.settings.model_text_unchecked else UNTOLD)
        await llms.warm()
    known_words()  # This takes 50 to 100 ms, for which the first turn should not wait.
    return AgentOrchestrator(team_of(llms, model_text_unchecked=parts.settings.model_text_unchecked))


def lives(parts: SharedResources, mediator: AgentOrchestrator) -> AgentLives:
    """Create what records the lives of this process's agents."""
    return AgentLives(parts.commands, mediator.registry, worker_of(parts), life=uuid4())
