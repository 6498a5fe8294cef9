"""A questionnaire with a positive ninth item, and what is recorded of it."""

from uuid import UUID

from tests.support.http.api_examples import Api, Caller
from tta.domain.base import Event
from tta.domain.care_plan import id_of as care_plan_id
from tta.domain.safety_record import RiskAssessed
from tta.domain.safety_record import id_of as safety_record_id
from tta.domain.vocabulary import RiskCategory, RiskLevel
from tta.eventstore.envelope import ABSENT
from tta.eventstore.store import LoadRequest
from tta.http.edge import questionnaire_gate
from tta.http.edge.marked_texts import read
from tta.http.players.care_plans import COMMANDS

(MEASURE,) = (place for route in COMMANDS if route.path.endswith("/measures") for place in route.texts)
WORRYING = {"measure": "phq9", "answers": [0] * 8 + [3]}


async def happened(api: Api, aggregate_id: UUID) -> list[Event]:
    aggregates = api.parts.commands.aggregates
    (loaded,) = await aggregates.store.load([LoadRequest(aggregate_id, ABSENT, b"")])
    return [aggregates.types.event(each) for each in loaded.events]


async def assessed(api: Api, caller: Caller) -> list[RiskLevel]:
    """The levels of all assessments; nothing of the questionnaire itself is kept."""
    assert caller.player_id is not None
    assert await happened(api, care_plan_id(caller.player_id)) == []
    found = await happened(api, safety_record_id(caller.player_id))
    for each in found:
        assert isinstance(each, RiskAssessed)
        assert (each.category, each.source, each.evidence) == (RiskCategory.SUICIDE, "phq9.item9", ())
    return [each.level for each in found if isinstance(each, RiskAssessed)]


def level_read(raw: bytes) -> RiskLevel:
    """The gate's reading of a body that was sent to `…/measures`."""
    return questionnaire_gate.level_read(read(raw, MEASURE))


def measures_of(caller: Caller) -> str:
    return f"/v1/players/{caller.player_id}/measures"
