"""What the parts of the API are given by the composition root."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import msgspec

from tta.commands.handle import Commands
from tta.graph.engine import Graph
from tta.http.edge.gate import Gate
from tta.http.measurements import Measurements
from tta.live.hub import Hub
from tta.projector.checkpoints import Checkpoints
from tta.projector.freshness import Freshness
from tta.security.consistency_tokens import TokenSeal
from tta.security.key_files import HmacKeys
from tta.security.keyring import Keyring
from tta.security.tokens import Tokens


class StoppedLane(msgspec.Struct, frozen=True):
    """A lane that an event has stopped, or a worker that stopped as a whole (slot and position null)."""

    name: str
    slot: int | None
    position: int | None
    reason: str


class OverdueReplies(msgspec.Struct, frozen=True):
    """Turns that have waited for their reply for over two minutes, at most 100 of them."""

    answers: int
    oldest_s: float | None
    """For how long the oldest has waited; null if none waits."""


class Workers(NamedTuple):
    """What health and metrics ask of this process's own projectors and reactors."""

    stopped: Callable[[], list[StoppedLane]]
    refresh_gauges: Callable[[], Awaitable[None]]
    models_rest: Callable[[], Awaitable[bool]]
    """Whether models are configured, and none may be asked now."""
    overdue: Callable[[], OverdueReplies | None]
    """What was measured last; None while that is not known."""
    reactors: tuple[str, ...] = ()
    """The names of all reactors that there are, here or elsewhere."""


class Services(NamedTuple):
    """What endpoints need, opened by the composition root."""

    commands: Commands
    gate: Gate
    graph: Graph
    freshness: Freshness
    keyring: Keyring
    tokens: Tokens
    hmac_keys: HmacKeys
    token_seal: TokenSeal
    checkpoints: Sequence[Checkpoints]
    """Of every read model that queries ask."""
    workers: Workers
    live: Hub
    """The streams of this process."""
    measurements: Measurements
    """What health and metrics show of the store and the read models."""
    opened_at: float = 0.0
    """When this process began to serve, by the clock that health asks."""
    needs_graph: bool = True
    """Whether the app is of no use without the graph: it answers queries only."""
