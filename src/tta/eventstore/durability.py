"""Durability is a stated mode, and the server's own settings must keep what it promises."""

from typing import TYPE_CHECKING, Any, NamedTuple

from tta.eventstore.errors import UnsafeServer

if TYPE_CHECKING:  # The settings name a durability, and commands that reach no server need no client for it.
    from redis.exceptions import ResponseError

COPIES_TIMEOUT_MS = 2_000


class NotPrimary(UnsafeServer):
    """The server's settings are right, but it is a replica: in a cluster, another one has taken over."""


class Durability(NamedTuple):
    """`fsync` (default), `everysec`, `replicated:N` or `memory`.

    `declared` states that a server which forbids reading its settings was checked by hand.
    """

    mode: str
    copies: int = 0
    declared: bool = False

    @classmethod
    def parse(cls, text: str, *, declared: bool = False) -> "Durability":
        mode, _, copies = text.partition(":")
        if mode == "replicated" and copies.isdigit() and int(copies) > 0:
            return cls(mode, int(copies), declared)
        if mode in ("fsync", "everysec", "memory") and not copies:
            return cls(mode, 0, declared)
        raise ValueError(f"durability is fsync, everysec, replicated:N or memory, got {text!r}")

    def __str__(self) -> str:
        return f"{self.mode}:{self.copies}" if self.copies else self.mode


QUESTIONS = (
    ("CONFIG", "GET", "append*", "no-appendfsync-on-rewrite", "maxmemory-policy"),
    ("ROLE",),
    ("COMMAND", "INFO", "WAITAOF"),
)
"""What a server is asked on every new connection; `judged` takes the answers."""


async def check_server(connection: Any, durability: Durability) -> bool:
    """Compare a server's settings with the mode; return whether it can count copies on disk (WAITAOF).

    `connection` is one Redis connection. Raises UnsafeServer with every setting to change.
    """
    return judged(durability, [await _ask(connection, *question) for question in QUESTIONS])


def unreadable(durability: Durability, error: "ResponseError") -> bool:
    """A server that forbids reading its settings is trusted only where that was declared."""
    if durability.declared:
        return False
    raise UnsafeServer(
        f"the server does not let its settings be read ({error}); check by hand that it keeps "
        f"{durability}, then declare so (TTA_STORE_DECLARED=true)"
    ) from error


def judged(durability: Durability, answers: list[Any]) -> bool:
    """Judge the answers to QUESTIONS, errors among them. Raises UnsafeServer."""
    from redis.exceptions import ResponseError

    raw, role, known = answers
    wrong = []
    for answer in (raw, role):
        if isinstance(answer, ResponseError):
            unreadable(durability, answer)
    if not isinstance(raw, ResponseError):
        wrong += _wrong_settings(durability, raw)
    if not isinstance(role, ResponseError) and role[0] not in (b"master", b"primary"):
        wrong.append(f"its role is {role[0].decode()}, must be primary: write to the primary")
    if wrong:
        kind = NotPrimary if wrong[0].startswith("its role") else UnsafeServer
        raise kind(f"the server cannot keep {durability}: {'; '.join(wrong)} (CONFIG SET, and its file)")
    return not isinstance(known, ResponseError) and bool(known and known[0])


def _wrong_settings(durability: Durability, raw: list[bytes]) -> list[str]:
    settings = {key.decode(): value.decode() for key, value in zip(raw[::2], raw[1::2], strict=True)}
    wrong = [
        f"{name} is {settings.get(name, 'unknown')}, must be {must}"
        for name, must in _required(durability).items()
        if settings.get(name) != must
    ]
    if durability.mode in ("everysec", "replicated") and settings.get("appendfsync") == "no":
        wrong.append("appendfsync is no, must be everysec or always")
    return wrong


def _required(durability: Durability) -> dict[str, str]:
    required = {"maxmemory-policy": "noeviction"}
    if durability.mode != "memory":
        required |= {"appendonly": "yes", "no-appendfsync-on-rewrite": "no"}
    if durability.mode == "fsync":
        required["appendfsync"] = "always"
    return required


async def _ask(connection: Any, *command: str) -> Any:
    from redis.exceptions import ResponseError

    await connection.send_command(*command)
    try:
        return await connection.read_response(disable_decoding=True)
    except ResponseError as error:
        return error
