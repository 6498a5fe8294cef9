"""Access tokens: JWT signed with Ed25519 (RFC 8037, `alg` of RFC 9864). A verified token is cached until it
expires.

The JWT library gets only tokens whose header has texts under `typ`, `alg` and `kid`, and only checks the
signature. This module decodes the header before that and the claims after it, by their types.
"""

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeVar
from uuid import UUID

import msgspec
import structlog
from cachetools import LRUCache
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from tta.clock import now_s
from tta.domain.vocabulary import Role
from tta.security.key_files import KeyFileUnsafe, read_private_text

ALGORITHM = "Ed25519"
ISSUER = "tta"
AUDIENCE = "tta"
LIFETIME_S_DEFAULT = 3600
LIFETIME_S_MAX = 24 * 3600
TOKEN_CHARACTERS_MAX = 4_096
SUBJECT_CHARACTERS_MAX = 100
CACHE_MAX = 10_000
CLOCK_SKEW_S = 5

EpochSeconds = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Shape = TypeVar("Shape")

log = structlog.get_logger(__name__)


class TokenRefused(Exception):
    """A bearer token is not accepted; the message says why without repeating it."""


class Principal(NamedTuple):
    """The caller: the account, the player it plays as (if any), and its roles."""

    subject: str
    player_id: UUID | None
    roles: frozenset[Role]
    expires_s: int


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The allowed fields of a header. Others (`crit`, `b64`, `jwk`, `x5u`) would ask more of a library."""

    alg: Literal["Ed25519"]
    typ: str = "JWT"
    kid: str = ""


class RegisteredClaims(msgspec.Struct, frozen=True):
    """The registered claims of every token (RFC 7519 §4.1)."""

    iss: str
    aud: str | list[str]
    sub: str
    exp: EpochSeconds
    nbf: EpochSeconds = 0
    iat: EpochSeconds = 0

    def require(self, audience: str) -> None:
        """Raises TokenRefused unless the token is ours, for that audience, and valid now."""
        if self.iss != ISSUER or audience not in ([self.aud] if isinstance(self.aud, str) else self.aud):
            raise TokenRefused("the token is not valid")
        now = int(now_s())
        if self.exp < now - CLOCK_SKEW_S:
            raise TokenRefused("the token has expired")
        if max(self.nbf, self.iat) > now + CLOCK_SKEW_S:
            raise TokenRefused("the token is not valid")


class TokenClaims(msgspec.Struct, frozen=True):
    sub: str
    exp: EpochSeconds
    roles: list[Role]
    player: UUID | None = None


class Tokens:
    """Mints and verifies tokens. The first key is the newest and signs; all keys verify."""

    def __init__(self, keys: list[OKPKey]) -> None:
        self._signing = keys[0]
        self._keys = KeySet(list(keys))
        self._verified: LRUCache[bytes, Principal] = LRUCache(CACHE_MAX)

    @classmethod
    def read(cls, path: Path, *, create: bool) -> "Tokens":
        """Read the signing keys from a JWK Set. Raises KeyFileUnsafe."""
        text = read_private_text(path, create=_new_key_set if create else None)
        try:
            keys = [OKPKey.import_key(key) for key in msgspec.json.decode(text)["keys"]]
        except (JoseError, msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise KeyFileUnsafe(f"{path}: expected a JWK Set of Ed25519 keys: {error}") from error
        if not keys:
            raise KeyFileUnsafe(f"{path}: expected at least one key, got none")
        return cls(keys)

    def mint(
        self,
        subject: str,
        roles: list[Role],
        *,
        player_id: UUID | None = None,
        lifetime_s: int = LIFETIME_S_DEFAULT,
    ) -> str:
        """Sign a token that is valid for `lifetime_s` seconds, at most LIFETIME_S_MAX."""
        now = int(now_s())
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "roles": [role.value for role in roles],
            "iat": now,
            "exp": now + min(lifetime_s, LIFETIME_S_MAX),
            "jti": secrets.token_urlsafe(12),
        }
        if player_id is not None:
            claims["player"] = str(player_id)
        return self.sign(claims)

    def sign(self, claims: dict[str, object], *, kind: str = "JWT") -> str:
        """Sign claims; `kind` is the header's `typ`."""
        header = {"typ": kind, "alg": ALGORITHM, "kid": self._signing.thumbprint()}
        return jwt.encode(header, claims, self._signing, algorithms=[ALGORITHM])

    def claims(self, token: str, shape: type[Shape], *, audience: str, kind: str = "JWT") -> Shape:
        """Return the claims of a token for that audience and of that kind. Raises TokenRefused."""
        _require_plain(token)
        try:
            if _header(token).typ != kind:
                raise TokenRefused("the token is not valid")
            payload = self._signed(token)
            msgspec.json.decode(payload, type=RegisteredClaims).require(audience)
            return msgspec.json.decode(payload, type=shape)
        except (ValueError, RecursionError) as error:
            raise TokenRefused("the token is not valid") from error

    def _signed(self, token: str) -> bytes:
        """Return the payload of a token that one of our keys signed. Raises TokenRefused."""
        try:
            return jws.deserialize_compact(token, self._keys, algorithms=[ALGORITHM]).payload
        except (JoseError, ValueError) as error:
            raise TokenRefused("the token is not valid") from error
        except Exception as error:
            # Any other error of the library on a stranger's text also means: not authenticated.
            log.warning("the token library failed", error=type(error).__name__)
            raise TokenRefused("the token is not valid") from error

    def verify(self, token: str) -> Principal:
        """Return the principal of a token. Raises TokenRefused."""
        _require_plain(token)
        digest = hashlib.sha256(token.encode()).digest()
        known = self._verified.get(digest)
        if known is None:
            known = self._check(token)
            self._verified[digest] = known
        if known.expires_s + CLOCK_SKEW_S < now_s():
            self._verified.pop(digest, None)
            raise TokenRefused("the token has expired")
        return known

    def _check(self, token: str) -> Principal:
        claims = self.claims(token, TokenClaims, audience=AUDIENCE)
        if not 1 <= len(claims.sub) <= SUBJECT_CHARACTERS_MAX:
            raise TokenRefused(
                f"a subject has 1 to {SUBJECT_CHARACTERS_MAX} characters, got {len(claims.sub)}"
            )
        return Principal(claims.sub, claims.player, frozenset(claims.roles), claims.exp)


def _require_plain(token: str) -> None:
    """Reject a text that is too long for a token or not ASCII. Raises TokenRefused."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenRefused(f"a token has at most {TOKEN_CHARACTERS_MAX} characters, got {len(token)}")
    if not token.isascii():
        raise TokenRefused("the token is not valid")


def _header(token: str) -> Header:
    """Read a token's header, which is not verified yet. Raises ValueError or RecursionError."""
    encoded, _, _ = token.partition(".")
    raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    return msgspec.json.decode(raw, type=Header)


def _new_key_set() -> bytes:
    key = OKPKey.generate_key("Ed25519", parameters={"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return msgspec.json.format(msgspec.json.encode({"keys": [key.as_dict(private=True)]})) + b"\n"
