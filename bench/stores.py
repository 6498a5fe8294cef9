"""Servers, stores and realistic events for the benchmarks."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

from tta.domain.identity import derived_id
from tta.eventstore.appends import Append, StreamAppend
from tta.eventstore.child_server import ChildServer
from tta.eventstore.durability import Durability
from tta.eventstore.envelope import Causation, Draft, Head
from tta.eventstore.store import EventStore

PAYLOAD = os.urandom(200)
ACTOR = uuid4()
TRACE = f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"


@asynccontextmanager
async def server(settings: dict[str, str] | None = None) -> AsyncIterator[ChildServer]:
    """A separate Valkey, by default with AOF and `appendfsync always`."""
    with tempfile.TemporaryDirectory() as directory:
        child = ChildServer(Path(directory), settings=settings)
        await child.start()
        try:
            yield child
        finally:
            await child.stop()


@asynccontextmanager
async def store(
    child: ChildServer, name: str = "bench", *, durability: str = "fsync"
) -> AsyncIterator[EventStore]:
    opened = await EventStore.open(child.url, name, durability=Durability.parse(durability))
    try:
        yield opened
    finally:
        await opened.close()


def one_event(
    aggregate: UUID,
    expected: Head,
    player: UUID | None = None,
    draft: Draft = Draft("InteractionSubmitted", PAYLOAD),  # noqa: B008 - A constant, and frozen.
) -> Append:
    """Return an append of one event with every field of the envelope that a command sets."""
    command_id = derived_id(aggregate, str(expected.version))
    causation = Causation(
        actor=ACTOR,
        command_id=command_id,
        correlation_id=command_id,
        causation_id=command_id,
        fingerprint=b"12345678",
        traceparent=TRACE,
    )
    return Append(
        streams=[StreamAppend(aggregate, expected, [draft], player or aggregate)], causation=causation
    )
