"""A stream ticket opens one stream for a minute, and is nothing else; nothing else is a ticket."""

import base64
import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tta.domain.vocabulary import Role
from tta.security.tickets import AUDIENCE, LIFETIME_S, TYPE, mint_ticket, verify_ticket
from tta.security.tokens import CLOCK_SKEW_S, ISSUER, Principal, TokenRefused, Tokens

SESSION = UUID("01020304-0506-8708-890a-0b0c0d0e0f5e")
OTHER = UUID("01020304-0506-8708-890a-0b0c0d0e0f5f")
PLAYER = UUID("01020304-0506-8708-890a-0b0c0d0e0f10")


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    return Tokens.read(tmp_path_factory.mktemp("keys") / "token-signing.json", create=True)


def sam(*, left_s: int = 3_600) -> Principal:
    return Principal("sam", PLAYER, frozenset({Role.PLAYER, Role.ADMIN}), int(time.time()) + left_s)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "sam",
        "session": str(SESSION),
        "until": now + 3_600,
        "roles": ["player"],
        "player": str(PLAYER),
        "iat": now,
        "exp": now + LIFETIME_S,
    }
    return {name: value for name, value in (said | changed).items() if value is not None}


def said_by(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_it_stands_for_who_asked_until_their_token_ends(tokens: Tokens):
    principal = sam()
    assert verify_ticket(tokens, mint_ticket(tokens, principal, SESSION), SESSION) == principal
    nobody = principal._replace(player_id=None)
    assert verify_ticket(tokens, mint_ticket(tokens, nobody, SESSION), SESSION) == nobody


def test_it_is_for_one_session(tokens: Tokens):
    with pytest.raises(TokenRefused, match="for another stream"):
        verify_ticket(tokens, mint_ticket(tokens, sam(), SESSION), OTHER)


def test_it_is_good_for_a_minute_and_never_longer_than_the_token(tokens: Tokens):
    said = said_by(mint_ticket(tokens, sam(), SESSION))
    assert said["exp"] - said["iat"] == LIFETIME_S == 60
    soon = sam(left_s=10)
    assert said_by(mint_ticket(tokens, soon, SESSION))["exp"] == soon.expires_s


def test_one_that_is_over_is_refused(tokens: Tokens):
    over = tokens.sign(claims(exp=int(time.time()) - CLOCK_SKEW_S - 2), kind=TYPE)
    with pytest.raises(TokenRefused, match="expired"):
        verify_ticket(tokens, over, SESSION)
    with pytest.raises(TokenRefused, match="expired"):
        verify_ticket(tokens, mint_ticket(tokens, sam(left_s=-CLOCK_SKEW_S - 2), SESSION), SESSION)


def test_an_access_token_is_no_ticket(tokens: Tokens):
    with pytest.raises(TokenRefused):
        verify_ticket(tokens, tokens.mint("sam", [Role.PLAYER], player_id=PLAYER), SESSION)


def test_a_ticket_is_no_access_token(tokens: Tokens):
    ticket = mint_ticket(tokens, sam(), SESSION)
    for _ in range(2):
        with pytest.raises(TokenRefused):
            tokens.verify(ticket)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, "JWT"),
        ({"aud": "tta"}, TYPE),
        ({"aud": None}, TYPE),
        ({"iss": "other"}, TYPE),
        ({"exp": None}, TYPE),
        ({"sub": None}, TYPE),
        ({"session": None}, TYPE),
        ({"session": "here"}, TYPE),
        ({"session": [str(SESSION)]}, TYPE),
        ({"until": None}, TYPE),
        ({"until": "tomorrow"}, TYPE),
        ({"roles": ["root"]}, TYPE),
        ({"player": 7}, TYPE),
    ],
    ids=str,
)
def test_claims_that_are_not_as_they_should_be_are_refused(
    tokens: Tokens, changed: dict[str, Any], kind: str
):
    assert verify_ticket(tokens, tokens.sign(claims(), kind=TYPE), SESSION)
    with pytest.raises(TokenRefused):
        verify_ticket(tokens, tokens.sign(claims(**changed), kind=kind), SESSION)


def test_another_key_signs_no_tickets(tokens: Tokens, tmp_path: Path):
    foreign = Tokens.read(tmp_path / "other.json", create=True)
    with pytest.raises(TokenRefused):
        verify_ticket(tokens, mint_ticket(foreign, sam(), SESSION), SESSION)


@pytest.mark.parametrize("nonsense", ["", "x", "a.b.c", "ey" * 5_000, "é.é.é"])
def test_nonsense_is_refused(tokens: Tokens, nonsense: str):
    with pytest.raises(TokenRefused) as refused:
        verify_ticket(tokens, nonsense, SESSION)
    assert len(str(refused.value)) < 80, "it does not repeat what was sent"
