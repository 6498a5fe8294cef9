"""A token is ours, for us, in time, and says who asks: or it is nobody's."""

import base64
import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from tta.domain.vocabulary import Role
from tta.security.tokens import (
    CLOCK_SKEW_S,
    LIFETIME_S_MAX,
    TOKEN_CHARACTERS_MAX,
    TokenRefused,
    Tokens,
)

PLAYER = UUID("01020304-0506-8708-890a-0b0c0d0e0f10")


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "token-signing.json"


@pytest.fixture(scope="module")
def tokens(key_file: Path) -> Tokens:
    return Tokens.read(key_file, create=True)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {"iss": "tta", "aud": "tta", "sub": "sam", "roles": ["player"], "iat": now, "exp": now + 60}
    return {name: value for name, value in (said | changed).items() if value is not None}


def signed(tokens: Tokens, said: dict[str, Any], **header: Any) -> str:
    return jwt.encode(
        {"alg": "Ed25519", "kid": tokens._signing.thumbprint()} | header,
        said,
        tokens._signing,
        algorithms=["Ed25519"],
    )


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_what_was_minted_is_verified(tokens: Tokens):
    token = tokens.mint("sam", [Role.PLAYER, Role.ADMIN], player_id=PLAYER, lifetime_s=60)
    principal = tokens.verify(token)
    assert principal[:3] == ("sam", PLAYER, frozenset({Role.PLAYER, Role.ADMIN}))
    assert 0 < principal.expires_s - time.time() <= 60
    assert tokens.verify(tokens.mint("sam", [])).player_id is None
    assert tokens.verify(signed(tokens, claims())).subject == "sam"


def test_nothing_is_minted_for_longer_than_a_day(tokens: Tokens):
    token = tokens.mint("sam", [], lifetime_s=10 * LIFETIME_S_MAX)
    assert tokens.verify(token).expires_s <= time.time() + LIFETIME_S_MAX


def test_a_token_is_good_until_it_expires(tokens: Tokens):
    with pytest.raises(TokenRefused, match="the token has expired"):
        tokens.verify(tokens.mint("sam", [], lifetime_s=-CLOCK_SKEW_S - 2))


def test_a_token_that_was_good_expires_too(tokens: Tokens):
    token = tokens.mint("sam", [], lifetime_s=1 - CLOCK_SKEW_S)
    assert tokens.verify(token)
    time.sleep(2.1)
    with pytest.raises(TokenRefused, match="the token has expired"):
        tokens.verify(token)
    with pytest.raises(TokenRefused, match="the token has expired"):
        tokens.verify(token)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "other"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 101},
        {"sub": 7},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 1e300},
        {"exp": [1]},
        {"roles": None},
        {"roles": "player"},
        {"roles": ["player", "root"]},
        {"roles": [7]},
        {"player": "somebody"},
        {"player": 7},
        {"nbf": 2**40},
        {"iat": 2**40},
        {"iat": "x"},
    ],
    ids=str,
)
def test_claims_that_are_not_as_they_should_be_are_refused(tokens: Tokens, changed: dict[str, Any]):
    with pytest.raises(TokenRefused):
        tokens.verify(signed(tokens, claims(**{"exp": 2**33} | changed)))


def test_another_key_signs_nothing_for_us(tokens: Tokens):
    other = OKPKey.generate_key("Ed25519")
    for header in ({}, {"kid": tokens._signing.thumbprint()}, {"kid": other.thumbprint()}):
        token = jwt.encode({"alg": "Ed25519", **header}, claims(), other, algorithms=["Ed25519"])
        with pytest.raises(TokenRefused):
            tokens.verify(token)


def test_a_key_in_the_token_is_not_believed(tokens: Tokens):
    other = OKPKey.generate_key("Ed25519")
    token = jwt.encode(
        {"alg": "Ed25519", "jwk": other.as_dict(private=False)}, claims(), other, algorithms=["Ed25519"]
    )
    with pytest.raises(TokenRefused):
        tokens.verify(token)


def test_no_other_algorithm_is_taken(tokens: Tokens):
    public = json.dumps(tokens._signing.as_dict(private=False)).encode()
    unsigned = f"{encoded({'alg': 'none'})}.{encoded(claims())}."
    symmetric = jwt.encode({"alg": "HS256"}, claims(), OctKey.import_key(public), algorithms=["HS256"])
    relabelled = signed(tokens, claims()).split(".")
    relabelled[0] = encoded({"alg": "EdDSA", "kid": tokens._signing.thumbprint()})
    for token in (unsigned, unsigned + "x", symmetric, ".".join(relabelled)):
        with pytest.raises(TokenRefused):
            tokens.verify(token)


def test_an_altered_token_is_refused(tokens: Tokens):
    token = tokens.mint("sam", [Role.PLAYER])
    head, body, signature = token.split(".")
    admin = encoded(claims(roles=["admin"]))
    for altered in (
        f"{head}.{admin}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        token[:-8],
        token + "x",
    ):
        with pytest.raises(TokenRefused):
            tokens.verify(altered)


NONSENSE = [b"[]", b"{}", b"null", b'{"alg":7}', b'{"alg":[]}']


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    token=st.one_of(
        st.text(max_size=200),
        st.lists(st.one_of(st.binary(), st.sampled_from(NONSENSE))).map(
            lambda parts: ".".join(map(encoded, parts))
        ),
    )
)
def test_nonsense_is_refused_and_nothing_else_happens(tokens: Tokens, token: str):
    with pytest.raises(TokenRefused) as refused:
        tokens.verify(token)
    assert len(str(refused.value)) < 80, "it does not repeat what was sent"


@pytest.mark.parametrize(
    "header",
    [[], None, 7, "x", {}, {"alg": None}, {"alg": "Ed25519", "kid": 7}, {"alg": "Ed25519", "crit": ["b64"]}],
    ids=str,
)
def test_headers_that_are_none_are_refused(tokens: Tokens, header: Any):
    with pytest.raises(TokenRefused):
        tokens.verify(f"{encoded(header)}.{encoded(claims())}.{encoded(b'x' * 64)}")


def test_deep_nesting_is_refused(tokens: Tokens):
    deep = b"[" * 900 + b"]" * 900
    with pytest.raises(TokenRefused):
        tokens.verify(f"{encoded(deep)}.{encoded(deep)}.x")


def test_a_token_that_is_too_long_is_not_looked_at(tokens: Tokens):
    with pytest.raises(TokenRefused, match=f"at most {TOKEN_CHARACTERS_MAX} characters, got 4097"):
        tokens.verify("x" * 4_097)


def test_what_was_verified_is_remembered_within_bounds(tokens: Tokens):
    token = tokens.mint("sam", [])
    assert tokens.verify(token) is tokens.verify(token)
    assert token not in str(tokens._verified)


def test_an_older_key_still_verifies(tmp_path: Path, key_file: Path, tokens: Tokens):
    token = tokens.mint("sam", [Role.PLAYER])
    newer = tmp_path / "newer.json"
    Tokens.read(newer, create=True)
    both = json.loads(newer.read_text())["keys"] + json.loads(key_file.read_text())["keys"]
    newer.write_text(json.dumps({"keys": both}))
    rotated = Tokens.read(newer, create=False)
    assert rotated.verify(token).subject == "sam"
    with pytest.raises(TokenRefused):
        tokens.verify(rotated.mint("sam", []))
