"""What stands around a command, read from its request: who asks, under which id, and with what payload."""

import hmac
from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid4

from starlette.requests import Request

from tta.commands.handle import CommandContext
from tta.domain.identity import derived_id
from tta.eventstore.envelope import Causation
from tta.http.edge.leaving import gone
from tta.http.edge.manners import idempotency_key, required_key
from tta.http.edge.texts import composed
from tta.security.key_files import HmacKeys


def spellings(payload: bytes) -> tuple[bytes, ...]:
    """Give the payload that names a command, with its texts composed (NFC), and beside it the one that was
    sent: the release before took the fingerprint of that, and its retries are still recognised.
    """
    if payload.isascii():
        return (payload,)
    return tuple(dict.fromkeys((composed(payload.decode()).encode(), payload)))


def asked_by(
    request: Request,
    subject: str,
    path: str,
    payloads: Sequence[bytes],
    keys: HmacKeys,
    *,
    is_aliased: bool,
) -> CommandContext:
    """Derive a command's id from account, method, path and key, and its fingerprint from the first payload;
    those of the others count as the same.

    Says nothing yet of the version that is expected. Raises the problems of a key that is missing or is none.
    """
    headers = request.headers
    key = idempotency_key(headers) if is_aliased else required_key(headers)
    named = "\x00".join((subject, request.method, path, key or str(uuid4())))
    command_id = derived_id("command", hmac.digest(keys.command, named.encode(), "sha256"))
    prints = tuple(
        hmac.digest(each, payload, "sha256")[:8] for payload in payloads for each in keys.fingerprints[:2]
    )
    causation = Causation(
        actor=_actor(subject),
        command_id=command_id,
        correlation_id=command_id,
        causation_id=command_id,
        fingerprint=prints[0],
        traceparent=request.scope["traceparent"],
    )
    return CommandContext(causation, prints, left=partial(gone, request))


def _actor(subject: str) -> UUID | str:
    try:
        return UUID(subject)
    except ValueError:
        return subject
