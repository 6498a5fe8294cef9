"""Who is this player, what have they agreed to and asked for? What `GET /v1/players/{id}` answers."""

from collections.abc import Sequence
from typing import assert_never, get_args

from msgspec import convert
from msgspec.structs import replace

from tta.domain.base import Event
from tta.domain.player import ConsentGiven, ConsentWithdrawn, PlayerEvent, PlayerRegistered, PreferencesSet
from tta.domain.safety_record import RecoveryEntered, RecoveryLeft, SafetyHoldPlaced, SafetyHoldReleased
from tta.graph.engine import Graph
from tta.projector.read_model import Cypher, Fact, Key, LinkType, Row, RowLink, SequenceBy, boxed

NAME = "player_state"
VERSION = 2
SEQUENCE = SequenceBy.SUBJECT


class PlayerState(Row, frozen=True, kw_only=True):
    version: int = 0
    """Of the player, not of the safety record whose hold is shown beside."""
    name: bytes | None = None
    """Sealed, as are topics, warnings and contact."""
    language: str = ""
    region: str = ""
    time_zone: str = ""
    age_band: str = ""
    consents: tuple[str, ...] = ()
    """As `purpose:version`."""
    held: bool = False
    recovery: bool = False
    """Play is softened; of the safety record too."""
    preferences_set: bool = False
    avoid_topics: bytes | None = None
    trigger_warnings: bytes | None = None
    emergency_contact: bytes | None = None
    intensity: int = 0
    approaches: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    registered_ms: int = 0
    changed_ms: int = 0


ROWS: tuple[type[Row], ...] = (PlayerState,)
LINKS: tuple[LinkType, ...] = ()
SafetyEvent = SafetyHoldPlaced | SafetyHoldReleased | RecoveryEntered | RecoveryLeft
PlayerStateEvent = PlayerEvent | SafetyEvent
HANDLES: tuple[type[Event], ...] = get_args(PlayerStateEvent)
BEGINS: dict[type[Event], type[Row]] = {}  # A safety record may come before its player.

cypher = Cypher(VERSION, ROWS)

PLAYER_BY_ID = cypher("""
MATCH (p:PlayerState {id: $id})
RETURN p.*
""")
HELD_AMONG = cypher("""
MATCH (p:PlayerState)
WHERE p.id IN $players AND p.held = true
RETURN p.id AS id
""")


def keys(fact: Fact[PlayerStateEvent]) -> Sequence[Key]:
    return (Key(PlayerState, str(fact.recorded.subject_id)),)


def apply(key: Key, row: PlayerState | None, fact: Fact[PlayerStateEvent]) -> PlayerState:
    event = fact.event
    row = row or PlayerState(id=key.id)
    if isinstance(event, SafetyHoldPlaced | SafetyHoldReleased):
        return replace(row, held=isinstance(event, SafetyHoldPlaced))
    if isinstance(event, RecoveryEntered | RecoveryLeft):
        return replace(row, recovery=isinstance(event, RecoveryEntered))
    row = replace(row, version=fact.recorded.version, changed_ms=fact.at_ms)
    match event:
        case PlayerRegistered():
            row = replace(
                row,
                name=boxed(event.name),
                language=event.language,
                region=event.region,
                time_zone=event.time_zone,
                age_band=event.age_band.value,
                registered_ms=fact.at_ms,
            )
        case ConsentGiven():
            given = f"{event.purpose}:{event.version}"
            row = replace(row, consents=(*_without(row.consents, event.purpose), given))
        case ConsentWithdrawn():
            row = replace(row, consents=_without(row.consents, event.purpose))
        case PreferencesSet():
            row = replace(
                row,
                preferences_set=True,
                avoid_topics=boxed(event.avoid_topics),
                trigger_warnings=boxed(event.trigger_warnings),
                emergency_contact=boxed(event.emergency_contact),
                intensity=event.intensity,
                approaches=tuple(each.value for each in event.approaches),
                accessibility=tuple(each.value for each in event.accessibility),
                language=event.language,
                region=event.region,
                time_zone=event.time_zone,
                age_band=event.age_band.value,
            )
        case _:
            assert_never(event)
    return row


def links(_fact: Fact[PlayerStateEvent]) -> Sequence[RowLink]:
    return ()


async def player_by_id(graph: Graph, player_id: str) -> PlayerState | None:
    """Read one player's row; None too for whom only a safety record is known."""
    found = await graph.read(PLAYER_BY_ID, id=player_id)
    return convert(found[0], PlayerState) if found and found[0]["registered_ms"] else None


async def held_among(graph: Graph, players: Sequence[str]) -> set[str]:
    """Of these players, name those whose play is held."""
    return {row["id"] for row in await graph.read(HELD_AMONG, players=list(players))} if players else set()


def _without(consents: tuple[str, ...], purpose: str) -> tuple[str, ...]:
    return tuple(each for each in consents if not each.startswith(f"{purpose}:"))
