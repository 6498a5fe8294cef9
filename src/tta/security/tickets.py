"""Stream tickets, which a browser puts into the URL of a stream, because a token must never be there.

A ticket opens the stream of one session, for a minute. Tickets and access tokens are not interchangeable.
"""

from uuid import UUID

import msgspec

from tta.clock import now_s
from tta.domain.vocabulary import Role
from tta.security.tokens import ISSUER, EpochSeconds, Principal, TokenRefused, Tokens

AUDIENCE = "tta:stream"
TYPE = "stream-ticket+jwt"
LIFETIME_S = 60  # It is used at once, perhaps over a slow connection.


class TicketClaims(msgspec.Struct, frozen=True):
    sub: str
    session: UUID
    until: EpochSeconds
    """The expiry of the token that requested the ticket. The stream ends then too."""
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
    """Return the principal of a ticket for that session. Raises TokenRefused."""
    claims = tokens.claims(ticket, TicketClaims, audience=AUDIENCE, kind=TYPE)
    if claims.session != session_id:
        raise TokenRefused("the ticket is for another stream")
    return Principal(claims.sub, claims.player, frozenset(claims.roles), claims.until)
