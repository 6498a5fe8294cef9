"""A real process logs one line per request, never anybody's words, and leaves who does not go on."""

import re
import secrets
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from tests.support.running_tta import Dev
from tta.http.edge.bodies import TIMEOUT_S

MARK = "Xylophonic"


def mine() -> str:
    return f"{MARK}-{secrets.token_hex(4)}"


def sent(dev: Dev, method: str, path: str, **more: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {dev.token}", "Idempotency-Key": mine(), **more.pop("headers", {})}
    return httpx2.request(method, dev.url + path, headers=headers, **more)


def lines_of(dev: Dev, response: httpx2.Response) -> list[dict[str, Any]]:
    """The log's lines on a request, once the process has written them."""
    request_id = response.headers["X-Request-Id"]
    for _ in range(100):
        lines = [line for line in dev.logged() if line.get("request") == request_id]
        if lines:
            break
        time.sleep(0.02)
    return lines


def test_a_request_is_one_line(dev: Dev):
    trace = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01", "X-Request-Id": "one.line"}
    response = sent(dev, "POST", "/v1/sessions", json={}, headers=headers)
    assert response.status_code == 201
    (line,) = lines_of(dev, response)
    assert line.pop("timestamp")
    assert line.pop("ms") > 0
    assert line == {
        "event": "request",
        "level": "info",
        "method": "POST",
        "route": "/v1/sessions",
        "status": 201,
        "request": "one.line",
        "trace": trace,
        "account": "demo",
    }


def test_a_refused_request_is_one_line_that_names_the_problem(dev: Dev):
    response = sent(dev, "POST", "/v1/sessions/x/pause")
    (line,) = lines_of(dev, response)
    assert (line["status"], line["problem"], line["level"]) == (404, "not-found", "info")
    assert (line["route"], "x/pause" in str(line)) == ("/v1/sessions/{session_id}/pause", False)


def test_no_words_reach_the_log(dev: Dev):
    started = sent(dev, "POST", "/v1/sessions", json={})
    path, own = started.headers["Location"], f"/v1/players/{dev.player_id}"
    wait = {"Prefer": "wait=20"}
    said = sent(dev, "POST", f"{path}/interactions", json={"text": f"I am {MARK}"}, headers=wait)
    seen = wait | {"Consistency-Token": said.headers["Consistency-Token"]}
    taken = [said, sent(dev, "GET", own, headers=seen), sent(dev, "GET", path, headers=seen)]
    assert [each.status_code for each in taken] == [200, 200, 200]
    preferences = {"intensity": 1, "language": "en", "region": "GB", "time_zone": "UTC"}
    changed = sent(
        dev,
        "PUT",
        f"{own}/preferences",
        json={**preferences, "avoid_topics": [MARK], "emergency_contact": MARK},
        headers={"If-Match": "*"},
    )
    assert changed.status_code == 200
    refused = [
        sent(dev, "POST", f"{path}/interactions", json={"text": MARK, MARK: 1}),
        sent(dev, "POST", f"{path}/interactions", json={"text": f"{MARK} " * 400, "turn": 2}),
        sent(dev, "POST", f"{path}/interactions", json={"text": f"{MARK} " * 4_000}),
        sent(dev, "POST", f"{path}/interactions", json={"choice": f"{MARK} {MARK}"}),
        sent(dev, "POST", f"{path}/interactions", json=[MARK]),
        sent(dev, "POST", f"{path}/interactions", content=MARK),
        sent(dev, "POST", f"{path}/interactions", content=f'{{"text": "{MARK}'.encode()),
        sent(dev, "PUT", f"{own}/preferences", json={**preferences, "approaches": [MARK]}),
        sent(dev, "PUT", f"{own}/preferences", json={**preferences, "region": MARK}),
        sent(dev, "PUT", f"{own}/consents/{MARK}", json={"given": True}),
        sent(dev, "POST", "/v1/sessions", json={"story": MARK * 20}),
        sent(dev, "GET", f"/v1/{MARK}?{MARK}={MARK}"),
        sent(dev, "GET", f"{own}/journey?cursor={MARK}"),
        sent(dev, "GET", path, headers={"Consistency-Token": MARK, "Prefer": MARK}),
        sent(dev, "GET", path, headers={"Authorization": f"Bearer {MARK}", "User-Agent": MARK}),
        sent(dev, "POST", "/v1/sessions", json={}, headers={"If-Match": MARK, "Cookie": MARK}),
    ]
    assert all(400 <= each.status_code < 500 for each in refused), [each.status_code for each in refused]
    for each in (*taken, changed, *refused):
        assert lines_of(dev, each)
    assert MARK not in dev.stderr.read_text()


def test_nonsense_on_the_wire_reaches_no_log(dev: Dev):
    with socket.create_connection(dev.address, 5) as line:
        line.sendall(f"{MARK} {MARK}\r\n\r\n".encode())
        assert b" 400 " in line.recv(4_096)
    assert MARK not in dev.stderr.read_text()


def test_labels_are_bounded(dev: Dev):
    for number in range(3):
        sent(dev, f"METHOD{number}", "/v1/sessions")
        sent(dev, "GET", f"/nowhere/{number}")
        sent(dev, "GET", f"/v1/sessions/{number}")
        sent(dev, "POST", f"/health/{number}")
    text = httpx2.get(f"{dev.operators}/metrics").text
    families = {each.name: each for each in text_string_to_metric_families(text)}
    labels = [sample.labels for sample in families["tta_http_requests"].samples]
    assert {each["method"] for each in labels} <= {
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "other",
    }
    routes = {each["route"] for each in labels}
    assert not any(re.search(r"/\d|nowhere", each) for each in routes), routes
    assert "unknown" in routes


def test_a_half_sent_body_is_not_waited_for(dev: Dev):
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda half: half_sent(dev, half), [b"", b'{"story": ']))
    for answer, seconds in answers:
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"request-timeout"' in answer
        assert TIMEOUT_S <= seconds < TIMEOUT_S + 3


def half_sent(dev: Dev, half: bytes) -> tuple[bytes, float]:
    """Send half of a body; gives what is answered until the connection ends, and after how long it does."""
    head = (
        f"POST /v1/sessions HTTP/1.1\r\nHost: tta\r\nAuthorization: Bearer {dev.token}\r\n"
        f"Idempotency-Key: {mine()}\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n"
    )
    began, answer = time.monotonic(), b""
    with socket.create_connection(dev.address, TIMEOUT_S + 5) as line:
        line.sendall(head.encode() + half)
        while chunk := line.recv(4_096):
            answer += chunk
    return answer, time.monotonic() - began


def test_a_client_that_leaves_is_one_line_and_no_failure(dev: Dev):
    head = (
        f"POST /v1/sessions HTTP/1.1\r\nHost: tta\r\nAuthorization: Bearer {dev.token}\r\n"
        f"X-Request-Id: left\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{{"
    )
    with socket.create_connection(dev.address, 5) as line:
        line.sendall(head.encode())
        time.sleep(0.1)
    for _ in range(100):
        lines = [line for line in dev.logged() if line.get("request") == "left"]
        if lines:
            break
        time.sleep(0.02)
    assert [(each["status"], each["level"]) for each in lines] == [(499, "info")]
