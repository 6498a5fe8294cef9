"""A token is accepted or refused, with any JSON under any registered name."""

import base64
import json
import time
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tta.security.tickets import AUDIENCE, TYPE, verify_ticket
from tta.security.tokens import ALGORITHM, Principal, TokenRefused, Tokens

SESSION = UUID("01020304-0506-8708-890a-0b0c0d0e0f5e")
HEADER_NAMES = (
    *("alg", "typ", "kid", "crit", "b64", "zip", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty", "enc"),
    *(
        "epk",
        "apu",
        "apv",
        "iv",
        "tag",
        "p2s",
        "p2c",
        "iss",
        "sub",
        "aud",
        "url",
        "nonce",
        "svt",
        "trust_chain",
    ),
)
CLAIM_NAMES = ("iss", "aud", "sub", "exp", "nbf", "iat", "jti", "roles", "player", "session", "until", "cnf")
VALUES = (
    *("null", "true", "false", "0", "1", "-1", "0.5", "1e3", "1e400", "-1e400", "NaN", "Infinity", "9" * 400),
    *(
        '""',
        '"x"',
        '"1"',
        '"b64"',
        '"Ed25519"',
        '"none"',
        '"JWT"',
        r'"\ud800"',
        r'"\u0000"',
        '"\xff"',
        '"tta"',
    ),
    *(
        "[]",
        "[1]",
        "[null]",
        '["b64"]',
        '["crit"]',
        "[[]]",
        "{}",
        '{"a":1}',
        '{"kty":"OKP"}',
        "[" * 40 + "]" * 40,
    ),
)


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    return Tokens.read(tmp_path_factory.mktemp("keys") / "token-signing.json", create=True)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def header(tokens: Tokens, **changed: str) -> str:
    """A header in JSON; `changed` members are JSON already."""
    said = {"typ": '"JWT"', "alg": f'"{ALGORITHM}"', "kid": f'"{tokens._signing.thumbprint()}"'} | changed
    return "{" + ",".join(f'"{name}":{value}' for name, value in said.items()) + "}"


def claims(kind: str, **changed: str) -> str:
    now = int(time.time())
    of_ticket = {"session": f'"{SESSION}"', "until": str(now + 60)}
    said = {"iss": '"tta"', "aud": '"tta"', "sub": '"sam"', "roles": '["player"]', "exp": str(now + 60)}
    said |= of_ticket | {"aud": f'"{AUDIENCE}"'} if kind == TYPE else {}
    return "{" + ",".join(f'"{name}":{value}' for name, value in (said | changed).items()) + "}"


def signed(tokens: Tokens, head: str | bytes, body: str | bytes) -> str:
    """Sign what may not be JSON, past any library, as nobody but a fault of ours would."""
    parts = [each.encode("latin-1") if isinstance(each, str) else each for each in (head, body)]
    told, key = ".".join(map(encoded, parts)), tokens._signing.private_key
    assert isinstance(key, Ed25519PrivateKey)
    return f"{told}.{encoded(key.sign(told.encode()))}"


def asked(tokens: Tokens, token: str) -> None:
    """Neither a token nor a ticket; and no library is in trouble over it."""
    with capture_logs() as lines:
        with pytest.raises(TokenRefused) as refused:
            tokens.verify(token)
        with pytest.raises(TokenRefused):
            verify_ticket(tokens, token, SESSION)
    assert lines == []
    assert len(str(refused.value)) < 80, "it does not repeat what was sent"


def test_what_this_file_signs_would_be_accepted(tokens: Tokens):
    assert tokens.verify(signed(tokens, header(tokens), claims("JWT"))).subject == "sam"
    ticket = signed(tokens, header(tokens, typ=f'"{TYPE}"'), claims(TYPE))
    assert verify_ticket(tokens, ticket, SESSION).subject == "sam"
    assert (
        tokens.verify(signed(tokens, header(tokens), claims("JWT", aud='["others","tta"]'))).subject == "sam"
    )


@pytest.mark.parametrize("name", HEADER_NAMES)
def test_any_value_of_any_registered_header(tokens: Tokens, name: str):
    """Unsigned as a stranger would, and signed as only a fault of ours could: three names, and no other."""
    for value in VALUES:
        head = header(tokens, **{name: value})
        asked(
            tokens,
            f"{encoded(head.encode('latin-1'))}.{encoded(claims('JWT').encode())}.{encoded(b'x' * 64)}",
        )
        asked(tokens, f"{encoded(head.encode('latin-1'))}..")
        ours = signed(tokens, head, claims("JWT"))
        if name in ("alg", "typ", "kid") and value in (f'"{ALGORITHM}"', '"JWT"', '""'):
            continue
        asked(tokens, ours)


def test_two_registered_headers_at_once(tokens: Tokens):
    names = ("crit", "b64", "zip", "jwk", "enc", "kid", "typ")
    values = ("1", "null", '["b64"]', '["crit","b64"]', "false", "{}", '"x"')
    for one, other in product(names, names):
        for first, second in product(values, values):
            head = (
                header(tokens, **{one: first})
                if one == other
                else header(tokens, **{one: first, other: second})
            )
            asked(tokens, f"{encoded(head.encode())}.{encoded(b'{}')}.{encoded(b'x' * 64)}")


@pytest.mark.parametrize("kind", ["JWT", TYPE])
@pytest.mark.parametrize("name", CLAIM_NAMES)
def test_any_value_of_any_registered_claim(tokens: Tokens, name: str, kind: str):
    """A key of ours that signs nonsense still lets nothing but a principal or a refusal out."""
    for value in VALUES:
        token = signed(tokens, header(tokens, typ=f'"{kind}"'), claims(kind, **{name: value}))
        try:
            found = verify_ticket(tokens, token, SESSION) if kind == TYPE else tokens.verify(token)
        except TokenRefused:
            continue
        assert isinstance(found, Principal)
        assert isinstance(found.expires_s, int)
        assert 0 <= found.expires_s < 2**53


@pytest.mark.parametrize(
    "value", ['"1e9"', '"4102444800"', "4102444800.0", "4.1e9", "true", "null", "[4102444800]"][:7]
)
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_a_time_is_a_whole_number(tokens: Tokens, name: str, value: str):
    with pytest.raises(TokenRefused):
        tokens.verify(signed(tokens, header(tokens), claims("JWT", **{name: value})))


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_a_token_of_the_future_is_refused(tokens: Tokens, name: str):
    with pytest.raises(TokenRefused):
        tokens.verify(signed(tokens, header(tokens), claims("JWT", **{name: str(int(time.time()) + 3_600)})))


def test_of_what_is_named_twice_each_must_be_ours(tokens: Tokens):
    """So that no two readers of one header see different ones."""
    twice = header(tokens).replace("{", f'{{"alg":"{ALGORITHM}",', 1)
    assert tokens.verify(signed(tokens, twice, claims("JWT"))).subject == "sam"
    for member in ('"alg":"none"', '"crit":1', '"kid":[]', '"typ":7'):
        asked(tokens, signed(tokens, header(tokens).replace("{", "{" + member + ",", 1), claims("JWT")))
        asked(tokens, signed(tokens, header(tokens).replace("}", "," + member + "}"), claims("JWT")))


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"{}",
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b"[" * 1_400,
        b'{"a":' * 280,
        b"\x00" * 900,
    ],
    ids=lambda part: repr(part[:8]),
)
def test_what_is_no_object_is_refused_wherever_it_stands(tokens: Tokens, part: bytes):
    asked(tokens, signed(tokens, part, claims("JWT")))
    asked(tokens, signed(tokens, header(tokens), part))
    asked(tokens, encoded(part))
    asked(tokens, f"{encoded(header(tokens).encode())}.{encoded(part)}.{encoded(part)}")
    # Deep enough to exhaust the decoder, in a member that nobody reads.
    asked(tokens, signed(tokens, header(tokens), b'{"x":' + b"[" * 2_600 + b"]" * 10))


@pytest.mark.parametrize("sign", ["\ud800", "é", "\x00", "\n", " ", "%", "=", ".", "..", "²"])
def test_any_sign_anywhere_is_refused(tokens: Tokens, sign: str):
    good = signed(tokens, header(tokens), claims("JWT"))
    for place in (0, 4, len(good) - 20):
        altered = good[:place] + sign + good[place:]
        try:
            assert tokens.verify(altered).subject == "sam"
        except TokenRefused:
            continue


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(
    head=st.dictionaries(st.sampled_from(HEADER_NAMES), ANY_JSON, max_size=4),
    body=st.dictionaries(st.sampled_from(CLAIM_NAMES), ANY_JSON, max_size=5),
    is_signed=st.booleans(),
)
def test_any_header_and_claims(tokens: Tokens, head: dict[str, Any], body: dict[str, Any], is_signed: bool):
    said = json.loads(header(tokens)) | head if is_signed else head
    token = signed(tokens, json.dumps(said), json.dumps(json.loads(claims("JWT")) | body))
    if not is_signed:
        token = token[:-8] + "AAAAAAAA"
    with capture_logs() as lines:
        try:
            assert isinstance(tokens.verify(token), Principal)
            assert is_signed
        except TokenRefused:
            pass
    assert lines == []


def test_a_library_that_fails_refuses_and_is_told(tmp_path: Path):
    """As a newer one may, over what no version today stumbles at: here over what finds the key."""
    tokens = Tokens.read(tmp_path / "keys.json", create=True)
    token = signed(tokens, header(tokens), claims("JWT"))
    tokens._keys = lambda _: 1 / 0  # type: ignore[assignment, return-value]
    with capture_logs() as lines, pytest.raises(TokenRefused):
        tokens.verify(token)
    assert [line["error"] for line in lines] == ["ZeroDivisionError"]
