"""Access tokens: JWT signed with Ed25519 (RFC 8037, `alg` of RFC 9864). Verified once, remembered
until they expire.
"""

import hashlib
import secrets
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple, TypeVar
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
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


Shape = TypeVar("Shape")


class TokenRefused(Exception):
    """A bearer token is not accepted; the message says why without repeating it."""


class Principal(NamedTuple):
    """Who asks: the account, the player it plays as (if any), and its roles."""

    subject: str
    player_id: UUID | None
    roles: frozenset[Role]
    expires_s: int


class Claims(msgspec.Struct, frozen=True):
    sub: str
    exp: int
    roles: list[Role]
    player: UUID | None = None


class Tokens:
    """Mints and verifies. Keys are kept with the newest first; all of them verify."""

    def __init__(self, keys: list[OKPKey]) -> None:
        self._signing = keys[0]
        self._keys = KeySet(list(keys))
        self._verified: OrderedDict[bytes, Principal] = OrderedDict()

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
        """Sign a token that is good for `lifetime_s` seconds, LIFETIME_S_MAX at most."""
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
        """Give the claims of a token for that audience and of that kind. Raises TokenRefused."""
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise TokenRefused(f"a token has at most {TOKEN_CHARACTERS_MAX} characters, got {len(token)}")
        try:
            decoded = jwt.decode(token, self._keys, algorithms=[ALGORITHM])
            if decoded.header.get("typ", "JWT") != kind:
                raise TokenRefused("the token is not valid")
            registry = jwt.JWTClaimsRegistry(
                now=lambda: int(now_s()),
                leeway=CLOCK_SKEW_S,
                iss={"essential": True, "value": ISSUER},
                aud={"essential": True, "value": audience},
                exp={"essential": True},
                sub={"essential": True},
            )
            registry.validate(decoded.claims)
            return msgspec.convert(decoded.claims, shape)
        except ExpiredTokenError as error:
            raise TokenRefused("the token has expired") from error
        except (JoseError, ValueError) as error:
            raise TokenRefused("the token is not valid") from error

    def verify(self, token: str) -> Principal:
        """Say who a token stands for. Raises TokenRefused."""
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise TokenRefused(f"a token has at most {TOKEN_CHARACTERS_MAX} characters, got {len(token)}")
        digest = hashlib.sha256(token.encode()).digest()
        known = self._verified.get(digest)
        if known is None:
            known = self._check(token)
            self._verified[digest] = known
            if len(self._verified) > CACHE_MAX:
                self._verified.popitem(last=False)
        if known.expires_s + CLOCK_SKEW_S < now_s():
            self._verified.pop(digest, None)
            raise TokenRefused("the token has expired")
        return known

    def _check(self, token: str) -> Principal:
        claims = self.claims(token, Claims, audience=AUDIENCE)
        if not 1 <= len(claims.sub) <= SUBJECT_CHARACTERS_MAX:
            raise TokenRefused(
                f"a subject has 1 to {SUBJECT_CHARACTERS_MAX} characters, got {len(claims.sub)}"
            )
        return Principal(claims.sub, claims.player, frozenset(claims.roles), claims.exp)


def _new_key_set() -> bytes:
    key = OKPKey.generate_key("Ed25519", parameters={"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return msgspec.json.format(msgspec.json.encode({"keys": [key.as_dict(private=True)]})) + b"\n"
