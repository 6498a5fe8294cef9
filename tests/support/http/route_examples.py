"""For each route that takes a body an example of it, and what is refused for the state that calls lead to.

A new route with a body gets its example here; every test that calls all routes uses it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tests.support.http.api_examples import NEW_PLAYER, PREFERENCES, Api, Caller
from tta.domain.goals import MILESTONES_MAX, OPEN_GOALS_MAX
from tta.http.apps import BOTH, COMMANDS, QUERIES
from tta.http.edge.calls import Route

ROUTES = (*COMMANDS, *QUERIES, *BOTH)
BODIES: Mapping[str, Mapping[str, Any]] = {
    "register_player": NEW_PLAYER,
    "change_consent": {"given": True},
    "set_preferences": PREFERENCES,
    "set_goal": {"text": "Leave the house every day"},
    "record_progress": {"goal_id": "{goal_id}", "attainment": 1},
    "achieve_milestone": {"text": "To the corner and back"},
    "take_measure": {"measure": "gad7", "answers": [0, 1, 2, 3, 0, 1, 2]},
    "forget_rows": {"model": "agents", "slot": 15},
    "start_session": {},
    "switch_sessions": {"to": "{other_session_id}"},
    "copy_sessions": {},
    "submit_interaction": {"text": "Hello"},
}
"""By operation. A text in braces stands for an id, as in a path."""
PLACES = {"purpose": "research", "story_id": "clearing"}
"""Parts of paths that belong to no player."""
CALM = {"measure": "gad7", "answers": [0] * 7}


class RefusedCall(NamedTuple):
    """Bodies that are sent one after the other by the owner; the last is refused."""

    operation: str
    bodies: Sequence[Mapping[str, Any]]


REFUSED: Mapping[str, RefusedCall] = {
    "too-many-goals": RefusedCall("set_goal", [BODIES["set_goal"]] * OPEN_GOALS_MAX),
    "too-many-milestones": RefusedCall(
        "achieve_milestone", [BODIES["achieve_milestone"]] * (MILESTONES_MAX + 1)
    ),
    "answers-incomplete": RefusedCall("take_measure", [{"measure": "phq9", "answers": [0] * 8}]),
    "answer-out-of-range": RefusedCall("take_measure", [{"measure": "gad7", "answers": [4] * 7}]),
    "measured-too-soon": RefusedCall("take_measure", [CALM, CALM]),
}
"""By the problem's code. The owner has a goal already."""


class Owned(NamedTuple):
    """A player, and the ids of what is theirs."""

    caller: Caller
    session_id: str
    other_session_id: str
    goal_id: str

    @property
    def session(self) -> str:
        """The path of the session."""
        return f"/v1/sessions/{self.session_id}"

    @property
    def ids(self) -> dict[str, str]:
        return {
            **PLACES,
            "player_id": str(self.caller.player_id),
            "session_id": self.session_id,
            "other_session_id": self.other_session_id,
            "goal_id": self.goal_id,
        }


def shown(route: Route) -> str:
    return f"{route.method} {route.path}"


async def owned(api: Api) -> Owned:
    """Make a player with two sessions and a goal."""
    caller, session = await api.session()
    goal = await caller.post(f"/v1/players/{caller.player_id}/goals", {"text": "Call a friend"})
    second = await caller.post("/v1/sessions", {})
    return Owned(caller, session.rpartition("/")[2], second.json()["id"], goal.json()["goal_id"])


async def asked(route: Route, caller: Caller, owner: Owned, *, streaming: bool = False) -> Any:
    """Call a route about what somebody owns, with the example of its body."""
    example = BODIES[route.operation] if route.body is not None else None
    return await sent(route, caller, owner, example, streaming=streaming)


async def refused(refusal: RefusedCall, owner: Owned) -> Any:
    """Send what is refused at last; give that answer."""
    (route,) = (each for each in ROUTES if each.operation == refusal.operation)
    return [await sent(route, owner.caller, owner, body) for body in refusal.bodies][-1]


async def sent(
    route: Route,
    caller: Caller,
    owner: Owned,
    example: Mapping[str, Any] | None,
    *,
    streaming: bool = False,
) -> Any:
    """Call a route about what somebody owns, with a body in which braces stand for ids."""
    body = None if example is None else {name: _filled(each, owner) for name, each in example.items()}
    # A stream does not end by itself; its headers are decided in the same way.
    is_endless = route.media_type == "text/event-stream" and not streaming
    method = "HEAD" if is_endless else route.method
    wanted = {"If_Match": "*"} if route.if_match else {}
    return await caller.send(method, route.path.format(**owner.ids), body, **wanted)


def _filled(value: Any, owner: Owned) -> Any:
    is_id = isinstance(value, str) and value.startswith("{")
    return value.format(**owner.ids) if is_id else value
