"""How does a session stand? What `GET /v1/sessions/{id}` answers."""

from collections.abc import Sequence
from typing import NamedTuple, assert_never

from msgspec import convert
from msgspec.structs import replace

from tta.domain.session import (
    EVENTS,
    STATUS_AFTER,
    SessionAbandoned,
    SessionCompleted,
    SessionEvent,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStatus,
)
from tta.domain.turns import (
    InteractionAnswered,
    InteractionSubmitted,
    NarrationRequested,
)
from tta.domain.vocabulary import Author
from tta.graph.engine import Graph
from tta.projector.read_model import Cypher, Fact, Key, LinkType, Row, RowLink, SequenceBy, boxed

NAME = "session_state"
VERSION = 2
SEQUENCE = SequenceBy.AGGREGATE


class SessionState(Row, frozen=True, kw_only=True):
    player: str
    story: str
    status: str
    version: int
    turn: int = 0
    unanswered: bool = False
    last_words: bytes | None = None
    """Sealed, as is the reply."""
    last_choice: str | None = None
    last_reply: bytes | None = None
    last_author: str | None = None
    scene: str | None = None
    choices: tuple[str, ...] = ()
    choice_texts: bytes | None = None
    """Sealed, in the order of `choices`."""
    ending: str | None = None
    disclosed: bool = False
    """With the last reply the player is told that they play with a machine."""
    started_ms: int
    changed_ms: int


ROWS: tuple[type[Row], ...] = (SessionState,)
LINKS: tuple[LinkType, ...] = ()
HANDLES = EVENTS
BEGINS = {SessionStarted: SessionState}

cypher = Cypher(VERSION, ROWS)

SESSION_BY_ID = cypher("""
MATCH (s:SessionState {id: $id})
RETURN s.*
""")
# The oldest first. Play that is held stands still on purpose, which another read model knows.
UNANSWERED = cypher("""
MATCH (s:SessionState)
WHERE s.unanswered = true AND s.status = $status AND s.changed_ms < $before_ms
RETURN s.id AS id, s.player AS player, s.turn AS turn, s.changed_ms AS changed_ms
ORDER BY s.changed_ms, s.id
LIMIT $sessions_max
""")


class UnansweredTurn(NamedTuple):
    """A session that is under way and whose last turn has no reply, as far as the read model knows."""

    id: str
    player: str
    turn: int
    changed_ms: int


def keys(fact: Fact[SessionEvent]) -> Sequence[Key]:
    return (Key(SessionState, fact.aggregate),)


def apply(key: Key, row: SessionState | None, fact: Fact[SessionEvent]) -> SessionState:
    event, version, at_ms = fact.event, fact.recorded.version, fact.at_ms
    if isinstance(event, SessionStarted):
        return _started(key.id, event, version, at_ms)
    assert row is not None, "a session begins with SessionStarted"
    match event:
        case InteractionSubmitted():
            return replace(
                row,
                version=version,
                changed_ms=at_ms,
                turn=event.turn,
                unanswered=True,
                last_words=boxed(event.words),
                last_choice=event.choice,
            )
        case InteractionAnswered():
            moved = event.passage.scene is not None
            return replace(
                row,
                version=version,
                changed_ms=at_ms,
                unanswered=False,
                last_reply=boxed(event.reply),
                last_author=str(event.author),
                scene=event.scene or row.scene,
                choices=event.passage.choices if moved else row.choices,
                choice_texts=boxed(event.choice_texts) if moved else row.choice_texts,
                ending=event.passage.ending or row.ending,
                disclosed=event.disclosed,
            )
        case NarrationRequested():
            return replace(row, version=version, changed_ms=at_ms)
        case SessionPaused() | SessionResumed() | SessionCompleted() | SessionAbandoned():
            status = STATUS_AFTER[type(event)]
            return replace(row, version=version, changed_ms=at_ms, status=str(status))
        case _:
            assert_never(event)


def links(_fact: Fact[SessionEvent]) -> Sequence[RowLink]:
    return ()


async def session_by_id(graph: Graph, session_id: str) -> SessionState | None:
    """Read one session's row."""
    found = await graph.read(SESSION_BY_ID, id=session_id)
    return convert(found[0], SessionState) if found else None


async def unanswered_before(graph: Graph, before_ms: int, *, sessions_max: int) -> list[UnansweredTurn]:
    """Read sessions under way whose last turn was said before then and has no reply, the oldest first."""
    found = await graph.read(
        UNANSWERED, status=SessionStatus.OPEN.value, before_ms=before_ms, sessions_max=sessions_max
    )
    return [UnansweredTurn(**row) for row in found]


def _started(session_id: str, event: SessionStarted, version: int, at_ms: int) -> SessionState:
    return SessionState(
        id=session_id,
        player=str(event.player_id),
        story=event.story,
        status=str(SessionStatus.OPEN),
        version=version,
        last_reply=boxed(event.opening),
        last_author=None if event.opening is None else str(Author.STORY),
        scene=event.passage.scene,
        choices=event.passage.choices,
        choice_texts=boxed(event.choice_texts),
        disclosed=True,
        started_ms=at_ms,
        changed_ms=at_ms,
    )
