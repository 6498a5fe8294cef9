"""From session to session: what is ended, switched and copied, and whose it has to be."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.http.api_examples import PREFERENCES, Api, Caller, hold, problem
from tta.commands.handle import CommandContext
from tta.commands.starting import start_session
from tta.domain.identity import derived_id
from tta.domain.session import StartSession
from tta.domain.session import id_of as new_session_id
from tta.domain.targets import roster_target
from tta.eventstore.envelope import Causation
from tta.http.sessions.bodies import MACHINE_NOTICE
from tta.stories.story import CALM, catalogue


async def shown(caller: Caller, path: str, **headers: str) -> dict[str, Any]:
    answer = await caller.get(path, **headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def seen(caller: Caller, path: str, command: Any) -> dict[str, Any]:
    answer = await caller.seen(path, command)
    assert (answer.status_code, answer.headers["Consistency"]) == (200, "fresh"), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def begun(caller: Caller, story: str = "clearing") -> str:
    started = await caller.post("/v1/sessions", {"story": story})
    assert started.status_code == 201, started.text
    return str(started.headers["Location"])


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


async def plays(caller: Caller, path: str, chance: random.Random, turns: int) -> list[dict[str, Any]]:
    """Choose at random, turn by turn; give the replies, fewer where the story ended."""
    replies: list[dict[str, Any]] = []
    found = await caller.get(f"{path}/interactions")
    choices = found.json()["opening"]["choices"]
    while choices and len(replies) < turns:
        choice = chance.choice(choices)["id"]
        taken = await caller.post(f"{path}/interactions", {"choice": choice}, Prefer="wait=10")
        replies.append(taken.json()["reply"])
        choices = replies[-1]["choices"]
    return replies


class TestAbandoning:
    async def test_a_session_is_abandoned_once(self, api: Api):
        caller, path = await api.session()
        left = await caller.post(f"{path}/abandon")
        assert (left.status_code, left.json()["version"]) == (200, 2)
        assert (await seen(caller, path, left))["status"] == "abandoned"
        again = await caller.post(f"{path}/abandon")
        assert (again.status_code, again.json()["version"]) == (200, 2)
        problem(await caller.post(f"{path}/complete"), 409, "session-is-over")

    @pytest.mark.parametrize("verb", ["complete", "abandon"])
    async def test_an_end_makes_room_for_another(self, api: Api, verb: str):
        caller = await api.player()
        paths = [await begun(caller) for _ in range(20)]
        document = problem(await caller.post("/v1/sessions", {}), 409, "too-many-sessions")
        assert "20" in document["detail"]
        problem(await caller.post(f"{paths[0]}/copy", {}), 409, "too-many-sessions")
        assert (await caller.post(f"{paths[4]}/{verb}")).status_code == 200
        await begun(caller)


class TestSwitching:
    async def test_one_is_paused_and_the_other_goes_on(self, api: Api):
        caller, one = await api.session()
        other = await begun(caller)
        await caller.post(f"{other}/pause")
        switched = await caller.post(f"{one}/switch", {"to": id_of(other)})
        assert switched.status_code == 200, switched.text
        assert switched.json() == {"id": id_of(one), "version": 2, "to": {"id": id_of(other), "version": 3}}
        assert switched.headers["ETag"] == '"v2"'
        assert (await seen(caller, one, switched))["status"] == "paused"
        assert (await seen(caller, other, switched))["status"] == "open"

    async def test_one_that_is_open_already_stays_as_it_is(self, api: Api):
        caller, one = await api.session()
        other = await begun(caller)
        switched = await caller.post(f"{one}/switch", {"to": id_of(other)}, key="k")
        assert switched.json()["to"] == {"id": id_of(other), "version": None}
        assert (await seen(caller, one, switched))["status"] == "paused"
        await caller.post(f"{other}/pause")
        again = await caller.post(f"{one}/switch", {"to": id_of(other)}, key="k")
        assert again.json() == switched.json()

    async def test_sent_again_it_has_one_effect_and_one_answer(self, api: Api):
        caller, one = await api.session()
        other = await begun(caller)
        await caller.post(f"{other}/pause")
        first, second = await asyncio.gather(
            *(caller.post(f"{one}/switch", {"to": id_of(other)}, key="k") for _ in range(2))
        )
        await caller.post(f"{other}/pause")
        await caller.post(f"{one}/resume")
        third = await caller.post(f"{one}/switch", {"to": id_of(other)}, key="k")
        assert first.json() == second.json() == third.json()
        assert third.headers["Idempotency-Replayed"] == "true"
        assert (await caller.post(f"{one}/pause")).json()["version"] == 4, "it was open: paused once, resumed"
        third_one = await begun(caller)
        reused = await caller.post(f"{one}/switch", {"to": id_of(third_one)}, key="k")
        problem(reused, 422, "idempotency-key-reused")

    async def test_what_is_not_open_cannot_be_left_and_what_is_over_not_gone_to(self, api: Api):
        caller, one = await api.session()
        other = await begun(caller)
        await caller.post(f"{one}/pause")
        problem(await caller.post(f"{one}/switch", {"to": id_of(other)}), 409, "session-is-paused")
        await caller.post(f"{one}/complete")
        problem(await caller.post(f"{one}/switch", {"to": id_of(other)}), 409, "session-is-over")
        problem(await caller.post(f"{other}/switch", {"to": id_of(one)}), 409, "session-is-over")
        paused = await caller.post(f"{other}/pause")
        assert paused.json()["version"] == 2, "what was refused left nothing"

    async def test_both_are_to_be_the_callers(self, api: Api):
        caller, mine = await api.session()
        _, theirs = await api.session()
        nothing = str(derived_id("nothing"))
        for path, to in ((mine, id_of(theirs)), (theirs, id_of(mine)), (mine, nothing)):
            problem(await caller.post(f"{path}/switch", {"to": to}), 404, "no-such-session")
        assert (await caller.post(f"{mine}/pause")).json()["version"] == 2, "what was refused left nothing"

    @pytest.mark.parametrize("body", [{}, {"to": "x"}, {"to": None}, {"to": "x", "from": "y"}])
    async def test_a_switch_names_a_session(self, api: Api, body: dict[str, Any]):
        caller, path = await api.session()
        problem(await caller.post(f"{path}/switch", body), 422, "invalid-request")

    async def test_an_id_with_a_line_break_is_none(self, api: Api):
        caller, path = await api.session()
        refused = await caller.post(f"{path}/switch", {"to": f"{id_of(path)}\n"})
        assert problem(refused, 422, "invalid-request")["errors"][0]["pointer"] == "/to"

    async def test_one_does_not_switch_to_the_same_session(self, api: Api):
        caller, path = await api.session()
        document = problem(await caller.post(f"{path}/switch", {"to": id_of(path)}), 422, "invalid-request")
        assert document["errors"][0]["pointer"] == "/to"

    async def test_whoever_is_held_switches_and_is_owed_support_there(self, api: Api):
        caller, one = await api.session()
        other = await begun(caller)
        await caller.post(f"{other}/pause")
        await hold(api, caller.player_id)
        await caller.put(f"/v1/players/{caller.player_id}/consents/play", {"given": False})
        switched = await caller.post(f"{one}/switch", {"to": id_of(other)})
        assert switched.status_code == 200, switched.text
        said = await caller.post(f"{other}/interactions", {"text": "Hello"}, Prefer="wait=10")
        assert said.json()["reply"]["author"] == "protocol"

    async def test_whoever_is_held_resumes_the_other_where_the_first_is_paused(self, api: Api):
        caller, one = await api.session()
        other = await begun(caller)
        for path in (one, other):
            await caller.post(f"{path}/pause")
        await hold(api, caller.player_id)
        problem(await caller.post(f"{one}/switch", {"to": id_of(other)}), 409, "session-is-paused")
        assert (await caller.post(f"{other}/resume")).status_code == 200


class TestCopying:
    @pytest.mark.parametrize("story", sorted(catalogue()))
    async def test_a_copy_stands_where_its_source_stood_and_goes_on_alike(self, api: Api, story: str):
        caller, chance = await api.player(), random.Random(story)
        source = await begun(caller, story)
        replies = await plays(caller, source, chance, 8)
        until = chance.randrange(1, len(replies))
        copied = await caller.post(f"{source}/copy", {"until_turn": until})
        assert copied.status_code == 201, copied.text
        path = copied.headers["Location"]
        assert copied.json() == {
            "id": id_of(path),
            "version": 1,
            "copied_from": id_of(source),
            "copied_turns": until,
            "notice": MACHINE_NOTICE,
        }
        stands = await seen(caller, path, copied)
        stood = replies[until - 1]
        assert (stands["last_reply"], stands["choices"]) == (stood["text"], stood["choices"])
        assert (stands["scene"], stands["story"], stands["turn"]) == (stood["scene"], story, 0)
        interactions = (await shown(caller, f"{source}/interactions"))["interactions"]
        for number, before in enumerate(replies[until:], 1):
            choice = {"choice": interactions[until + number - 1]["choice"]}
            again = await caller.post(f"{path}/interactions", choice, Prefer="wait=10")
            reply = again.json()["reply"]
            assert {**reply, "turn": before["turn"], "notice": before["notice"]} == before

    async def test_a_copy_of_a_copy_goes_back_to_the_first(self, api: Api):
        caller, chance = await api.player(), random.Random(7)
        source = await begun(caller, "clearing")
        replies = await plays(caller, source, chance, 3)
        one = await caller.post(f"{source}/copy", {"until_turn": 2})
        other = await caller.post(f"{one.headers['Location']}/copy", {})
        assert (other.json()["copied_from"], other.json()["copied_turns"]) == (one.json()["id"], 0)
        stands = await seen(caller, other.headers["Location"], other)
        assert stands["last_reply"] == replies[1]["text"]
        (listed, *_) = (await caller.seen("/v1/sessions", other)).json()["sessions"]
        assert (listed["id"], listed["copied_from"]) == (other.json()["id"], one.json()["id"])

    async def test_an_ended_story_is_copied_to_before_its_last_choice(self, api: Api):
        caller, chance = await api.player(), random.Random(3)
        source = await begun(caller)
        replies = await plays(caller, source, chance, 200)
        assert replies[-1]["ending"]
        await caller.post(f"{source}/complete")
        for body in ({}, {"until_turn": len(replies)}):
            copied = await caller.post(f"{source}/copy", body)
            assert copied.json()["copied_turns"] == len(replies) - 1
            stands = await seen(caller, copied.headers["Location"], copied)
            assert stands["choices"] == replies[-2]["choices"]
            assert stands["status"] == "open"

    async def test_it_is_told_under_the_wishes_of_today(self, api: Api):
        caller, chance = await api.player(), random.Random(1)
        (name, scenes) = next(
            (name, versions[max(versions)].scenes)
            for name, versions in sorted(catalogue().items())
            if any(each.intensity > 2 for each in versions[max(versions)].scenes.values())
        )
        turn = None
        while turn is None:
            source = await begun(caller, name)
            replies = await plays(caller, source, chance, 20)
            met = [each["turn"] for each in replies if scenes[each["scene"]].intensity > 2]
            turn = met[0] if met and not replies[met[0] - 1]["ending"] else None
            await caller.post(f"{source}/complete")
        path = f"/v1/players/{caller.player_id}"
        tag = (await caller.get(path)).headers["ETag"]
        wished = {**PREFERENCES, "intensity": 1}
        assert (await caller.put(f"{path}/preferences", wished, If_Match=tag)).status_code == 200
        copied = await caller.post(f"{source}/copy", {"until_turn": turn})
        stands = await seen(caller, copied.headers["Location"], copied)
        assert stands["scene"] == CALM
        assert stands["choices"]

    async def test_sent_again_it_makes_one_session(self, api: Api):
        caller, path = await api.session()
        made = await asyncio.gather(*(caller.post(f"{path}/copy", {}, key="k") for _ in range(3)))
        assert {each.json()["id"] for each in made} == {made[0].json()["id"]}
        assert {each.status_code for each in made} == {201}
        problem(await caller.post(f"{path}/copy", {"until_turn": 9}, key="k"), 422, "idempotency-key-reused")

    @pytest.mark.parametrize("verb", ["pause", "complete", "abandon"])
    async def test_whatever_became_of_it_a_session_is_copied(self, api: Api, verb: str):
        caller, path = await api.session()
        await caller.post(f"{path}/{verb}")
        copied = await caller.post(f"{path}/copy", {})
        assert copied.status_code == 201
        stands = await seen(caller, copied.headers["Location"], copied)
        assert (stands["status"], bool(stands["last_reply"])) == ("open", True)

    async def test_a_turn_that_was_not_answered_is_not_copied(self, still_api: Api):
        caller, path = await still_api.session()
        await caller.post(f"{path}/interactions", {"text": "Hello"})
        document = problem(await caller.post(f"{path}/copy", {"until_turn": 1}), 409, "turn-out-of-order")
        assert document["detail"] == "expected turn 0 to 0, got 1"
        assert (await caller.post(f"{path}/copy", {})).json()["copied_turns"] == 0

    async def test_a_session_of_somebody_else_is_not_there(self, api: Api):
        _, theirs = await api.session()
        caller = await api.player()
        for path in (theirs, f"/v1/sessions/{derived_id('nothing')}"):
            problem(await caller.post(f"{path}/copy", {}), 404, "no-such-session")

    @pytest.mark.parametrize("body", [{"until_turn": -1}, {"until_turn": "1"}, {"until": 1}])
    async def test_what_cannot_be_asked_is_refused(self, api: Api, body: dict[str, Any]):
        caller, path = await api.session()
        problem(await caller.post(f"{path}/copy", body), 422, "invalid-request")

    async def test_whoever_is_held_copies_and_the_story_stands_still(self, api: Api):
        caller, path = await api.session()
        await hold(api, caller.player_id)
        copied = await caller.post(f"{path}/copy", {})
        assert copied.status_code == 201
        stands = await seen(caller, copied.headers["Location"], copied)
        assert (stands["last_reply"], stands["choices"]) == (None, [])
        said = await caller.post(
            f"{copied.headers['Location']}/interactions", {"text": "Hello"}, Prefer="wait=10"
        )
        assert said.json()["reply"]["author"] == "protocol"

    async def test_without_consent_to_play_nothing_is_copied(self, api: Api):
        caller, path = await api.session()
        await caller.put(f"/v1/players/{caller.player_id}/consents/play", {"given": False})
        problem(await caller.post(f"{path}/copy", {}), 409, "consent-missing")

    async def test_a_session_of_no_catalogue_is_copied_as_it_is(self, api: Api):
        """One that began before its story was taken away."""
        caller = await api.player()
        assert caller.player_id is not None
        command_id = derived_id("elsewhere", caller.player_id)
        about = Causation(
            actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
        )
        starts = StartSession(
            player_id=caller.player_id, story="elsewhere", consented=True, held=False, at=datetime.now(UTC)
        )
        begun_then = await start_session(
            api.parts.commands,
            new_session_id(caller.player_id, command_id),
            caller.player_id,
            lambda *_: starts,
            CommandContext(about),
        )
        copied = await caller.post(f"/v1/sessions/{begun_then.id}/copy", {})
        assert copied.status_code == 201
        assert (await seen(caller, copied.headers["Location"], copied))["story"] == "elsewhere"


async def test_a_story_that_ends_by_words_makes_room_too(api: Api):
    caller = await api.player()
    paths = [await begun(caller) for _ in range(20)]
    for words in ("quit", "yes"):
        said = await caller.post(f"{paths[0]}/interactions", {"text": words}, Prefer="wait=10")
        assert said.json()["reply"]["text"]
    problem(await caller.post(f"{paths[0]}/pause"), 409, "session-is-over")
    listed = await api.parts.commands.aggregates.one(roster_target(caller.player_id))
    assert [str(each) for each in listed.state.under_way] == [id_of(path) for path in paths[1:]]
    await begun(caller)
