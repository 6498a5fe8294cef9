"""A value that does not open is null and named, on every page that shows sealed text; and nothing is told by
it.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.support.http.api_examples import PREFERENCES, Api, Caller
from tests.support.http.key_examples import keyring_of, under_another_key
from tests.support.http.wire import wired
from tta.app.aggregates import AGGREGATES
from tta.domain.base import SealedText, personal_fields
from tta.reactors.answering import UNREAD_SENTENCE

AVOIDING = {**PREFERENCES, "avoid_topics": ["storms"], "trigger_warnings": ["death"]}


async def played(api: Api) -> tuple[Caller, str, str]:
    """A player of whom every page has something to show; gives the session's path and a token for it all."""
    caller = await api.player()
    player = f"/v1/players/{caller.player_id}"
    assert (await caller.put(f"{player}/preferences", AVOIDING, If_Match="*")).status_code == 200
    goal = (await caller.post(f"{player}/goals", {"text": "Leave the house"})).json()["goal_id"]
    await caller.post(f"{player}/progress", {"goal_id": goal, "attainment": 0, "note": "It rained"})
    await caller.post(f"{player}/goals/{goal}/milestones", {"text": "Went to the shop"})
    path = (await caller.post("/v1/sessions", {})).headers["Location"]
    said = await caller.post(f"{path}/interactions", {"text": "look"}, Prefer="wait=20")
    assert said.json()["reply"]["text"]
    # Of a command behind the reply, which is in the same slot.
    agreed = await caller.put(f"{player}/consents/research", {"given": True})
    return caller, path, agreed.headers["Consistency-Token"]


def named(document: Any, pointers: list[str]) -> list[Any]:
    """What stands at each JSON Pointer."""
    found = []
    for pointer in pointers:
        each = document
        for part in pointer.split("/")[1:]:
            each = each[int(part)] if isinstance(each, list) else each[part]
        found.append(each)
    return found


SESSION, PLAYER = "{session}", "{player}"


def each_choice(pointers: list[str], document: Any) -> list[str]:
    """The pointers, with one for each choice that a page shows."""
    found = []
    for pointer in pointers:
        before, star, after = pointer.partition("/*")
        (shown,) = named(document, [before]) if star else ([None],)
        found += [f"{before}/{at}{after}" if star else pointer for at in range(len(shown))]
    return found


PAGES: Mapping[str, list[str]] = {
    SESSION: ["/last_text", "/last_reply", "/choices/*/text"],
    f"{SESSION}/interactions": [
        "/interactions/0/text",
        "/interactions/0/reply/text",
        "/interactions/0/reply/choices/*/text",
        "/opening/text",
        "/opening/choices/*/text",
    ],
    PLAYER: [
        "/name",
        "/preferences/avoid_topics",
        "/preferences/trigger_warnings",
        "/preferences/emergency_contact",
    ],
    f"{PLAYER}/progress": ["/goals/0/milestones/0/text", "/goals/0/text", "/goals/0/note"],
    "/v1/stories/clearing": ["/fit"],
}


@pytest.mark.parametrize("page", PAGES)
async def test_it_is_null_and_named_and_the_rest_is_shown(api: Api, page: str):
    caller, path, token = await played(api)
    page = page.replace(SESSION, path).replace(PLAYER, f"/v1/players/{caller.player_id}")
    pointers = PAGES[page.replace(path, SESSION).replace(f"/v1/players/{caller.player_id}", PLAYER)]
    whole = await caller.get(page, Consistency_Token=token, Prefer="wait=20, handling=strict")
    assert (whole.status_code, whole.json()["unreadable"]) == (200, [])
    pointers = each_choice(pointers, whole.json())
    assert all(named(whole.json(), pointers))

    async with under_another_key(api, caller.player_id):
        broken = await caller.get(page, If_None_Match=whole.headers["ETag"])
        assert broken.status_code == 200, "what the caller has is not what is shown now"
        assert sorted(broken.json()["unreadable"]) == sorted(pointers)
        assert named(broken.json(), pointers) == [None] * len(pointers)
        assert (await caller.get(page, If_None_Match=broken.headers["ETag"])).status_code == 304
        same = {name: each for name, each in broken.json().items() if name in {"id", "version", "session_id"}}
        assert same == {name: whole.json()[name] for name in same}

    again = await caller.get(page, If_None_Match=broken.headers["ETag"])
    assert (again.status_code, again.json()) == (200, whole.json())
    assert again.headers["ETag"] == whole.headers["ETag"]


async def test_an_erasure_is_never_named_so(api: Api):
    caller, path, token = await played(api)
    keyring = keyring_of(api)
    assert caller.player_id is not None
    pages = [page.replace(SESSION, path).replace(PLAYER, f"/v1/players/{caller.player_id}") for page in PAGES]
    for page in pages:
        seen = await caller.get(page, Consistency_Token=token, Prefer="wait=20, handling=strict")
        assert seen.status_code == 200, seen.text
    await keyring.nodes.call("HSET", keyring.entry(caller.player_id), "destroyed", "1")
    keyring.forget()
    for page, pointers in zip(pages, PAGES.values(), strict=True):
        shown = await caller.get(page)
        assert (shown.status_code, shown.json()["unreadable"]) == (200, [])
        values = [each for each in pointers if "choices" not in each and each != "/fit"]
        assert named(shown.json(), values) == [None] * len(values)


async def test_a_stream_names_it_too(api: Api):
    caller, path, _ = await played(api)
    async with wired(api) as wire:
        source = await wire.source(caller, path).open()
        place = (await source.next()).id
        await caller.post(f"{path}/interactions", {"text": "look"}, Prefer="wait=20")
        source.close()
        async with under_another_key(api, caller.player_id):
            source = wire.source(caller, path, Last_Event_ID=str(place))
            await source.open()
            interaction, reply = await source.until("reply")
            source.close()
    assert (interaction.data["text"], interaction.data["unreadable"]) == (None, ["/text"])
    assert (reply.data["text"], reply.data["choices"][0]["text"]) == (None, None)
    assert not any(named(reply.data, reply.data["unreadable"]))
    assert reply.data["unreadable"][:2] == ["/text", "/choices/0/text"]


async def test_one_value_of_many_takes_down_no_other(api: Api):
    """Its bytes were altered: the rest of the page opens."""
    caller, _, token = await played(api)
    page = f"/v1/players/{caller.player_id}"
    await caller.get(page, Consistency_Token=token, Prefer="wait=20, handling=strict")
    statement = "MATCH (p:PlayerState_v2 {id: $id}) SET p.name = $name"
    async with api.parts.graph.transaction() as tx:
        await tx.run(statement, id=str(caller.player_id), name=bytes(80))
    shown = (await caller.get(page)).json()
    assert (shown["name"], shown["unreadable"]) == (None, ["/name"])
    assert shown["preferences"]["avoid_topics"] == ["storms"]


async def test_the_log_says_it_once_and_no_words(api: Api):
    caller, path, token = await played(api)
    await caller.get(path, Consistency_Token=token, Prefer="wait=20, handling=strict")
    with capture_logs() as lines:
        async with under_another_key(api, caller.player_id):
            for _ in range(3):
                await caller.get(path)
                await caller.get(f"{path}/interactions")
    told = [line for line in lines if line["event"] == "a sealed value does not open"]
    assert [line["player"] for line in told] == [str(caller.player_id)]
    assert told[0]["fields"] == ["/last_text"]


async def test_the_story_stands_still_where_wishes_do_not_open(api: Api):
    caller, path, _ = await played(api)
    async with under_another_key(api, caller.player_id):
        said = await caller.post(f"{path}/interactions", {"text": "look"}, Prefer="wait=20")
        reply = said.json()["reply"]
        assert (reply["text"], reply["choices"], reply["author"]) == (UNREAD_SENTENCE, [], "story")
        begun = await caller.post("/v1/sessions", {})
        copied = await caller.post(f"{path}/copy", {})
        for started in (begun, copied):
            assert started.status_code == 201, started.text
            told = await caller.get(f"{started.headers['Location']}/interactions")
            assert told.json()["opening"] | {"at_ms": 0, "notice": ""} == {
                "text": None, "scene": None, "skill": None, "choices": [], "notice": "", "at_ms": 0
            }  # fmt: skip
    for started in (begun, copied):
        said = await caller.post(
            f"{started.headers['Location']}/interactions", {"text": "look"}, Prefer="wait=20"
        )
        assert said.json()["reply"]["scene"], "the story is told from where it stands"


async def test_wishes_that_are_set_anew_are_read_again(api: Api):
    caller, path, _ = await played(api)
    async with under_another_key(api, caller.player_id):
        player = f"/v1/players/{caller.player_id}"
        assert (await caller.put(f"{player}/preferences", AVOIDING, If_Match="*")).status_code == 200
        said = await caller.post(f"{path}/interactions", {"text": "look"}, Prefer="wait=20")
        assert said.json()["reply"]["text"] != UNREAD_SENTENCE


def test_every_personal_field_is_among_the_pages():
    """A new one is to be added to PAGES, or to those that no page shows."""
    personal = {
        f"{event.__name__}.{field}"
        for module in AGGREGATES
        for event in module.EVENTS
        for field in personal_fields(event)
    }
    assert SealedText  # What they are once stored.
    assert personal == SHOWN | UNSHOWN


SHOWN = {
    "PlayerRegistered.name",
    "PreferencesSet.avoid_topics",
    "PreferencesSet.trigger_warnings",
    "PreferencesSet.emergency_contact",
    "SessionStarted.opening",
    "SessionStarted.choice_texts",
    "InteractionSubmitted.words",
    "InteractionAnswered.reply",
    "InteractionAnswered.choice_texts",
    "GoalSet.text",
    "ProgressRecorded.note",
    "MilestoneAchieved.text",
}
UNSHOWN = {
    "SafetyHoldPlaced.reason",
    "SafetyHoldReleased.reason",
    "MeasureRecorded.answers",
    "MeasureRecorded.difficulty",
}
