"""Live updates: what happens in a session, as it happens, with nothing lost or repeated in between.

Everything durable comes from the log: first what the caller missed, then what this process's one reader
hands on. Progress comes from whoever answers the turn, and may be missing.
"""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import structlog
from starlette.responses import Response

from tta.clock import now_s
from tta.commands.folding import states_of
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.session import require_started
from tta.domain.targets import record_target, session_target
from tta.eventstore.envelope import RecordedEvent
from tta.eventstore.errors import StoreError
from tta.http.edge.calls import Call, PlayerOf, Route
from tta.http.edge.problems import MALFORMED, NOT_FOUND, OVERLOADED, TOO_MANY_STREAMS, Problem
from tta.http.sessions.event_stream import HEADERS, HEARTBEAT, MEDIA_TYPE, EventStream, retry, sse
from tta.http.sessions.stream_bodies import Bye, Resync, StreamOpening, StreamTicket
from tta.http.sessions.telling import StreamEventWriter
from tta.live.catching_up import ResyncReason, missed
from tta.live.hub import Ending, Watch
from tta.live.stream_positions import AggregatePosition, NotNext, OtherFormat, StreamPosition
from tta.security.keyring import KeyringIncomplete
from tta.security.policy import Action
from tta.security.tickets import LIFETIME_S, mint_ticket
from tta.security.tokens import CLOCK_SKEW_S
from tta.telemetry.errors import said, traced
from tta.telemetry.metrics import STREAM_RESYNCS

RESYNCS = frozenset({Ending.SLOW, Ending.CHANGED})

log = structlog.get_logger(__name__)


async def stream_session(call: Call) -> Response:
    stood = _last_seen(call)
    session_id = call.path_id("session_id")
    player_id = call.player_id
    if call.request.method == "HEAD":
        return Response(None, 200, HEADERS, MEDIA_TYPE)
    hub = call.services.live
    watcher = str(call.principal.player_id or call.principal.subject)
    watch = Watch(watcher, session_id, safety_record_id(player_id))
    await hub.join(watch)
    try:
        stream = Stream(call, session_id, player_id, watch)
        await stream.begin(stood)
    except BaseException:
        hub.leave(watch)
        raise
    return EventStream(stream.written(), gone=lambda: watch.end(Ending.LEFT), left=lambda: hub.leave(watch))


async def make_stream_ticket(call: Call) -> Response:
    session_id = call.path_id("session_id")
    ticket = StreamTicket(mint_ticket(call.services.tokens, call.principal, session_id), LIFETIME_S)
    return Response(msgspec.json.encode(ticket), 200, {"Cache-Control": "no-store"}, "application/json")


class Stream:
    """One open stream: where it stands, and what it writes next. Its watch has begun before it."""

    def __init__(self, call: Call, session_id: UUID, player_id: UUID, watch: Watch) -> None:
        self._call = call
        self._session_id = session_id
        self._player_id = player_id
        self._record_id = safety_record_id(player_id)
        self._watch = watch
        self._telling = StreamEventWriter(call, player_id)
        self._missed: list[RecordedEvent] = []
        self._begins = b""
        self._silent_since = 0.0
        """Of the loop's clock: when the last byte had been handed on."""
        self._position: StreamPosition

    async def begin(self, stood: StreamPosition | ResyncReason | None) -> None:
        """Find out where the session stands, and read what the caller missed since they stood there."""
        aggregates = self._call.services.commands.aggregates
        played, held = session_target(self._session_id), record_target(self._player_id)
        current, record = await aggregates.load([played, held])
        states = states_of([played, held], [current, record])
        session = require_started(states.of(played))
        stands = StreamPosition(AggregatePosition.of(current.head), AggregatePosition.of(record.head))
        self._telling.answered = session.turns.last - session.turns.unanswered
        self._position = stands
        if isinstance(stood, StreamPosition):
            found = await missed(aggregates.store, self._session_id, self._record_id, stood, stands)
            if not isinstance(found, ResyncReason):
                self._position, self._missed = stood, found
                return
            stood = found
        opened = StreamOpening(
            self._session_id,
            current.head.version,
            session.status.value,
            session.turns.last,
            session.turns.unanswered,
            states.of(held).held,
        )
        if stood is None:
            self._begins = sse("open", opened, stands)
        else:
            STREAM_RESYNCS.labels(stood.value).inc()
            self._begins = sse("resync", Resync(stood.value, opened), stands)

    async def written(self) -> AsyncIterator[bytes]:
        """Write what was missed and what comes, until the watch ends."""
        loop = asyncio.get_running_loop()
        yield retry() + self._begins
        self._silent_since = loop.time()
        try:
            while self._missed or self._watch.ending is None:
                chunk = await (self._told(self._missed.pop(0)) if self._missed else self._next())
                if chunk:
                    yield chunk
                    self._silent_since = loop.time()
        except NotNext as error:
            log.warning("a stream begins anew", error=said(error))
            self._watch.end(Ending.CHANGED)
        except (StoreError, KeyringIncomplete) as error:
            log.warning("a stream cannot go on", error=said(error))
            self._watch.end(Ending.UNAVAILABLE)
        except Exception as error:  # noqa: BLE001 - The answer has begun: it is to end well, whatever is wrong.
            log.error("a stream broke", error=traced(error))  # noqa: TRY400 - A traceback of our own making.
            self._watch.end(Ending.UNAVAILABLE)
        yield _last_words(self._watch.ending or Ending.UNAVAILABLE)

    async def _next(self) -> bytes:
        """Wait for what comes next, and write it; a comment where nothing was sent for a while."""
        left_s = self._call.principal.expires_s + CLOCK_SKEW_S - now_s()
        if left_s <= 0:
            self._watch.end(Ending.EXPIRED)
            return b""
        silent_s = asyncio.get_running_loop().time() - self._silent_since
        due_in_s = self._call.services.live.heartbeat_s - silent_s
        if due_in_s <= 0:
            return HEARTBEAT
        found = await self._watch.next(min(due_in_s, left_s))
        if found is None:
            return b""
        return await self._told(found) if isinstance(found, RecordedEvent) else self._telling.step(found)

    async def _told(self, recorded: RecordedEvent) -> bytes:
        position = self._position.after(recorded, of_session=recorded.aggregate_id == self._session_id)
        if position is None:
            return b""
        chunk = await self._telling.event(recorded, position)
        self._position = position
        return chunk


def _last_words(ending: Ending) -> bytes:
    if ending is Ending.LEFT:
        return b""
    if ending in RESYNCS:
        STREAM_RESYNCS.labels(ending.value).inc()
        return sse("resync", Resync(ending.value))
    return sse("bye", Bye(ending.value))


def _last_seen(call: Call) -> StreamPosition | ResyncReason | None:
    """Read where the caller stands: the header of one who comes again, or the parameter of one anew."""
    request = call.request
    raw = request.headers.get("last-event-id") or request.query_params.get("last_event_id")
    if not raw:
        return None
    try:
        return StreamPosition.read(raw)
    except OtherFormat:
        # A page that was open while TTA was updated goes on: browsers do not come again after a refusal.
        return ResyncReason.UNKNOWN
    except ValueError as error:
        raise Problem(MALFORMED, "Last-Event-ID is the id of an event of this stream, as it came") from error


QUERIES = (
    Route(
        "GET",
        "/v1/sessions/{session_id}/stream",
        stream_session,
        Action.SESSION_READ,
        "Follow a session live",
        operation="stream_session",
        player=PlayerOf.SESSION,
        problems=(NOT_FOUND, TOO_MANY_STREAMS, OVERLOADED),
        query=("last_event_id",),
        media_type=MEDIA_TYPE,
        reads_log=True,
        ticketed=True,
    ),
    Route(
        "POST",
        "/v1/sessions/{session_id}/stream-tickets",
        make_stream_ticket,
        Action.SESSION_READ,
        "Make a ticket for a browser to follow a session",
        operation="make_stream_ticket",
        player=PlayerOf.SESSION,
        answer=StreamTicket,
        problems=(NOT_FOUND,),
        reads_log=True,
    ),
)
