"""`tta replay`: read an aggregate's history without folding, verify its hash chain, show or export it."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tta.app.aggregates import event_types
from tta.app.settings import Settings
from tta.console.operations import NothingFound, keyring_of, standing_store, store_at_hand
from tta.domain.base import Event, SealedText, personal_fields
from tta.eventstore.envelope import Head, RecordedEvent
from tta.eventstore.errors import HistoryChanged, UnknownEventType
from tta.eventstore.event_types import EventTypes
from tta.eventstore.layout import HEADER
from tta.eventstore.store import EventStore
from tta.eventstore.verify import Flaw, verify_chain
from tta.security.keyring import Keyring, KeyringIncomplete, PlayerErased
from tta.security.sealing import SealBroken
from tta.terminal import TABLE_WIDTH_MIN

PAGE_EVENTS = 500
COMMAND_CHARACTERS = 8
SMALL_TABLE_WIDTH_MIN = 72  # Position, time and type need this much beside the details.

Form = Literal["table", "ndjson"]
Fields = dict[str, Any]


class History(NamedTuple):
    """An aggregate's events in order, and the first flaw, if any."""

    head: Head
    events: list[RecordedEvent]
    flaw: Flaw | None


class OpenedFields(NamedTuple):
    """The decrypted fields of an event, and the reason for each field that does not open."""

    fields: Fields
    unreadable: dict[str, str]


async def replay_history(
    out: Console, settings: Settings, aggregate_id: UUID, *, form: Form, opening: bool
) -> int:
    """Show a history; return 1 if its chain is broken. Raises NothingFound.

    `opening` decrypts personal text, which needs the key files.
    """
    async with store_at_hand(settings) as complete, standing_store(complete) as store:
        history = await read_history(store, aggregate_id)
        types = event_types()
        if opening:
            async with keyring_of(complete) as keyring:
                opened = [await _opened(_fields(types, each), each, keyring) for each in history.events]
            shown, unreadable = [each.fields for each in opened], [each.unreadable for each in opened]
        else:
            shown = [_fields(types, each) for each in history.events]
            unreadable = [{} for _ in history.events]
        name = store.layout.name
    if form == "ndjson":
        for recorded, fields, broken in zip(history.events, shown, unreadable, strict=True):
            line = cloud_event(name, recorded, fields, unreadable=list(broken))
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        out = Console(stderr=True, highlight=False)
    else:
        told = [fields | broken for fields, broken in zip(shown, unreadable, strict=True)]
        out.print(Text(f"History of {aggregate_id}", style="italic"), soft_wrap=True)
        for each in _shown(history.events, told, out.width):
            out.print(each, soft_wrap=isinstance(each, Text))
    out.print(_verdict(history), soft_wrap=True)
    return 1 if history.flaw else 0


async def read_history(store: EventStore, aggregate_id: UUID) -> History:
    """Read an aggregate's events up to its head, and verify their chain. Raises NothingFound."""
    slot = store.layout.slot_of(aggregate_id)
    raw = await store.nodes.call("GET", store.layout.head(slot, aggregate_id))
    if raw is None:
        raise NothingFound(
            f"store {store.layout.name} has no history of {aggregate_id}: "
            "expected the id of a session, a player or a safety record"
        )
    version, _, digest = HEADER.unpack_from(raw)
    head, events = Head(version, digest), []
    try:
        for after in range(0, version, PAGE_EVENTS):
            page = await store.versions_after(aggregate_id, after, min(PAGE_EVENTS, version - after))
            events += page
    except HistoryChanged as unreadable:
        # If one entry is not an event, its whole page fails: read the rest one by one.
        events += await _one_by_one(store, aggregate_id, len(events), version)
        first_bad = verify_chain(events) or Flaw(len(events) + 1, 0, str(unreadable))
        return History(head, [each for each in events if _is_readable(each)], first_bad)
    flaw = verify_chain(events, head=head)
    return History(head, [each for each in events if _is_readable(each)], flaw)


async def _one_by_one(store: EventStore, aggregate_id: UUID, after: int, last: int) -> list[RecordedEvent]:
    events: list[RecordedEvent] = []
    with suppress(HistoryChanged):
        for version in range(after, last):
            events += await store.versions_after(aggregate_id, version, 1)
    return events


def _is_readable(recorded: RecordedEvent) -> bool:
    """Return whether the envelope can be shown. Altered bytes may decode to anything."""
    try:
        _ = recorded.event_id, recorded.subject_id, recorded.actor, recorded.traceparent
        _ = recorded.correlation_id, recorded.causation_id
    except (ValueError, TypeError):
        return False
    return True


def cloud_event(
    store: str, recorded: RecordedEvent, fields: Fields, *, unreadable: Sequence[str] = ()
) -> Fields:
    """Write an event as CloudEvents 1.0, with all fields of its envelope.

    A field that does not open is null and named in `unreadable` of its data, as in the API's answers.
    """
    envelope, at = recorded.envelope, fields.get("at")
    data: Fields = {name: _exported(value) for name, value in fields.items()}
    if unreadable:
        data["unreadable"] = [f"/{name}" for name in unreadable]
    said: Fields = {
        "specversion": "1.0",
        "id": recorded.event_id,
        "source": f"/stores/{store}/slots/{recorded.slot}",
        "type": recorded.type,
        "subject": recorded.aggregate_id,
        "time": at,
        "datacontenttype": "application/json",
        "sequence": str(recorded.version),
        "position": recorded.position,
        "recordedat": recorded.recorded_at,
        "player": recorded.subject_id,
        "actor": recorded.actor,
        "schemaversion": envelope.schema,
        "commandid": recorded.command_id,
        "commandindex": envelope.index,
        "fingerprint": envelope.fingerprint and envelope.fingerprint.hex(),
        "correlationid": recorded.correlation_id,
        "causationid": recorded.causation_id,
        "traceparent": recorded.traceparent,
        "previoushash": envelope.previous.hex(),
        "hash": recorded.hash.hex(),
        "data": data,
    }
    return {name: value for name, value in said.items() if value is not None}


def _fields(types: EventTypes, recorded: RecordedEvent) -> Fields:
    """Return an event's fields; personal ones are sealed. An unknown type is shown as it is stored."""
    try:
        event = types.event(recorded)
    except (UnknownEventType, ValueError):
        return _as_stored(recorded)
    defaults = event.__struct_defaults__
    names = event.__struct_fields__
    without = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    return {
        name: getattr(event, name)
        for name in names
        if name not in without or getattr(event, name) != without[name]
    }


def _as_stored(recorded: RecordedEvent) -> Fields:
    try:
        return msgspec.msgpack.decode(recorded.payload, type=dict[str, Any])
    except ValueError:
        return {"payload": f"{len(recorded.payload)} bytes of an event type that this program does not know"}


async def _opened(fields: Fields, recorded: RecordedEvent, keyring: Keyring) -> OpenedFields:
    """Decrypt the sealed fields with the key of the event's player."""
    opened, unreadable = dict(fields), dict[str, str]()
    for name, value in fields.items():
        if not isinstance(value, SealedText) or recorded.subject_id is None:
            continue
        try:
            opened[name] = await keyring.value(recorded.subject_id, value, _clear_type(recorded.type, name))
        except PlayerErased:
            opened[name] = "(erased)"
        except (SealBroken, KeyringIncomplete) as broken:
            opened[name] = None
            unreadable[name] = f"(does not open: {broken})"
    return OpenedFields(opened, unreadable)


def _clear_type(tag: str, field: str) -> Any:
    kinds = {event.__name__: event for event in Event.__subclasses__()}
    return personal_fields(kinds[tag])[field]


def _shown(events: list[RecordedEvent], shown: list[Fields], width: int) -> list[Table | Text]:
    """Return a table; for a narrow terminal, unbroken lines."""
    if width >= SMALL_TABLE_WIDTH_MIN:
        return [_table(events, shown, is_narrow=width < TABLE_WIDTH_MIN)]
    return [
        Text("\n  ".join([f"{recorded.version} {_printable(recorded.type)}", *_details(recorded, fields)]))
        for recorded, fields in zip(events, shown, strict=True)
    ]


def _details(recorded: RecordedEvent, fields: Fields) -> list[str]:
    at = f"position {recorded.position}, {recorded.recorded_at:%Y-%m-%d %H:%M:%S}"
    by = f"by {_printable(recorded.actor)}, command {str(recorded.command_id)[:COMMAND_CHARACTERS]}"
    return [at, by, *(f"{name}: {_printable(value)}" for name, value in fields.items() if name != "at")]


def _table(events: list[RecordedEvent], shown: list[Fields], *, is_narrow: bool) -> Table:
    """Build the table. If it is narrow, actor and command are part of the details."""
    table = Table("v", "position", "recorded at")
    table.box = box.SIMPLE if is_narrow else table.box
    table.add_column("type", no_wrap=True)
    for name in ("details",) if is_narrow else ("actor", "command", "details"):
        table.add_column(name, overflow="fold")
    for recorded, fields in zip(events, shown, strict=True):
        actor, command = _printable(recorded.actor), str(recorded.command_id)[:COMMAND_CHARACTERS]
        lines = [f"{name}: {_printable(value)}" for name, value in fields.items() if name != "at"]
        table.add_row(
            str(recorded.version),
            str(recorded.position),
            f"{recorded.recorded_at:%Y-%m-%d %H:%M:%S}",
            Text(_printable(recorded.type)),
            *(() if is_narrow else (Text(actor), command)),
            Text("\n".join([f"by {actor}, command {command}", *lines] if is_narrow else lines)),
        )
    return table


def _printable(value: Any) -> str:
    """Return a value on one line, without control characters that a terminal would obey."""
    if isinstance(value, SealedText):
        return f"(sealed, {len(value.box)} bytes)"
    plain = msgspec.to_builtins(value)
    text = plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
    return "".join(each if each.isprintable() else " " for each in text)


def _exported(value: Any) -> Any:
    return {"sealed": value.box} if isinstance(value, SealedText) else value


def _verdict(history: History) -> Text:
    if history.flaw is not None:
        return Text(f"Chain BROKEN. The first bad event: {history.flaw}", style="bold red")
    return Text(
        f"Chain verified: {len(history.events)} events, each follows the one before, "
        f"and the last matches the head ({history.head.hash.hex()[:12]}).",
        style="green",
    )
