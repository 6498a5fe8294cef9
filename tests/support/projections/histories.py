"""Histories for read models: events as in the log, written by hand or played at random."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st
from msgspec.structs import replace

from tta.app import work
from tta.app.aggregates import event_types
from tta.domain import agent, care_plan, player, safety_record, session
from tta.domain.agent import (
    AgentCommand,
    DegradeAgent,
    DegradedReason,
    MarkAgentReady,
    MeasurePerformance,
    RegisterAgent,
    RetireAgent,
)
from tta.domain.base import Event, Refusal, SealedText, personal_fields
from tta.domain.care_plan import (
    AchieveMilestone,
    CarePlanCommand,
    CompleteGoal,
    PractiseSkill,
    RecordMeasure,
    RecordProgress,
    SetGoal,
    SetGoalAside,
)
from tta.domain.care_plan import id_of as care_plan_id
from tta.domain.identity import derived_id, owned_id
from tta.domain.measures import QUESTIONNAIRES, MeasureKind
from tta.domain.passages import Passage
from tta.domain.player import GiveConsent, PlayerRegistered, RegisterPlayer, SetPreferences, WithdrawConsent
from tta.domain.safety_record import (
    EnterRecovery,
    LeaveRecovery,
    PlaceSafetyHold,
    ReleaseSafetyHold,
)
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.session import (
    AbandonSession,
    CompleteSession,
    PauseSession,
    ResumeSession,
    StartSession,
)
from tta.domain.turns import (
    AnswerInteraction,
    RequestNarration,
    SubmitInteraction,
)
from tta.domain.vocabulary import (
    AccessibilityNeed,
    AgeBand,
    Approach,
    Author,
    ConsentPurpose,
    RiskLevel,
    Role,
)
from tta.eventstore.envelope import ABSENT, Causation, Head, RecordedEvent, pack
from tta.eventstore.subscription import START, Batch, Mark
from tta.graph.engine import Graph
from tta.projections import agents, journey, player_state, progress, session_state
from tta.projector.read_model import Fact, Key, ReadModel, Row, RowLink, Storage, read_model

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
NOON_MS = 1_774_008_000_000
TYPES, READ_MODELS = event_types(), work.READ_MODELS
SESSION_STATE, PLAYER_STATE, JOURNEY, PROGRESS, AGENTS = map(
    read_model, (session_state, player_state, journey, progress, agents)
)
SLOT = 7
SAM = UUID(bytes=bytes([SLOT]) + derived_id("Sam").bytes[1:])
PLAY = owned_id(SAM, "session", "first")
HELLO, WELCOME = SealedText(b"\x01hello"), SealedText(b"\x01welcome")


class Happened(NamedTuple):
    """An event that is not in the log yet."""

    aggregate: UUID
    event: Event
    player: UUID


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def sealed(event: Event) -> Event:
    """Seal an event for the store: each personal value becomes a box that names it."""
    fields = [field for field in personal_fields(type(event)) if getattr(event, field) is not None]
    boxes = {field: SealedText(f"\x01{type(event).__name__}.{field}".encode()) for field in fields}
    clear = {field: box for field, box in boxes.items() if not isinstance(getattr(event, field), SealedText)}
    return replace(event, **clear)


def log_of(happened: Iterable[Happened], *, slot: int = SLOT) -> list[RecordedEvent]:
    """Return the events as recorded in one slot's log."""
    heads: dict[UUID, Head] = defaultdict(lambda: ABSENT)
    log: list[RecordedEvent] = []
    for position, (aggregate, event, subject) in enumerate(happened, 1):
        command_id = derived_id("command", aggregate, str(position))
        causation = Causation(
            actor=subject, command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        (entry,), digest = pack(
            [TYPES.draft(sealed(event))],
            aggregate=aggregate,
            subject=subject,
            after=heads[aggregate],
            first_index=0,
            causation=causation,
        )
        log.append(RecordedEvent(slot, position, NOON_MS + position, entry))
        heads[aggregate] = Head(heads[aggregate].version + 1, digest)
    return log


def sam_log(*events: Event, aggregate: UUID = PLAY) -> list[RecordedEvent]:
    return log_of(Happened(aggregate, event, SAM) for event in events)


def batches(log: Sequence[RecordedEvent], sizes: Iterable[int]) -> list[Batch]:
    """Cut one slot's log into batches of these sizes; the rest is the last batch."""
    cut, rest = [], list(log)
    for size in sizes:
        cut.append(rest[:size])
        rest = rest[size:]
    return [batch(events) for events in (*cut, rest) if events]


def batch(events: Sequence[RecordedEvent]) -> Batch:
    return Batch(events[-1].slot, list(events), Mark.of(events[-1]))


def mark(log: Sequence[RecordedEvent]) -> Mark:
    return Mark.of(log[-1]) if log else START


def folded(model: ReadModel, log: Iterable[RecordedEvent]) -> tuple[dict[Key, Row], set[RowLink]]:
    """Fold a log with a read model, event by event: the reference for all other code."""
    rows: dict[Key, Row] = {}
    links: set[RowLink] = set()
    handled = {event.__name__ for event in model.HANDLES}
    for recorded in log:
        if recorded.type in handled:
            fact = Fact(TYPES.event(recorded), recorded)
            for key in model.keys(fact):
                rows[key] = model.apply(key, rows.get(key), fact)
            links |= set(model.links(fact))
    return rows, links


def player_ids(count: int, *, slot: int = SLOT) -> list[UUID]:
    return [UUID(bytes=bytes([slot]) + derived_id("player", str(each)).bytes[1:]) for each in range(count)]


def _preferences(at: datetime, number: int) -> SetPreferences:
    return SetPreferences(
        avoid_topics=("spiders",),
        trigger_warnings=(),
        intensity=1 + number % 5,
        approaches=(Approach.ACT, Approach.CBT)[: number % 3],
        language="de",
        region="CH",
        time_zone="Europe/Zurich",
        age_band=AgeBand.FROM_65,
        accessibility=tuple(AccessibilityNeed)[: number % 3],
        emergency_contact="Ada, 079" if number % 2 else None,
        at=at,
    )


def _asked(player_id: UUID, what: str, at: datetime, number: int) -> list[tuple[Any, UUID, Any]]:
    """Commands to aggregates. There are few sessions, so that much happens in each."""
    play = owned_id(player_id, "session", str(number % 3))
    turn: dict[str, Any] = {"at": at, "held": False}
    commands = {
        "register": (player, player_id, _registration(at)),
        "agree": (
            player,
            player_id,
            GiveConsent(purpose=tuple(ConsentPurpose)[number % 2], version=1, at=at),
        ),
        "disagree": (player, player_id, WithdrawConsent(purpose=tuple(ConsentPurpose)[number % 2], at=at)),
        "prefer": (player, player_id, _preferences(at, number)),
        "hold": (
            safety_record,
            safety_record_id(player_id),
            PlaceSafetyHold(reason="They said so.", level=RiskLevel.HIGH, by=Role.THERAPIST, at=at),
        ),
        "release": (
            safety_record,
            safety_record_id(player_id),
            ReleaseSafetyHold(reason="They are safe.", by=Role.THERAPIST, at=at),
        ),
        "soften": (
            safety_record,
            safety_record_id(player_id),
            EnterRecovery(by=Role.SERVICE, at=at),
        ),
        "recover": (safety_record, safety_record_id(player_id), LeaveRecovery(by=Role.THERAPIST, at=at)),
        "start": (session, play, StartSession(player_id=player_id, story="clearing", consented=True, **turn)),
        "say": (session, play, SubmitInteraction(words="Hello", consented=True, **turn)),
        "ask a model": (session, play, RequestNarration(turn=1 + number % 3, **turn)),
        "choose": (session, play, SubmitInteraction(choice="leave", consented=True, **turn)),
        "pause": (session, play, PauseSession(at=at)),
        "resume": (session, play, ResumeSession(consented=True, **turn)),
        "complete": (session, play, CompleteSession(at=at)),
        "abandon": (session, play, AbandonSession(at=at)),
    }
    plans = {
        name: (care_plan, care_plan_id(player_id), each) for name, each in _planned(player_id, at, number)
    }
    workers = {
        name: (agent, owned_id(player_id, "agent"), each) for name, each in _worked(player_id, at, number)
    }
    found = (commands | plans | workers).get(what)
    return [] if found is None else [found]


def _planned(player_id: UUID, at: datetime, number: int) -> list[tuple[str, CarePlanCommand]]:
    """Commands to care plans. There are few goals, so that much happens to each."""
    goal_id = owned_id(player_id, "goal", str(number % 3))
    play = owned_id(player_id, "session", str(number % 3))
    at_once: dict[str, Any] = {"goal_id": goal_id, "at": at}
    kind = tuple(MeasureKind)[number % 2]
    answers = tuple(each % 4 for each in range(number, number + len(QUESTIONNAIRES[kind].items)))
    # Half a second of a history stands for more than an hour between questionnaires.
    later, asked_id = NOON + (at - NOON) * 7_201, derived_id("asked", at.isoformat())
    practise: dict[str, Any] = {
        "skill": ("breathing", "grounding")[number % 2],
        "session_id": play,
        "turn": number,
    }
    return [
        ("aim", SetGoal(text="Go out", **at_once)),
        ("advance", RecordProgress(attainment=number % 5 - 2, note="Hm" if number % 2 else None, **at_once)),
        ("reach", AchieveMilestone(milestone_id=asked_id, text="There", **at_once)),
        ("achieve", CompleteGoal(**at_once)),
        ("leave", SetGoalAside(**at_once)),
        ("practise", PractiseSkill(scene="river", at=at, **practise)),
        ("measure", RecordMeasure(id=asked_id, measure=kind, answers=answers, at=later)),
    ]


def _worked(player_id: UUID, at: datetime, number: int) -> list[tuple[str, AgentCommand]]:
    """Commands to agents: one for each player, so that each slot has some."""
    reason = tuple(DegradedReason)[number % 2]
    did: dict[str, Any] = {
        "failures": number % 2,
        "p50_ms": 0.5,
        "p95_ms": 0.5 + number,
        "since": at - timedelta(seconds=0.25),
        "model_runs": number % 2,
        "model_p95_ms": 0.25 * number,
    }
    return [
        ("enlist", RegisterAgent(name="a", capability="b", version=number, worker=str(player_id), at=at)),
        ("ready", MarkAgentReady(at=at)),
        ("degrade", DegradeAgent(reason=reason, at=at)),
        ("gauge", MeasurePerformance(runs=number + 1, at=at, **did)),
        ("retire", RetireAgent(at=at)),
    ]


def _registration(at: datetime) -> RegisterPlayer:
    return RegisterPlayer(
        name="Sam",
        language="en",
        region="GB",
        time_zone="Europe/London",
        age_band=AgeBand.FROM_25_TO_64,
        at=at,
    )


WISHES = (
    *("register", "agree", "disagree", "prefer", "hold", "release", "soften", "recover", "start"),
    *("say", "say", "say", "choose", "ask a model"),
    *("answer", "answer", "answer", "pause", "resume", "complete", "abandon"),
    *("aim", "aim", "advance", "reach", "achieve", "leave", "practise", "measure"),
    *("enlist", "ready", "degrade", "gauge", "retire"),
)


def played(wishes: Iterable[tuple[int, str, int]], players: Sequence[UUID]) -> list[Happened]:
    """Send random commands of players; return the events of those that the rules allow."""
    states: dict[UUID, Any] = {}
    happened: list[Happened] = []
    begins = [(who, what, 0) for who in range(len(players)) for what in ("register", "agree", "start")]
    for step, (who, what, number) in enumerate([*begins, *wishes]):
        at, player_id = after(step * 0.5), players[who % len(players)]
        asked = _asked(player_id, what, at, number)
        if what == "answer":
            play = owned_id(player_id, "session", str(number % 3))
            state = states.get(play)
            turn = state.turns.last if isinstance(state, session.StartedSession) else 0
            answer = AnswerInteraction(
                turn=turn,
                reply="Hm.",
                author=Author.STORY,
                held=False,
                passage=Passage(
                    scene=("clearing", "river", None)[number % 3],
                    skill=("grounding", None)[number % 2],
                    choices=("stay", "go")[: number % 3],
                ),
                choice_texts=("Stay", "Go")[: number % 3],
                at=at,
            )
            asked = [(session, play, answer)]
        for module, aggregate, command in asked:
            state = states.get(aggregate, module.initial)
            try:
                decided = module.decide(state, command)
            except Refusal:
                continue
            for event in decided:
                states[aggregate] = state = module.evolve(state, sealed(event))
                happened.append(Happened(aggregate, event, player_id))
    return happened


wishes = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(WISHES), st.integers(0, 5)), min_size=5, max_size=60
)


REGISTERED = PlayerRegistered(
    name=HELLO, language="en", region="GB", time_zone="UTC", age_band=AgeBand.UNDISCLOSED, at=NOON
)


async def keep(graph: Graph, model: ReadModel, log: Iterable[RecordedEvent]) -> None:
    """Write the result of a log, as the projector would."""
    storage = Storage(model)
    await graph.declare(storage.schema)
    rows, links = folded(model, log)
    async with graph.transaction() as tx:
        for kind, statement in storage.adds.items():
            written = [storage.properties(row) for key, row in rows.items() if key.row is kind]
            await tx.run(statement, rows=written)
        for link, statement in storage.joins.items():
            ends = [{"source": each[1], "target": each[2]} for each in links if each.type == link]
            await tx.run(statement, rows=ends)
