"""The headers that every command or query speaks: keys, versions, preferences, tokens. Docs:
docs/http-api/commands.md and docs/http-api/queries.md.
"""

import re
from typing import NamedTuple
from urllib.request import parse_http_list

from starlette.datastructures import Headers

from tta.eventstore.consistency_token import ConsistencyToken
from tta.http.edge.problems import IF_MATCH_REQUIRED, KEY_MISSING, MALFORMED, TOKEN_MALFORMED, Problem
from tta.security.consistency_tokens import TokenMalformed, TokenSeal

KEY_CHARACTERS_MAX = 255
WAIT_S_MAX = 30.0

KEY_PATTERN = (
    rf'"([\x20-\x21\x23-\x5b\x5d-\x7e]{{1,{KEY_CHARACTERS_MAX}}})"'
    rf"|([\x21\x23-\x5b\x5d-\x7e]{{1,{KEY_CHARACTERS_MAX}}})"
)
ETAG_PATTERN = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
ETAGS_PATTERN = rf"(?:[ \t]*,)*[ \t]*{ETAG_PATTERN}(?:[ \t]*,(?:[ \t]*{ETAG_PATTERN})?)*[ \t]*"
"""A list of entity tags (RFC 9110 §8.8.3), of which members may be empty (§5.6.1.2)."""

key_pattern = re.compile(KEY_PATTERN)
etag_pattern = re.compile(ETAG_PATTERN)
etags_pattern = re.compile(ETAGS_PATTERN)
version_pattern = re.compile(r'"v(0|[1-9][0-9]{0,9})(?:\.[a-z]+)?"')


class Preference(NamedTuple):
    """`Prefer` (RFC 7240): how long the caller waits, and whether a stale answer is no answer."""

    wait_s: float
    strict: bool
    asked_wait: bool

    @property
    def applied(self) -> dict[str, str]:
        """The header that says what was made of it."""
        return {"Preference-Applied": f"wait={self.wait_s:.0f}"} if self.asked_wait else {}


def etag(version: int, variant: str = "") -> str:
    """The aggregate's version as a strong entity tag; `variant` tells two showings of one version apart."""
    return f'"v{version}.{variant}"' if variant else f'"v{version}"'


def is_known(headers: Headers, tag: str) -> bool:
    """Whether `If-None-Match` names the tag; weakness does not matter there (RFC 9110 §13.1.2). A value
    that is no list of tags is ignored.
    """
    given = (only(headers, "if-none-match") or "").strip()
    return given == "*" or tag in entity_tags(given)


def entity_tags(given: str) -> frozenset[str]:
    """Read a list of entity tags, each without its `W/`; what is no such list has none."""
    if etags_pattern.fullmatch(given) is None:
        return frozenset()
    return frozenset(each.removeprefix("W/") for each in etag_pattern.findall(given))


def only(headers: Headers, name: str) -> str | None:
    """Read a header whole: several lines of it are one list (RFC 9110 §5.3). A header that has a single value
    refuses such a list as malformed.
    """
    given = headers.getlist(name)
    return ", ".join(given) if given else None


def idempotency_key(headers: Headers) -> str | None:
    """Read `Idempotency-Key`: a quoted string as the draft has it, or the same without quotes."""
    raw = only(headers, "idempotency-key")
    if raw is None:
        return None
    found = key_pattern.fullmatch(raw.strip())
    if found is None:
        raise Problem(
            MALFORMED,
            f"an Idempotency-Key has 1 to {KEY_CHARACTERS_MAX} printable ASCII characters, without quotes",
        )
    return found.group(1) or found.group(2)


def required_key(headers: Headers) -> str:
    """Read `Idempotency-Key`, which every command has to bring."""
    key = idempotency_key(headers)
    if key is None:
        raise Problem(
            KEY_MISSING, "every command carries an Idempotency-Key, so that it can be sent again safely"
        )
    return key


def expected_versions(headers: Headers, *, required: bool = False) -> frozenset[int] | None:
    """Read `If-Match: "v17"` (→ 17, or each version of a list) or `If-None-Match: *` (→ 0); None if the
    caller takes any version.

    A weak tag counts as the strong one, other than RFC 9110 §13.1.1 has it: a proxy that compresses what it
    passes on makes every tag weak, and nothing that needs `If-Match` could ever be changed behind one. Tags
    of ours name a version, which is the same however its representation was encoded. A tag that is none of
    ours names no version, so it matches nothing.
    """
    unknown = only(headers, "if-none-match")
    if unknown is not None and unknown.strip() != "*":
        raise Problem(MALFORMED, "with a command If-None-Match is *: it must not exist yet")
    if unknown is not None:
        return frozenset({0})
    raw = only(headers, "if-match")
    if raw is None and required:
        raise Problem(IF_MATCH_REQUIRED, 'send the version that you read, as in If-Match: "v17"')
    if raw is None or raw.strip() == "*":
        return None
    tags = entity_tags(raw)
    if not tags:
        raise Problem(MALFORMED, 'If-Match holds entity tags such as "v17", or *')
    named = filter(None, map(version_pattern.fullmatch, tags))
    return frozenset(int(each.group(1)) for each in named)


def preference(headers: Headers) -> Preference:
    """Read `Prefer: wait=2, handling=strict`; what is not understood is ignored, and of what is said twice
    the first counts (RFC 7240 §2).
    """
    said: dict[str, str] = {}
    for each in parse_http_list(",".join(headers.getlist("prefer"))):
        name, _, value = each.partition(";")[0].partition("=")
        said.setdefault(name.strip().lower(), value.strip().strip('"').lower())
    wait = said.get("wait", "")
    asked = wait.isascii() and wait.isdecimal()
    # Numbers of any length are a wait; the longest are not even read.
    wait_s = min(float(wait.lstrip("0")[:5] or "0"), WAIT_S_MAX) if asked else 0.0
    return Preference(wait_s, said.get("handling") == "strict", asked)


def consistency_token(headers: Headers, account: str, seal: TokenSeal, slots: int) -> ConsistencyToken | None:
    """Read `Consistency-Token` as a command gave it to this account."""
    raw = only(headers, "consistency-token")
    if raw is None:
        return None
    try:
        return seal.open(account, raw, slots=slots)
    except TokenMalformed as error:
        raise Problem(TOKEN_MALFORMED, "send it as the command answered it to this account") from error
