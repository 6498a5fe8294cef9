"""A player who plays authored stories, mostly by the offered choices, and knows the expected answers.

Each answer is compared with the story as it is played in the proof's own process.
"""

import random
from typing import Any, NamedTuple
from uuid import UUID

from tests.support.http.event_source import EventSource
from tests.support.proofs.retrying_client import Answer, Api, Player, answer
from tests.support.told_passages import next_passage
from tta.domain.passages import NOTHING_ASKED, Play, Wishes
from tta.stories.playing.narrating import ToldPassage, opening
from tta.stories.story import Story, catalogue, newest

WAIT_S = 10
WISHES = Wishes()
META = ("look", "help", "status", "where am I?", "What can I do?")
OF_MYSELF = ("I feel so tired", "my day was bad", "I can't sleep", "my boss shouted at me again")
UNCLEAR = (
    "hmm",
    "1?",
    "yes",
    "banana",
    "climb a tree",
    "should I?",
    "¿qué?",
    "🌧",
    "I " + "really " * 300 + "wonder",
)


class Said(NamedTuple):
    """A message, and whether it names an open choice by its id."""

    choice: str | None = None
    words: str | None = None

    @property
    def body(self) -> dict[str, str]:
        return {"choice": self.choice} if self.choice else {"text": self.words or ""}


class StoryPlayer(Player):
    """Expects every request to succeed, and never retries."""

    def __init__(self, api: Api, mint: Any, name: str, chance: random.Random, *, looks: bool) -> None:
        super().__init__(api, mint, name, chance)
        self.turns = 0
        self.sessions = 0
        self.refusals = 0
        self._looks = looks
        """Whether the API process can reach the read models."""
        self._story: Story
        self._session = UUID(int=0)
        self._told: ToldPassage
        self._turn = 0
        self._moves: list[str] = []
        self._asked = NOTHING_ASKED

    @property
    def path(self) -> str:
        return f"/v1/sessions/{self._session}"

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a command once; now and then repeat it, and compare the answers."""
        answered = await self._taken(method, path, body, **headers)
        self.answers.append(answered)
        if self._chance.random() < 0.03:
            await self.retry(answered)
        return answered

    async def begin(self) -> None:
        """Start the next story, and check its beginning."""
        story = newest(self._chance.choice(sorted(catalogue())))
        assert story is not None
        started = await self.ask("POST", "/v1/sessions", {"story": story.id})
        self._story, self._session, self.sessions = story, UUID(started.body["id"]), self.sessions + 1
        self._turn, self._moves, self._asked = 0, [], NOTHING_ASKED
        self._told = opening(story, self._session, WISHES)
        await self.look(started)

    async def take_turn(self) -> None:
        """Say or choose something and check the answer; start another story if this one has ended."""
        said = self._next()
        answered = await self.ask(
            "POST",
            f"{self.path}/interactions",
            {**said.body, "turn": self._turn + 1},
            prefer=f"wait={WAIT_S}",
        )
        self.turns += 1
        self._turn += 1
        assert answered.body["turn"] == self._turn
        self._must_be_the_story(said, answered.reply)
        if said.words == "pause":
            # The reply says whether the words pause the session. Here it is open afterwards.
            await self._taken("POST", f"{self.path}/resume")
        if self._told.passage.ending or not self._told.passage.choices:
            await self._end()
        elif self._chance.random() < 0.04:
            await self._leave_and_come_back()
        elif self._chance.random() < 0.04:
            # It changes nothing, but its token comes after the reply; the interaction's token comes before
            # it.
            await self.look(await self._taken("POST", f"{self.path}/resume"))

    async def look(self, since: Answer) -> None:
        """Send every kind of query: the catalogue, the session, its turns, the read models."""
        listed = (await self._got("/v1/stories"))["stories"]
        assert {each["id"] for each in listed} >= set(catalogue())
        assert ("open", self._turn) == await self._stands()
        turns = (await self._got(f"{self.path}/interactions?order=desc&limit=3"))["interactions"]
        assert [each["turn"] for each in turns] == list(range(self._turn, max(self._turn - 3, 0), -1))
        assert [each["reply"]["text"] for each in turns[:1]] == [self._told.text] * bool(self._turn)
        if not self._looks:
            return
        shown = await self._got(self.path, since)
        stands = shown["status"], shown["turn"], shown["unanswered"]
        assert stands == ("open", self._turn, False), f"of turn {self._turn}: {stands}"
        assert shown["last_reply"] == self._told.text
        assert [each["id"] for each in shown["choices"]] == list(self._told.passage.choices)
        played = (await self._got("/v1/sessions", since))["sessions"]
        assert (played[0]["id"], played[0]["turns"]) == (str(self._session), self._turn)
        journey = await self._got(f"/v1/players/{self.id}/journey", since)
        assert str(self._session) in {each["id"] for each in journey["sessions"]}

    def _next(self) -> Said:
        passage, drawn = self._told.passage, self._chance.random()
        number = self._chance.randrange(len(passage.choices))
        text = self._told.choice_texts[number]
        if drawn < 0.6 or self._asked.to_quit:
            return Said(choice=passage.choices[number])
        if drawn < 0.7:
            return Said(words=text)
        if drawn < 0.75:
            return Said(words=str(number + 1))
        if drawn < 0.8:
            return Said(words=self._mistyped(text))
        if drawn < 0.82:
            return Said(words=self._chance.choice(("pause", "quit")))
        return Said(words=self._chance.choice(self._chance.choice((META, OF_MYSELF, UNCLEAR))))

    def _mistyped(self, text: str) -> str:
        """Exchange two letters."""
        at = self._chance.randrange(max(len(text) - 1, 1))
        return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]

    def _must_be_the_story(self, said: Said, reply: dict[str, Any] | None) -> None:
        assert reply is not None, f"turn {self._turn} of {self._session} had no reply within {WAIT_S} s"
        expected = next_passage(
            self._story,
            self._session,
            self._moves,
            WISHES,
            choice=said.choice,
            words=said.words,
            asked=self._asked,
        )
        assert reply["turn"] == self._turn
        assert reply["text"]
        offered = [(each["id"], each["text"]) for each in reply["choices"]]
        choices = list(zip(expected.passage.choices, expected.choice_texts, strict=True))
        assert (reply["scene"], offered) == (expected.passage.scene, choices), f"after {said}"
        if said.choice:
            assert reply["text"] == expected.text
            assert tuple(reply["practised"]) == expected.passage.practised
        assert reply["ending"] == expected.passage.ending
        self._moves += expected.passage.moves
        self._asked = Play().after(expected.passage).asked
        if expected.then == "pause":  # It offers nothing. The session keeps the choices offered before.
            self._told = self._told._replace(text=reply["text"])
        else:
            self._told = expected._replace(text=reply["text"])

    async def _end(self) -> None:
        await self.ask("POST", f"{self.path}/complete")
        if self._chance.random() < 0.3:
            await self._refused("session-is-over", "POST", f"{self.path}/interactions", {"text": "look"})
        await self.begin()

    async def _leave_and_come_back(self) -> None:
        await self.ask("POST", f"{self.path}/pause")
        await self._refused("session-is-paused", "POST", f"{self.path}/interactions", {"text": "look"})
        assert ("paused", self._turn) == await self._stands()
        resumed = await self.ask("POST", f"{self.path}/resume")
        stale = {"text": "look", "turn": max(self._turn, 1) + 5}
        await self._refused("turn-out-of-order", "POST", f"{self.path}/interactions", stale)
        await self.look(resumed)

    async def _taken(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = self.sent(method, path, body, **headers)
        response = await self.api.once(sent)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return answer(sent, response)

    async def _refused(self, code: str, method: str, path: str, body: Any) -> None:
        response = await self.api.once(self.sent(method, path, body))
        assert (response.status_code, response.json()["code"]) == (409, code), response.text
        self.refusals += 1

    async def _got(self, path: str, since: Answer | None = None) -> Any:
        headers = {} if since is None else {"Consistency-Token": since.token, "Prefer": f"wait={WAIT_S}"}
        headers["Authorization"] = f"Bearer {self._token}"
        response = await self.api.http.get(path, headers=headers)
        assert response.status_code == 200, f"GET {path}: {response.status_code} {response.text}"
        assert since is None or response.headers["consistency"] == "fresh"
        return response.json()

    async def _stands(self) -> tuple[str, int]:
        """Open the session's stream again, and check its status and last turn."""
        url = self.api.http.base_url
        source = EventSource((url.host, url.port or 80), f"{self.path}/stream", self._token)
        await source.open()
        try:
            opened = await source.next()
        finally:
            source.close()
        assert (opened.name, opened.data["held"], opened.data["unanswered"]) == ("open", False, False)
        return opened.data["status"], opened.data["turn"]
