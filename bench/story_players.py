"""Players who play the authored stories: they take offered choices, and start again at an ending."""

import asyncio
import json
import random
import time
from collections import Counter
from typing import Any

from bench.players import Connection
from tta.domain.identity import derived_id
from tta.domain.vocabulary import Role
from tta.security.tokens import Tokens

STORIES = ("clearing", "storm_keeper", "the_cartographers_debt", "the_night_post")
WAIT_S = 10
BY_ID, IN_WORDS = 0.85, 0.95
"""Cumulative shares of turns that take a choice by its id, or in its own words; the other turns look
around.
"""


class Played:
    """The results of the turns of all players."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        """Seconds from the moment a turn was due to its answer, for correctly answered turns."""
        self.wrong: Counter[str] = Counter()
        self.sessions = 0


class StoryPlayer:
    """One player on one connection, in one session at a time."""

    def __init__(self, port: int, tokens: Tokens, number: int, seed: int) -> None:
        self.played = Played()
        self._connection = Connection(port)
        self._tokens = tokens
        self._subject = str(derived_id("bench account", str(number)))
        self._chance = random.Random(f"{seed} {number}")
        self._story = number
        self._keys = 0
        self._choices: list[dict[str, str]] = []
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Register, consent to play, start a story."""
        await self._connection.open()
        self._token = self._tokens.mint(self._subject, [Role.ADMIN])
        player = (await self._command("POST", "/v1/players", {"name": "Sam"}))["id"]
        self._token = self._tokens.mint(self._subject, [Role.PLAYER], player_id=player)
        await self._command("PUT", f"/v1/players/{player}/consents/play", {"given": True})
        await self._start()

    async def play(self, due: float) -> None:
        """Take a turn that was due at that time of the performance counter; start again at an ending."""
        async with self._turn:
            status, answer = await self._ask("POST", f"{self._session}/interactions", self._said())
            reply = answer.get("reply")
            if status != 200 or reply is None:
                self.played.wrong[answer.get("code", "no reply in time") if status else "gone"] += 1
                return
            self.played.latencies.append(time.perf_counter() - due)
            self._choices = reply["choices"]
            if reply["ending"]:
                await self._command("POST", f"{self._session}/complete", None)
                await self._start()

    async def close(self) -> None:
        await self._connection.close()

    def _said(self) -> dict[str, str]:
        drawn = self._chance.random()
        if not self._choices or drawn > IN_WORDS:
            return {"text": "look"}
        choice = self._chance.choice(self._choices)
        return {"choice": choice["id"]} if drawn < BY_ID else {"text": choice["text"]}

    async def _start(self) -> None:
        self._story += 1
        story = STORIES[self._story % len(STORIES)]
        started = await self._command("POST", "/v1/sessions", {"story": story})
        self._session, self._choices = f"/v1/sessions/{started['id']}", []
        self.played.sessions += 1

    async def _command(self, method: str, path: str, body: object) -> dict[str, Any]:
        status, answer = await self._ask(method, path, body)
        assert status < 300, (path, status, answer)
        return answer

    async def _ask(self, method: str, path: str, body: object) -> tuple[int, dict[str, Any]]:
        self._keys += 1
        head = (
            f"Authorization: Bearer {self._token}\r\nIdempotency-Key: k{self._keys}\r\n"
            f"Prefer: wait={WAIT_S}\r\n"
        )
        sent = b"" if body is None else json.dumps(body).encode()
        status, _, answer = await self._connection.ask(method, path, head, sent)
        return status, json.loads(answer)
