"""The gate that every text of a player's passes before an endpoint runs."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from starlette.requests import Request

from tta.domain.assessment import Assessment, TextKind, Writer, highest
from tta.http.edge.bodies import Arrival, strangers
from tta.http.edge.guidance import guidance_for
from tta.http.edge.marked_texts import MarkedText, TextPlace, read
from tta.http.edge.problems import Problem, problem_of


class Gate(Protocol):
    """Assesses one text of a player's."""

    async def assess(
        self, text: MarkedText, kind: TextKind, player_id: UUID | None, route: str, /
    ) -> Assessment:
        """Say how urgently somebody should respond. `player_id` is None while it is not known whom the text
        concerns; `route` is the path of the route that took it.
        """
        ...


async def assessed(
    gate: Gate,
    raw: bytes,
    places: Sequence[TextPlace],
    player_id: UUID | None,
    route: str,
    *,
    is_valid: bool = False,
) -> Assessment:
    """Pass each text of a player's in a body to the gate; the highest assessment counts. `is_valid` says that
    the body was decoded.
    """
    return highest(
        [
            await gate.assess(read(raw, place, is_valid=is_valid), place.kind, player_id, route)
            for place in places
            if place.writer is Writer.PLAYER
        ]
    )


async def look_at_unrouted(
    gate: Gate, request: Request, places: Sequence[TextPlace], error: Exception
) -> Problem:
    """Add guidance to the problem of a request that no route takes (another method, a slip in the path)."""
    found = await assessed(gate, await strangers.look_at(Arrival(request)), places, None, "")
    problem = problem_of(error)
    problem.guidance = guidance_for(found.level)
    return problem
