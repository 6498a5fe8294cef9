"""A care plan over HTTP: goals, progress, questionnaires, what is said at once, and what is shown of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.http.api_examples import Api, Caller, problem
from tta.commands.care_plans import record_measure
from tta.commands.handle import CommandContext
from tta.domain.base import Event, SealedText
from tta.domain.care_plan import MeasureRecorded, RecordMeasure
from tta.domain.care_plan import id_of as care_plan_id
from tta.domain.identity import derived_id
from tta.domain.measures import PHQ9, MeasureKind
from tta.domain.safety_record import RiskAssessed
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.vocabulary import RiskCategory, RiskLevel
from tta.eventstore.envelope import ABSENT, Causation
from tta.eventstore.store import LoadRequest
from tta.http.edge.guidance import guidance_for
from tta.telemetry.metrics import REGISTRY

WALK = "Walk to the lake, and call Mira"


def phq9(*, item_9: int = 0, others: int = 1) -> dict[str, Any]:
    return {"measure": "phq9", "answers": [others] * 8 + [item_9]}


async def happened(api: Api, aggregate_id: UUID) -> list[Event]:
    aggregates = api.parts.commands.aggregates
    (loaded,) = await aggregates.store.load([LoadRequest(aggregate_id, ABSENT, b"")])
    return [aggregates.types.event(each) for each in loaded.events]


async def assessed(api: Api, caller: Caller) -> list[Event]:
    assert caller.player_id is not None
    return await happened(api, safety_record_id(caller.player_id))


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_what_becomes_of_goals_is_counted_once(api: Api):
    caller = await api.player()
    mine = f"/v1/players/{caller.player_id}"

    def counts() -> list[float]:
        return [counted("tta_goal_changes_total"), counted("tta_goal_attainment_total")]

    before = counts()
    for _ in range(2):  # The second time each is a retry.
        made = await caller.post(f"{mine}/goals", {"text": WALK}, key="goal")
        goal = f"{mine}/goals/{made.json()['goal_id']}"
        other = await caller.post(f"{mine}/goals", {"text": "Sleep"}, key="other")
        progress = {"goal_id": made.json()["goal_id"], "attainment": -1}
        assert (await caller.post(f"{mine}/progress", progress, key="p")).status_code == 200
        assert (await caller.post(f"{goal}/milestones", {"text": "Once"}, key="m")).status_code == 200
        assert (await caller.post(f"{goal}/complete", key="c")).status_code == 200
        aside = f"{mine}/goals/{other.json()['goal_id']}/set-aside"
        assert (await caller.post(aside, key="a")).status_code == 200
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [5, 1]


async def test_a_goal_names_a_skill_that_a_story_practises(api: Api):
    caller = await api.player()
    refused = await caller.post(f"/v1/players/{caller.player_id}/goals", {"text": WALK, "skill": "juggling"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
    assert refused.json()["errors"][0]["pointer"] == "/skill"
    assert "behavioural_activation" in refused.json()["detail"]


async def test_a_goal_is_set_worked_on_and_shown(api: Api):
    caller = await api.player()
    mine = f"/v1/players/{caller.player_id}"
    made = await caller.post(f"{mine}/goals", {"text": WALK, "skill": "behavioural_activation"})
    assert (made.status_code, made.headers["ETag"]) == (200, '"v1"')
    goal = made.json()["goal_id"]
    progress = {"goal_id": goal, "attainment": 1, "note": "Twice, in the rain"}
    assert (await caller.post(f"{mine}/progress", progress)).json() == {"goal_id": goal, "version": 2}
    reached = await caller.post(f"{mine}/goals/{goal}/milestones", {"text": "To the corner"})
    assert reached.json()["milestone_id"]
    done = await caller.post(f"{mine}/goals/{goal}/complete", If_Match='"v3"')
    assert done.headers["ETag"] == '"v4"'
    seen = await caller.seen(f"{mine}/progress", done)
    assert seen.headers["ETag"] == '"v4"'
    (shown,) = seen.json()["goals"]
    (milestone,) = shown.pop("milestones")
    assert (milestone["text"], milestone["id"]) == ("To the corner", reached.json()["milestone_id"])
    assert {name: shown[name] for name in ("text", "skill", "status", "attainment", "note")} == {
        "text": WALK,
        "skill": "behavioural_activation",
        "status": "completed",
        "attainment": 1,
        "note": "Twice, in the rain",
    }
    known = await caller.get(f"{mine}/progress", If_None_Match='"v4"')
    assert known.status_code == 304


async def test_who_has_no_plan_yet_has_empty_progress(api: Api):
    caller = await api.player()
    agreed = await caller.put(f"/v1/players/{caller.player_id}/consents/play", {"given": True})
    seen = await caller.seen(f"/v1/players/{caller.player_id}/progress", agreed)
    assert seen.headers["ETag"] == '"v0"'
    assert seen.json() == {
        "player_id": str(caller.player_id),
        "version": 0,
        "skills": [],
        "goals": [],
        "measures": [],
        "unreadable": [],
    }
    stranger = api.stranger()
    problem(await stranger.get(f"/v1/players/{stranger.player_id}/progress"), 404, "not-found")


async def test_a_questionnaire_is_scored_and_compared_with_the_first(api: Api):
    caller = await api.player()
    path = f"/v1/players/{caller.player_id}"
    before = counted("tta_measures_recorded_total", measure="phq9")
    taken = await caller.post(f"{path}/measures", phq9(), key="m")
    assert (await caller.post(f"{path}/measures", phq9(), key="m")).json() == taken.json()
    assert counted("tta_measures_recorded_total", measure="phq9") == before + 1
    assert {name: taken.json().get(name) for name in ("total", "severity", "guidance")} == {
        "total": 8,
        "severity": "mild",
        "guidance": None,
    }
    (shown,) = (await caller.seen(f"{path}/progress", taken)).json()["measures"]
    assert (shown["id"], shown["total"], shown["since_first"]) == (taken.json()["measure_id"], 8, None)


async def measured_a_week_ago(api: Api, player_id: UUID, answers: tuple[int, ...]) -> None:
    command_id = derived_id("a week ago", player_id)
    causation = Causation(
        actor="test", command_id=command_id, correlation_id=command_id, causation_id=command_id
    )
    command = RecordMeasure(
        id=command_id, measure=MeasureKind.PHQ9, answers=answers, at=datetime.now(UTC) - timedelta(days=7)
    )
    await record_measure(api.parts.commands, player_id, command, CommandContext(causation))


async def test_a_later_questionnaire_says_what_changed_and_is_counted_once(api: Api):
    caller = await api.player()
    assert caller.player_id is not None
    await measured_a_week_ago(api, caller.player_id, (2,) * 8 + (0,))
    before = counted("tta_measure_change_total", measure="phq9")
    path = f"/v1/players/{caller.player_id}"
    for _ in range(2):
        taken = await caller.post(f"{path}/measures", phq9(), key="m")
    assert counted("tta_measure_change_total", measure="phq9") == before + 1
    (later, first) = (await caller.seen(f"{path}/progress", taken)).json()["measures"]
    assert (first["total"], first["since_first"]) == (16, None)
    assert later["since_first"] == {
        "difference": -8,
        "change": "reliably_improved",
        "response": True,
        "remission": False,
        "recovery": True,
    }


async def test_without_a_positive_item_9_nothing_is_assessed(api: Api):
    caller = await api.player()
    taken = await caller.post(f"/v1/players/{caller.player_id}/measures", phq9(others=3))
    assert (taken.json()["severity"], "guidance" in taken.json()) == ("severe", False)
    assert await assessed(api, caller) == []


async def test_a_positive_item_9_is_assessed_in_the_same_append_and_answered_with_guidance(api: Api):
    caller = await api.player()
    path = f"/v1/players/{caller.player_id}/measures"
    taken = await caller.post(path, phq9(item_9=1), key="worrying")
    guidance = guidance_for(RiskLevel.LOW)
    assert guidance is not None
    assert taken.json()["guidance"] == {"level": "low", "text": guidance.text}
    again = await caller.post(path, phq9(item_9=1), key="worrying")
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (taken.json(), "true")
    (risk,) = await assessed(api, caller)
    assert isinstance(risk, RiskAssessed)
    assert (risk.level, risk.category, risk.source) == (RiskLevel.LOW, RiskCategory.SUICIDE, "phq9.item9")
    assert risk.evidence == (taken.json()["measure_id"],)


async def test_a_refused_questionnaire_is_assessed_all_the_same_once(api: Api):
    caller = await api.player()
    path = f"/v1/players/{caller.player_id}/measures"
    await caller.post(path, phq9())
    for _ in range(2):
        refused = await caller.post(path, phq9(item_9=3), key="too-soon")
        assert problem(refused, 409, "measured-too-soon")["guidance"]["level"] == "moderate"
    late = await caller.post(path, phq9(item_9=1), If_Match='"v9"')
    assert problem(late, 412, "version-mismatch")["guidance"]["level"] == "low"
    reused = await caller.post(path, phq9(item_9=2), key="reused")
    assert problem(reused, 409, "measured-too-soon")["guidance"]["level"] == "moderate"
    levels = [event.level for event in await assessed(api, caller) if isinstance(event, RiskAssessed)]
    assert levels == [RiskLevel.MODERATE, RiskLevel.LOW, RiskLevel.MODERATE]
    ordinary = await caller.post(path, phq9())
    assert "guidance" not in problem(ordinary, 409, "measured-too-soon")


@pytest.mark.parametrize(
    ("body", "code", "pointers"),
    [
        ({**phq9(item_9=3), "difficulty": 4}, "answer-out-of-range", ["/difficulty"]),
        ({"measure": "phq9", "answers": [0, 5] + [0] * 6 + [3]}, "answer-out-of-range", ["/answers/1"]),
        ({"measure": "phq9", "answers": [0, -1] + [0] * 6 + [3]}, "answer-out-of-range", ["/answers/1"]),
        (phq9(item_9=10**30), "answer-out-of-range", ["/answers/8"]),
        ({"measure": "phq9", "answers": [0] * 8 + [3, 0]}, "answers-incomplete", []),
    ],
)
async def test_answers_that_do_not_fit_are_refused_assessed_and_guided(
    api: Api, body: dict[str, Any], code: str, pointers: list[str]
):
    caller = await api.player()
    for _ in range(2):
        refused = await caller.post(f"/v1/players/{caller.player_id}/measures", body, key="m")
        told = problem(refused, 422, code)
        assert told["guidance"]["level"] == "moderate"
        assert [each["pointer"] for each in told.get("errors", [])] == pointers
    (risk,) = await assessed(api, caller)
    assert isinstance(risk, RiskAssessed)
    assert (risk.level, risk.source, risk.evidence) == (RiskLevel.MODERATE, "phq9.item9", ())
    assert await happened(api, care_plan_id(caller.player_id or UUID(int=0))) == []


async def test_without_consent_nothing_is_recorded_but_what_safety_needs(api: Api):
    caller = await api.player(consent=False)
    path = f"/v1/players/{caller.player_id}"
    problem(await caller.post(f"{path}/goals", {"text": WALK}), 409, "consent-missing")
    refused = problem(await caller.post(f"{path}/measures", phq9(item_9=1)), 409, "consent-missing")
    assert refused["guidance"]["level"] == "low"
    assert await happened(api, care_plan_id(caller.player_id or UUID(int=0))) == []
    assert len(await assessed(api, caller)) == 1


async def test_nobody_is_assessed_who_is_not_there(api: Api):
    stranger = api.stranger()
    refused = await stranger.post(f"/v1/players/{stranger.player_id}/measures", phq9(item_9=1))
    assert problem(refused, 404, "no-such-player")["guidance"]["level"] == "low"
    assert await assessed(api, stranger) == []


async def test_answers_and_goals_are_stored_sealed(api: Api):
    caller = await api.player()
    assert caller.player_id is not None
    await caller.post(f"/v1/players/{caller.player_id}/measures", {**phq9(item_9=1), "difficulty": 2})
    (recorded,) = await happened(api, care_plan_id(caller.player_id))
    assert isinstance(recorded, MeasureRecorded)
    assert isinstance(recorded.answers, SealedText)
    assert isinstance(recorded.difficulty, SealedText)
    key = await api.parts.required_keys.keyring.newest(caller.player_id)
    assert key.open(recorded.answers, tuple[int, ...]) == (1,) * 8 + (1,)


async def test_the_questionnaires_are_shown_word_for_word(api: Api):
    caller = await api.player()
    listed = (await caller.get("/v1/measures")).json()["measures"]
    assert [each["measure"] for each in listed] == list(MeasureKind)
    assert listed[0]["items"] == list(PHQ9.items)
    assert [len(each["items"]) for each in listed] == [9, 7]
    assert "2001" in listed[0]["source"]


async def test_what_is_practised_in_play_is_shown(api: Api):
    """A way through a story whose scenes practise something; each credit is the reactor's."""
    caller = await api.player()
    started = await caller.post("/v1/sessions", {"story": "clearing"})
    path, last = started.headers["Location"], started
    practised: list[Any] = []
    shown = (await caller.seen(path, started)).json()
    for _ in range(30):
        if practised or not shown["choices"]:
            break
        choice = {"choice": shown["choices"][0]["id"]}
        last = await caller.post(f"{path}/interactions", choice, Prefer="wait=20")
        shown = last.json()["reply"]
        practised = shown["practised"]
    assert practised
    found: list[Any] = []
    for _ in range(200):
        answer = await caller.seen(f"/v1/players/{caller.player_id}/progress", last)
        found = answer.json()["skills"]
        if found:
            break
    assert [each["skill"] for each in found] == practised
