"""Stream tickets: what a browser puts into the URL of a stream, where a token must never be.

Good for opening the stream of one session, for a minute. No access token is a ticket, and no ticket is one.
"""

from uuid import UUID

import msgspec

from tta.clock import now_s
from tta.domain.vocabulary import Role
from tta.security.tokens import ISSUER, EpochSeconds, Principal, TokenRefused, Tokens

AUDIENCE = "tta:stream"
TYPE = "stream-ticket+jwt"
LIFETIME_S = 60  # Asked for and used at once, over a slow line.


class TicketClaims(msgspec.Struct, frozen=True):
    sub: str
    session: UUID
    until: EpochSeconds
    """When the token ends with which it was asked for: the stream ends then too."""
    roles: list[Role]
    player: UUID | None = None


def mint_ticket(tokens: Tokens, principal: Principal, session_id: UUID) -> str:
    """Sign a ticket with which a caller opens the stream of one session within LIFETIME_S."""
    now = int(now_s())
    claims: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": principal.subject,
        "session": str(session_id),
        "until": principal.expires_s,
        "roles": sorted(role.value for role in principal.roles),
        "iat": now,
        "exp": min(now + LIFETIME_S, principal.expires_s),
    }
    if principal.player_id is not None:
        claims["player"] = str(principal.player_id)
    return tokens.sign(claims, kind=TYPE)


def verify_ticket(tokens: Tokens, ticket: str, session_id: UUID) -> Principal:
    """Say who a ticket for that session stands for, until when. Raises TokenRefused."""
    claims = tokens.claims(ticket, TicketClaims, audience=AUDIENCE, kind=TYPE)
    if claims.session != session_id:
        raise TokenRefused("the ticket is for another stream")
    return Principal(claims.sub, claims.player, frozenset(claims.roles), claims.until)
