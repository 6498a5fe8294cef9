"""The headers mean what docs/http-api says."""

import asyncio
import base64
import re
import time

import httpx2
import pytest

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api, hold, problem, soften
from tta.domain.vocabulary import Role
from tta.eventstore.consistency_token import ConsistencyToken
from tta.eventstore.subscription import Mark

HELLO = {"text": "Hello"}
JSON = "application/json"
SLOT_TOO_HIGH = base64.urlsafe_b64encode(bytes([1, 16]) + bytes(8)).decode().rstrip("=")


def same(first: httpx2.Response, again: httpx2.Response) -> None:
    """An answer given again: the same, and said to be again."""
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert (first.status_code, first.content) == (again.status_code, again.content)
    for name in ("ETag", "Consistency-Token", "Location"):
        assert first.headers.get(name) == again.headers.get(name)


class TestIdempotencyKey:
    async def test_the_same_request_gets_the_same_answer(self, api: Api):
        player, path = await api.session()
        for target, body in ((f"{path}/interactions", HELLO), ("/v1/sessions", {"story": "clearing"})):
            same(await player.post(target, body, key="k"), await player.post(target, body, key="k"))

    async def test_a_registration_is_recognised(self, api: Api):
        admin = api.caller(Role.ADMIN)
        same(*[await admin.post("/v1/players", NEW_PLAYER, key="k") for _ in range(2)])

    async def test_two_equal_requests_at_once_are_one(self, api: Api):
        player, path = await api.session()
        both = await asyncio.gather(*(player.post(f"{path}/interactions", HELLO, key="k") for _ in range(2)))
        same(*sorted(both, key=lambda each: "Idempotency-Replayed" in each.headers))

    async def test_quoted_or_bare_it_is_the_same_key(self, api: Api):
        player, path = await api.session()
        same(*[await player.post(f"{path}/interactions", HELLO, key=key) for key in ('"a-b"', "a-b")])

    async def test_it_belongs_to_one_path_and_one_caller(self, api: Api):
        player, path = await api.session()
        first = await player.post(f"{path}/pause", key="k")
        assert (await player.post(f"{path}/resume", key="k")).json()["version"] == 3
        same(first, await player.post(f"{path}/pause", key="k"))
        other = api.caller(Role.PLAYER, player_id=player.player_id)
        assert "Idempotency-Replayed" not in (await other.post(f"{path}/pause", key="k")).headers

    @pytest.mark.parametrize("key", ["k" * 256, '"', "a b", '""', '"a"b"', "ü"])
    async def test_what_is_no_key_is_malformed(self, api: Api, key: str):
        player = await api.player()
        headers = [(b"Authorization", f"Bearer {player.token}".encode()), (b"Idempotency-Key", key.encode())]
        problem(await api.http.post("/v1/sessions", json={}, headers=headers), 400, "malformed-request")

    async def test_of_two_keys_neither_counts(self, api: Api):
        player = await api.player()
        for keys in (("a", "b"), ("a", "a"), ('"a"', '"b"')):
            headers = [("Authorization", f"Bearer {player.token}")]
            headers += [("Idempotency-Key", key) for key in keys]
            refused = await api.http.post("/v1/sessions", json={}, headers=headers)
            problem(refused, 400, "malformed-request")

    async def test_255_characters_are_a_key(self, api: Api):
        player = await api.player()
        for key in ("k" * 255, f'"{"q" * 255}"'):
            assert (await player.post("/v1/sessions", {}, key=key)).status_code == 201

    async def test_layout_of_the_payload_does_not_matter_its_meaning_does(self, api: Api):
        player = await api.player()
        sent = [
            await player.http.post(
                "/v1/sessions",
                content=content,
                headers={
                    "Authorization": f"Bearer {player.token}",
                    "Idempotency-Key": "k",
                    "Content-Type": JSON,
                },
            )
            for content in ('{"story":"clearing"}', ' { "story" : "clearing" }', '{"story":"forest"}')
        ]
        assert [each.status_code for each in sent] == [201, 201, 422]
        problem(sent[2], 422, "idempotency-key-reused")


class TestVersions:
    async def test_a_version_that_stands_is_taken(self, api: Api):
        player, path = await api.session()
        paused = await player.post(f"{path}/pause", If_Match='"v1"')
        assert paused.headers["ETag"] == '"v2"'
        assert (await player.post(f"{path}/resume", If_Match="*")).status_code == 200

    async def test_another_version_is_refused_and_the_current_one_named(self, api: Api):
        player, path = await api.session()
        refused = await player.post(f"{path}/pause", If_Match='"v9"')
        assert problem(refused, 412, "version-mismatch")["current_version"] == 1

    async def test_what_must_not_exist_yet(self, api: Api):
        player, path = await api.session()
        assert (await player.post("/v1/sessions", {}, If_None_Match="*")).status_code == 201
        refused = await player.post(f"{path}/pause", If_None_Match="*")
        assert problem(refused, 412, "version-mismatch")["current_version"] == 1

    async def test_a_retry_is_recognised_before_its_version_is_compared(self, api: Api):
        player, path = await api.session()
        same(*[await player.post(f"{path}/pause", key="k", If_Match='"v1"') for _ in range(2)])

    @pytest.mark.parametrize(
        "tag",
        ["v1", '"v1', '"v1", "v2', "W/", 'w/"v1"', '*, "v1"', '"v1" "v1"', "", ",", '"v1";', "'v1'", '"v1 "'],
    )
    async def test_what_is_no_list_of_tags_is_malformed(self, api: Api, tag: str):
        player, path = await api.session()
        problem(await player.post(f"{path}/pause", If_Match=tag), 400, "malformed-request")

    @pytest.mark.parametrize(
        "tag",
        [
            '"1"',
            '""',
            '"v01"',
            '"V1"',
            '"v1."',
            '"v+1"',
            '"v1,v1"',
            '"v99999999999"',
            '"v"',
            'W/"v9"',
        ],
    )
    async def test_a_tag_that_names_another_version_or_none_matches_nothing(self, api: Api, tag: str):
        player, path = await api.session()
        refused = await player.post(f"{path}/pause", If_Match=tag)
        assert problem(refused, 412, "version-mismatch")["current_version"] == 1

    @pytest.mark.parametrize("tag", ['W/"v1"', '"v9", "v1"', 'W/"v9" ,, W/"v1"', '"else", "v1"', '"v1.held"'])
    async def test_of_a_list_one_has_to_fit_and_weakness_does_not_matter(self, api: Api, tag: str):
        """A proxy that compresses makes each tag weak: preferences could never be saved behind one."""
        player, path = await api.session()
        assert (await player.post(f"{path}/pause", If_Match=tag)).status_code == 200

    @pytest.mark.parametrize("tag", ['"v1"', '"v0"', "*"])
    async def test_what_is_to_be_made_has_no_version_to_match(self, api: Api, tag: str):
        player, path = await api.session()
        admin = api.caller(Role.ADMIN)
        for refused in (
            await player.post("/v1/sessions", {}, If_Match=tag),
            await player.post("/sessions", {}, If_Match=tag),
            await player.post(f"{path}/copy", {}, If_Match=tag),
            await admin.post("/v1/players", NEW_PLAYER, If_Match=tag),
        ):
            assert problem(refused, 412, "version-mismatch")["current_version"] == 0
        assert (await player.post("/v1/sessions", {}, If_None_Match="*")).status_code == 201

    async def test_whoever_changes_something_knows_no_tag_that_must_not_match(self, api: Api):
        player, path = await api.session()
        problem(await player.post(f"{path}/pause", If_None_Match='"v9"'), 400, "malformed-request")

    @pytest.mark.parametrize(
        ("tags", "status"), [(('"v9"', '"v1"'), 200), (('"v8"', '"v9"'), 412), (("*", '"v1"'), 400)]
    )
    async def test_two_lines_are_one_list(self, api: Api, tags: tuple[str, str], status: int):
        player, path = await api.session()
        headers = [("Authorization", f"Bearer {player.token}"), ("Idempotency-Key", "k")]
        headers += [("If-Match", tag) for tag in tags]
        assert (await api.http.post(f"{path}/pause", headers=headers)).status_code == status

    async def test_preferences_are_saved_behind_a_proxy_that_weakens_tags(self, api: Api):
        player = await api.player()
        path = f"/v1/players/{player.player_id}/preferences"
        assert (await player.put(path, PREFERENCES, If_Match='W/"v2"')).headers["ETag"] == '"v3"'
        refused = await player.put(path, PREFERENCES, If_Match='W/"v2"')
        assert problem(refused, 412, "version-mismatch")["current_version"] == 3
        problem(await player.put(path, PREFERENCES, If_Match='"v03"'), 412, "version-mismatch")

    async def test_preferences_want_the_version_that_was_read(self, api: Api):
        player = await api.player()
        path = f"/v1/players/{player.player_id}"
        problem(await player.put(f"{path}/preferences", PREFERENCES), 428, "if-match-required")
        assert player.player_id is not None
        token = api.sealed(player, await hold(api, player.player_id))
        shown = await player.get(path, Consistency_Token=token, Prefer="wait=10")
        tag = shown.headers["ETag"]
        assert tag == '"v2.held"'
        assert (await player.put(f"{path}/preferences", PREFERENCES, If_Match=tag)).status_code == 200
        refused = await player.put(f"{path}/preferences", PREFERENCES, If_Match=tag)
        assert problem(refused, 412, "version-mismatch")["current_version"] == 3


class TestConditionalGet:
    async def test_what_the_caller_has_is_not_sent_again(self, api: Api):
        player, path = await api.session()
        paused = await player.post(f"{path}/pause")
        shown = await player.seen(path, paused)
        assert shown.headers["ETag"] == paused.headers["ETag"]
        assert shown.headers["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Consistency-Token", "Prefer"} <= set(shown.headers["Vary"].split(", "))
        for tag in ('"v2"', 'W/"v2"', '"v1", "v2"', "*"):
            again = await player.get(path, If_None_Match=tag)
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", '"v2"')
        assert (await player.get(path, If_None_Match='"v1"')).status_code == 200

    @pytest.mark.parametrize(
        ("lines", "status"),
        [
            (('"v1"', '"v2"'), 304),
            (('"v2"', '"v1"'), 304),
            (('"a,b"', 'W/"v2"'), 304),
            (('"v1"', '"v3"'), 200),
            (('"v1", "v2', '"'), 200),
        ],
    )
    async def test_tags_over_two_lines_are_read_whole(self, api: Api, lines: tuple[str, str], status: int):
        player, path = await api.session()
        await player.seen(path, await player.post(f"{path}/pause"))
        headers = [("Authorization", f"Bearer {player.token}"), *(("If-None-Match", line) for line in lines)]
        assert (await api.http.get(path, headers=headers)).status_code == status

    async def test_a_hold_changes_what_is_shown_so_it_changes_the_tag(self, api: Api):
        player = await api.player()
        path = f"/v1/players/{player.player_id}"
        assert player.player_id is not None
        token = api.sealed(player, await hold(api, player.player_id))
        shown = await player.get(path, Consistency_Token=token, Prefer="wait=10", If_None_Match='"v2"')
        assert (shown.status_code, shown.json()["held"]) == (200, True)

    async def test_recovery_is_shown_and_changes_the_tag(self, api: Api):
        player = await api.player()
        path = f"/v1/players/{player.player_id}"
        assert player.player_id is not None
        token = api.sealed(player, await soften(api, player.player_id))
        shown = await player.get(path, Consistency_Token=token, Prefer="wait=10", If_None_Match='"v2"')
        assert (shown.json()["recovery"], shown.headers["ETag"]) == (True, '"v2.recovery"')
        token = api.sealed(player, await hold(api, player.player_id))
        shown = await player.get(path, Consistency_Token=token, Prefer="wait=10")
        assert shown.headers["ETag"] == '"v2.heldrecovery"'
        set_anew = await player.put(f"{path}/preferences", PREFERENCES, If_Match='"v2.heldrecovery"')
        assert set_anew.status_code == 200

    async def test_a_page_of_a_journey_has_an_opaque_tag(self, api: Api):
        player, session = await api.session()
        path = f"/v1/players/{player.player_id}/journey"
        before = await player.seen(path, await player.post(f"{session}/pause"))
        tag = before.headers["ETag"]
        assert (await player.get(path, If_None_Match=tag)).status_code == 304
        resumed = await player.post(f"{session}/resume")
        assert (await player.seen(path, resumed, If_None_Match=tag)).status_code == 200


class TestReadYourWrites:
    async def test_a_query_with_a_token_shows_the_command(self, api: Api):
        player, path = await api.session()
        for verb in ("pause", "resume", "pause", "resume"):
            changed = await player.post(f"{path}/{verb}")
            shown = await player.seen(path, changed)
            assert shown.headers["Consistency"] == "fresh"
            assert shown.headers["Preference-Applied"] == "wait=10"
            assert shown.json()["version"] == changed.json()["version"]

    async def test_an_answer_that_is_late_says_so(self, still_api: Api):
        player, path = await still_api.session()
        started = await player.post("/v1/sessions", {})
        token = started.headers["Consistency-Token"]
        refused = await player.get(path, Consistency_Token=token, Prefer="wait=0")
        problem(refused, 404, "not-found")
        assert refused.headers["Consistency"] == "stale"
        assert refused.headers["Preference-Applied"] == "wait=0"

    async def test_who_is_strict_takes_no_stale_answer(self, still_api: Api):
        player, path = await still_api.session()
        token = (await player.post("/v1/sessions", {})).headers["Consistency-Token"]
        began = asyncio.get_running_loop().time()
        refused = await player.get(path, Consistency_Token=token, Prefer="handling=strict, wait=1")
        assert asyncio.get_running_loop().time() - began >= 1
        problem(refused, 503, "not-yet-visible")
        assert refused.headers["Consistency"] == "stale"
        assert refused.headers["Retry-After"] == "1"

    async def test_somebody_elses_is_as_absent_as_what_is_not_there(self, api: Api):
        """Also with a token: what the answer says of freshness must not tell the two apart."""
        player, path = await api.session()
        await player.seen(path, await player.post(f"{path}/pause"))
        other = await api.player()
        token = (await other.post("/v1/sessions", {})).headers["Consistency-Token"]
        answers = [
            await other.get(each, Consistency_Token=token, Prefer="wait=10")
            for each in (path, f"/v1/sessions/{player.player_id}")
        ]
        documents = [problem(each, 404, "not-found") for each in answers]
        for document in documents:
            del document["trace_id"], document["instance"]
        assert documents[0] == documents[1]
        headers = [
            {name: value for name, value in each.headers.items() if name != "x-request-id"}
            for each in answers
        ]
        for each in headers:
            each.pop("content-length")
        assert headers[0] == headers[1]

    async def test_a_token_whose_entry_is_not_in_the_log_is_lost(self, api: Api):
        player, path = await api.session()
        token = api.sealed(player, ConsistencyToken.of(1, Mark(2**40, b"the hash of an entry that was lost")))
        await player.seen(path, await player.post(f"{path}/pause"))
        shown = await player.get(path, Consistency_Token=token, Prefer="wait=10")
        assert (shown.status_code, shown.headers["Consistency"]) == (200, "lost")
        for each in (path, f"{path}/interactions", "/v1/stories"):
            refused = await player.get(each, Consistency_Token=token, Prefer="handling=strict")
            problem(refused, 503, "history-changed")
            assert refused.headers["Consistency"] == "lost"

    async def test_a_token_of_the_release_before_is_stale_and_never_fresh(self, api: Api):
        player, path = await api.session()
        await player.seen(path, await player.post(f"{path}/pause"))
        before = base64.urlsafe_b64encode(bytes([1, 1]) + bytes(8)).decode().rstrip("=")
        shown = await player.get(path, Consistency_Token=before)
        assert (shown.status_code, shown.headers["Consistency"]) == (200, "stale")

    async def test_another_account_s_token_says_nothing(self, api: Api):
        player, path = await api.session()
        token = (await player.post(f"{path}/pause")).headers["Consistency-Token"]
        refused = await (await api.player()).get("/v1/stories", Consistency_Token=token)
        problem(refused, 400, "consistency-token-malformed")

    @pytest.mark.parametrize("token", ["", "x", "AQ", "ü", SLOT_TOO_HIGH, "!!!!", "A" * 4_000])
    async def test_what_is_no_token_of_ours_is_said(self, api: Api, token: str):
        player, path = await api.session()
        headers = {b"Authorization": f"Bearer {player.token}".encode(), b"Consistency-Token": token.encode()}
        problem(await api.http.get(path, headers=headers), 400, "consistency-token-malformed")

    async def test_what_prefer_says_beside_is_ignored(self, api: Api):
        player, path = await api.session()
        paused = await player.post(f"{path}/pause")
        headers = [
            ("Authorization", f"Bearer {player.token}"),
            ("Consistency-Token", paused.headers["Consistency-Token"]),
            ("Prefer", "respond-async, return=minimal"),
            ("Prefer", "wait=7"),
        ]
        shown = await api.http.get(path, headers=headers)
        assert (shown.status_code, shown.headers["Preference-Applied"]) == (200, "wait=7")

    @pytest.mark.parametrize(
        ("prefer", "applied"),
        [
            ("wait=99999", "wait=30"),
            ("wait=999999", "wait=30"),
            (f"wait={'9' * 9_000}", "wait=30"),
            ("wait=007", "wait=7"),
            ("wait=0", "wait=0"),
            ("wait = 2", "wait=2"),
            ('WAIT="2"', "wait=2"),
            ("wait=2; why=later", "wait=2"),
            ("wait=1,wait=30", "wait=1"),
            ("wait=soon, wait=30", None),
            ('note="a, wait=30", wait=2', "wait=2"),
            ("wait=-1", None),
            ("wait=\u00b2", None),
            ("wait", None),
            ('wait="', None),
            (",;=", None),
        ],
    )
    async def test_how_long_to_wait_is_read_as_the_standard_has_it(
        self, api: Api, prefer: str, applied: str | None
    ):
        player, path = await api.session()
        seen = await player.seen(path, await player.post(f"{path}/pause"))
        headers = {
            b"Authorization": f"Bearer {player.token}".encode(),
            b"Consistency-Token": seen.request.headers["Consistency-Token"].encode(),
            b"Prefer": prefer.encode("latin-1"),
        }
        shown = await api.http.get(path, headers=headers)
        assert (shown.status_code, shown.headers.get("Preference-Applied")) == (200, applied)

    @pytest.mark.parametrize("prefer", ['handling="strict"', "handling = strict", "wait=0, Handling=Strict"])
    async def test_strictness_is_read_as_the_standard_has_it(self, still_api: Api, prefer: str):
        player, path = await still_api.session()
        token = (await player.post(f"{path}/pause")).headers["Consistency-Token"]
        refused = await player.get(path, Consistency_Token=token, Prefer=prefer)
        problem(refused, 503, "not-yet-visible")

    @pytest.mark.parametrize("path", ["/v1/stories", "/v1/skills", "/v1/measures", "/v1/stories/clearing"])
    async def test_what_no_command_changes_is_fresh_for_every_token(self, api: Api, path: str):
        player, session = await api.session()
        shown = await player.seen(path, await player.post(f"{session}/pause"))
        assert (shown.status_code, shown.headers["Consistency"]) == (200, "fresh")
        refused = await player.get(path, Consistency_Token="garbage")
        problem(refused, 400, "consistency-token-malformed")


class TestWaitingForTheStory:
    async def test_a_retry_reads_the_reply_that_came_meanwhile(self, api: Api):
        player, path = await api.session()
        first = await player.post(f"{path}/interactions", HELLO, key="k")
        again = await player.post(f"{path}/interactions", HELLO, key="k", Prefer="wait=10")
        assert again.json().pop("reply")["turn"] == 1
        assert again.json() | first.json() == again.json()

    async def test_without_a_reply_in_time_there_is_none(self, still_api: Api):
        player, path = await still_api.session()
        said = await player.post(f"{path}/interactions", HELLO, Prefer="wait=1")
        assert (said.status_code, said.headers["Preference-Applied"]) == (200, "wait=1")
        assert "reply" not in said.json()


class TestAliases:
    async def test_the_paths_of_the_first_documents_work(self, api: Api):
        player = await api.player()
        started = await player.post("/sessions", {}, key=None)
        assert started.status_code == 201
        assert started.headers["Link"] == '</v1/sessions>; rel="successor-version"'
        path = f"/sessions/{started.json()['id']}"
        said = await player.post(f"{path}/interactions", HELLO, key=None)
        assert said.json()["turn"] == 1
        shown = await player.seen(path, said)
        assert shown.json()["turn"] == 1
        assert shown.headers["Link"] == f'</v1{path}>; rel="successor-version"'
        assert (await api.nobody().get("/health")).status_code == 200

    async def test_both_paths_are_one_for_a_key(self, api: Api):
        player = await api.player()
        same(*[await player.post(path, {}, key="k") for path in ("/v1/sessions", "/sessions")])

    async def test_problems_name_the_successor_too(self, api: Api):
        refused = await api.nobody().post("/sessions", {})
        problem(refused, 401, "unauthenticated")
        assert "successor-version" in refused.headers["Link"]

    async def test_they_say_since_when_they_are_deprecated(self, api: Api):
        player, path = await api.session()
        interacted = await player.post(f"{path.removeprefix('/v1')}/interactions", {}, key=None)
        for aged in (
            await player.post("/sessions", {}, key=None),
            interacted,
            await player.get(path.removeprefix("/v1")),
            await api.nobody().get("/health"),
        ):
            assert re.fullmatch("@[0-9]+", aged.headers["Deprecation"])
            assert int(aged.headers["Deprecation"][1:]) < time.time()
        for versioned in (await player.get(path), await api.nobody().get("/v1/health")):
            assert "Deprecation" not in versioned.headers


class TestIds:
    """An id is the same in capitals (RFC 9562 §4), so it names the same command too."""

    async def test_in_a_path_both_spellings_are_one_command(self, api: Api):
        player, path = await api.session()
        folder, _, session_id = path.rpartition("/")
        first = await player.post(f"{path}/interactions", HELLO, key="k")
        for spelt in (session_id.upper(), session_id.title()):
            same(first, await player.post(f"{folder}/{spelt}/interactions", HELLO, key="k"))
            same(first, await player.post(f"/sessions/{spelt}/interactions", HELLO, key="k"))
            assert (await player.seen(f"{folder}/{spelt}", first)).json()["id"] == session_id
        aliased = await player.get(f"/sessions/{session_id.upper()}")
        assert aliased.headers["Link"] == f'<{path}>; rel="successor-version"'

    async def test_in_every_path_they_are_taken(self, api: Api):
        player = await api.player()
        own, capitals = f"/v1/players/{player.player_id}", f"/v1/players/{str(player.player_id).upper()}"
        goal = await player.post(f"{own}/goals", {"text": "Go out"}, key="goal")
        same(goal, await player.post(f"{capitals}/goals", {"text": "Go out"}, key="goal"))
        goal_id = goal.json()["goal_id"]
        done = await player.post(f"{own}/goals/{goal_id}/complete", key="done")
        same(done, await player.post(f"{capitals}/goals/{goal_id.upper()}/complete", key="done"))
        for shown in ("", "/journey", "/progress"):
            assert (await player.seen(f"{capitals}{shown}", done)).status_code == 200

    async def test_in_a_body_both_spellings_are_one_payload(self, api: Api):
        player, path = await api.session()
        goals = f"/v1/players/{player.player_id}"
        goal_id = (await player.post(f"{goals}/goals", {"text": "Go out"})).json()["goal_id"]
        other = (await player.post("/v1/sessions", {})).json()["id"]
        for target, field, given, more in (
            (f"{goals}/progress", "goal_id", goal_id, {"attainment": 1}),
            (f"{path}/switch", "to", other, {}),
        ):
            first = await player.post(target, {field: given, **more}, key="k")
            same(first, await player.post(target, {field: given.upper(), **more}, key="k"))

    @pytest.mark.parametrize("spelt", ["{%s}", "urn:uuid:%s", "%s%%0a", "%s%%00", "%%E2%%84%%AA%s"])
    async def test_what_else_a_library_would_read_as_one_names_nothing(self, api: Api, spelt: str):
        player, path = await api.session()
        folder, _, session_id = path.rpartition("/")
        for each in (session_id, session_id.upper()):
            problem(await player.get(f"{folder}/{spelt % each}"), 404, "not-found")
            problem(await player.post(f"{folder}/{spelt % each}/pause"), 404, "not-found")
        problem(await player.get(f"{folder}/{session_id.replace('-', '')}"), 404, "not-found")
