"""A real HTTP client that sends each command with one Idempotency-Key until it is answered."""

import asyncio
import base64
import hmac
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx2
import msgspec

from tta.domain.identity import derived_id
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.layout import SLOTS_MAX
from tta.security.consistency_tokens import TokenSeal

TIMEOUT_S = 15.0
ANSWERED_WITHIN_S = 240.0  # Over all attempts.
AGAIN = {"turn-unanswered", "too-many-conflicts"}
"""Refusals that go away: another process has not had its turn yet. The previous release answers the second
one with 409.
"""


class Sent(NamedTuple):
    """A command as it was sent. A retry has the same bytes."""

    subject: str
    token: str
    method: str
    path: str
    key: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class Answer(NamedTuple):
    """A client's knowledge after a 2xx. A retry must return the same."""

    sent: Sent
    status: int
    body: dict[str, Any]
    """The body without the reply and the status, which are read again each time."""
    version: int
    token: str
    """The `Consistency-Token`, for queries."""
    reply: dict[str, Any] | None = None

    def same_as(self, other: "Answer") -> bool:
        return self._replace(reply=None) == other._replace(reply=None)


class Refused(Exception):
    """A problem that a retry does not change."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(f"{response.request.method} {response.request.url}: {response.text}")
        self.status = response.status_code
        self.problem: dict[str, Any] = response.json()
        self.code: str = self.problem["code"]


class Api:
    """One API process for clients, and how often it left them without an answer."""

    def __init__(self, url: str) -> None:
        self.http = httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_S, trust_env=False)
        self.retries = 0
        """Requests that were sent again because there was no answer, or one that asks for a retry."""

    async def close(self) -> None:
        await self.http.aclose()

    async def once(self, sent: Sent) -> httpx2.Response:
        """Send a request once. Raises what httpx raises."""
        headers = {"Authorization": f"Bearer {sent.token}", **dict(sent.headers)}
        if sent.key:
            headers["Idempotency-Key"] = f'"{sent.key}"'
        return await self.http.request(sent.method, sent.path, json=sent.body, headers=headers)

    async def until_answered(self, sent: Sent) -> Answer:
        """Send a command until its outcome is known. Raises Refused."""
        loop, attempt = asyncio.get_running_loop(), 0
        deadline = loop.time() + ANSWERED_WITHIN_S
        while loop.time() < deadline:
            attempt += 1
            try:
                response = await self.once(sent)
            except httpx2.TransportError:
                self.retries += 1
            else:
                if response.is_success:
                    return answer(sent, response)
                assert "problem+json" in response.headers.get("content-type", ""), response.text
                code = response.json()["code"]
                if response.status_code != 503 and code not in AGAIN:
                    raise Refused(response)
                self.retries += response.status_code == 503
            await asyncio.sleep(min(0.02 * attempt, 0.3))
        raise AssertionError(f"not answered after {attempt} times: {sent.method} {sent.path}")


def answer(sent: Sent, response: httpx2.Response) -> Answer:
    body = response.json()
    reply = body.pop("reply", None)
    if reply is not None:
        body.pop("status", None)  # Only an answer with a reply has it: the status after the reply.
    return Answer(
        sent,
        response.status_code,
        body,
        int(response.headers["etag"].strip('"v')),
        response.headers["consistency-token"],
        reply,
    )


class Secrets:
    """Decodes answers with knowledge that only TTA and its tests have (docs/http-api/commands.md)."""

    def __init__(self, keys: Path, store: str) -> None:
        written = msgspec.json.decode((keys / "hmac.json").read_bytes())
        self._command_key = base64.b64decode(written["command"])
        self._seal = TokenSeal(self._command_key, store)

    def command_id(self, sent: Sent) -> UUID:
        """Return a command's id in the log."""
        named = f"{sent.subject}\x00{sent.method}\x00{sent.path}\x00{sent.key}".encode()
        return derived_id("command", hmac.digest(self._command_key, named, "sha256"))

    def seen(self, answer: Answer) -> ConsistencyToken:
        """Return the entry that an answer's consistency token names."""
        return self._seal.open(answer.sent.subject, answer.token, slots=SLOTS_MAX)


class Player:
    """One player's client. It records every answer."""

    def __init__(self, api: Api, mint: Callable[..., str], name: str, chance: random.Random) -> None:
        self.api = api
        self.name = name
        self.answers: list[Answer] = []
        self.again = 0
        """The number of commands sent again after their answer."""
        self.id = UUID(int=0)
        self._mint = mint
        self._token = mint(name)
        self._chance = chance
        self._keys = 0

    def sent(self, method: str, path: str, body: Any = None, **headers: str) -> Sent:
        """Create a command with its own key; `if_match='"v1"'` is a header."""
        self._keys += 1
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Sent(self.name, self._token, method, path, f"{self.name}-{self._keys}", body, named)

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a new command until it is answered; now and then repeat an old one, and compare the
        answers.
        """
        sent = self.sent(method, path, body, **headers)
        answered = await self.api.until_answered(sent)
        self.answers.append(answered)
        if self._chance.random() < 0.2:
            await self.retry(self._chance.choice(self.answers[-20:]))
        return answered

    async def retry(self, before: Answer) -> None:
        now = await self.api.until_answered(before.sent)
        self.again += 1
        assert now.same_as(before), f"a retry was answered differently: {before} and then {now}"

    async def register(self) -> None:
        """Register a player who consents to play."""
        made = await self.ask("POST", "/v1/players", {"name": f"Name of {self.name}"})
        self.become(UUID(made.body["id"]))
        await self.ask("PUT", f"/v1/players/{self.id}/consents/play", {"given": True})

    def become(self, player_id: UUID) -> None:
        """Act as that player from now on, with a token."""
        self.id = player_id
        self._token = self._mint(self.name, player=player_id)

    async def start_session(self) -> str:
        return str((await self.ask("POST", "/v1/sessions", {"story": "clearing"})).body["id"])

    async def say(self, session: str, words: str, *, wait_s: int = 0) -> Answer:
        prefer = {"prefer": f"wait={wait_s}"} if wait_s else {}
        return await self.ask("POST", f"/v1/sessions/{session}/interactions", {"text": words}, **prefer)

    async def play(self) -> None:
        """Play one session as people do: some turns, a pause, an end, and a change of preferences."""
        session, path = await self.start_session(), ""
        path = f"/v1/sessions/{session}"
        for turn in range(1, self._chance.randint(3, 8)):
            if self._chance.random() < 0.3:
                await self.ask("POST", f"{path}/interactions", {"choice": "left", "turn": turn})
            else:
                await self.say(session, f"turn {turn} of {self.name}", wait_s=self._chance.choice((0, 2)))
            if self._chance.random() < 0.15:
                await self.ask("POST", f"{path}/pause")
                await self.ask("POST", f"{path}/resume")
        await self.ask("POST", f"{path}/complete")
        await self._change_preferences()

    async def _change_preferences(self) -> None:
        mine = [each for each in self.answers if each.sent.path.startswith("/v1/players")]
        body = {
            "intensity": self._chance.randint(1, 5),
            "language": "en",
            "region": "GB",
            "time_zone": "Etc/UTC",
            "avoid_topics": [f"topic of {self.name}"],
            "emergency_contact": f"contact of {self.name}",
        }
        # The version was right when it was read. A retry is recognised before the version is checked.
        version = f'"v{max(each.version for each in mine)}"'
        await self.ask("PUT", f"/v1/players/{self.id}/preferences", body, if_match=version)
