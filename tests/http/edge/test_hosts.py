"""A request names one host that there can be (RFC 9112 §3.2)."""

import asyncio

import httpx2
import pytest

from tests.support.http.api_examples import Api, problem
from tests.support.http.wire import served
from tta.http.edge.hosts import wrong_host

POSSIBLE = [
    b"tta.test",
    b"TTA.Example.ORG:8000",
    b"localhost",
    b"localhost:",
    b"tta_api:8000",
    b"a-b.c~d",
    b"example.org.",
    b"127.0.0.1:65535",
    b"[::1]",
    b"[2001:db8::1]:443",
    b"[::ffff:1.2.3.4]",
    b" tta.test ",
    b"x" * 63 + b".org",
]
IMPOSSIBLE = [
    b"",
    b" ",
    b"a b",
    b"a,b",
    b"a, b",
    b"a/b",
    b"a?b",
    b"a#b",
    b"user@host",
    b"http://a",
    b"a:b",
    b"a:65536",
    b"a:999999",
    b"a:1:2",
    b":80",
    b"a\x00",
    b"a\n",
    b"a\tb",
    b"<a>",
    b"m\xc3\xbcnchen",
    b"[",
    b"[]",
    b"[::1",
    b"::1",
    b"[g::1]",
    b"[1.2.3.4.5]",
    b"[::1]x",
    b"..",
    b"a..b",
    b".a",
    b"1.2.3.256",
    b"1.2.3",
    b"x" * 64,
    b"x." * 200,
]


@pytest.mark.parametrize("host", POSSIBLE)
def test_a_host_that_can_be_is_taken(host: bytes):
    assert wrong_host([(b"host", host)]) == ""


@pytest.mark.parametrize("host", IMPOSSIBLE)
def test_a_host_that_cannot_be_is_refused(host: bytes):
    assert wrong_host([(b"host", host)]) == "expected the name of a host as Host"
    assert wrong_host([(b"host", host)], "1.0") == "expected the name of a host as Host"


@pytest.mark.parametrize("hosts", [(b"a", b"b"), (b"a", b"a"), (b"a", b""), (b"a", b"b", b"c")])
def test_of_several_none_counts(hosts: tuple[bytes, ...]):
    headers = [(b"host", each) for each in hosts]
    assert wrong_host(headers) == wrong_host(headers, "1.0") == f"expected one Host header, got {len(hosts)}"


def test_only_http_1_0_may_name_none():
    assert wrong_host([(b"hosts", b"a")], "1.0") == ""
    assert wrong_host([(b"hosts", b"a")], "1.1") == "expected a Host header, got none"


@pytest.mark.parametrize("path", ["/v1/sessions", "/livez", "/health", "/nowhere", "/v1/openapi.json"])
async def test_over_http(api: Api, path: str):
    for hosts in (["a b"], ["tta.test", "tta.test"], ["tta.test", "evil.example"]):
        headers = httpx2.Headers([("Host", each) for each in hosts])
        refused = await api.http.get(path, headers=headers)
        problem(refused, 400, "malformed-request")
        assert refused.headers["X-Content-Type-Options"] == "nosniff"
    assert (await api.http.get("/livez", headers={"Host": "tta.test"})).status_code == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /livez HTTP/1.1\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nhost: a\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost:\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a b\r\n", 400),
        (b"GET http://a/livez HTTP/1.1\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a:8000\r\n", 200),
        (b"GET http://b/livez HTTP/1.1\r\nHost: a\r\n", 200),
        (b"GET /livez HTTP/1.0\r\n", 200),
        (b"GET /livez HTTP/1.0\r\nHost: a\r\nHost: b\r\n", 400),
    ],
)
async def test_on_the_wire(api: Api, head: bytes, status: int):
    async with served(api.app) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(head + b"Connection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
    assert answer.split(b" ", 2)[1] == str(status).encode()
    if status == 400:
        assert b"application/problem+json" in answer
