"""The headers that keep an answer safe in a browser, chosen by what kind of answer it is.

An answer of the API is data: a browser that opens it may load and run nothing. A page may use what TTA itself
serves, but no inline script and no frame.
"""

from collections.abc import Iterable, Sequence

Header = tuple[bytes, bytes]

HTML = b"text/html"
ALWAYS: Sequence[Header] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
DATA_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
PAGE_POLICY = (
    b"content-security-policy",
    (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
)
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""Only where the API is reached over https: else a browser would refuse a development machine for a year."""


NOT_MODIFIED = 304


def safe_headers(status: int, headers: Iterable[Header], *, is_https: bool) -> list[Header]:
    """Choose what is added to an answer with these headers, whose names are in lower case.

    A 304 has no policy: it has no media type that would tell a page from data, and its headers replace those
    of the answer that the browser has stored (RFC 9111 §3.2).
    """
    hsts = [HSTS] if is_https else []
    if status == NOT_MODIFIED:
        return [*ALWAYS, *hsts]
    media_type = next((value for name, value in headers if name == b"content-type"), b"")
    policy = PAGE_POLICY if media_type.partition(b";")[0].strip().lower() == HTML else DATA_POLICY
    return [*ALWAYS, policy, *hsts]
