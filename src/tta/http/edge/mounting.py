"""What happens to a call before and after its endpoint, for every route alike.

The caller is authenticated, the body read, the player resolved and the policy asked, and each text of a
player's passes the gate. Every exception becomes a problem document. A refused command is not recorded, but
what its text says about safety is, and is answered.
"""

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from tta.commands.assessments import assess_refused
from tta.commands.folding import OtherKind
from tta.commands.player_queues import SenderLeft
from tta.domain.assessment import Assessment
from tta.domain.base import Refusal
from tta.domain.vocabulary import RiskLevel
from tta.eventstore.errors import OutcomeUnknown, StoreUnavailable
from tta.http.edge.bodies import decoded, require_no_body, require_single_names
from tta.http.edge.calls import Call, Route, answered_problem
from tta.http.edge.gate import assessed
from tta.http.edge.guidance import UNTAKEN, Guidance, guidance_for
from tta.http.edge.parameters import require_parameters
from tta.http.edge.problems import KEYRING_INCOMPLETE, Problem, problem_of
from tta.http.edge.wiring import Services
from tta.security.keyring import KeyringIncomplete, PlayerErased
from tta.security.policy import PUBLIC, ActionForbidden, NotTheirs
from tta.telemetry.errors import traced

CLIENT_LEFT = 499  # Nobody reads it; the log does.

UNJUDGED = (StoreUnavailable, OutcomeUnknown, KeyringIncomplete, PlayerErased)
"""No refusals: the command is to be sent again, or nothing can be recorded of its player."""

log = structlog.get_logger(__name__)


def mounted(route: Route, services: Services) -> list[StarletteRoute]:
    """Make Starlette's routes of one of ours."""

    async def handler(request: Request) -> Response:
        call = Call(request, route, services)
        try:
            await _prepared(call)
            response = await route.endpoint(call)
        except (SenderLeft, ClientDisconnect) as error:
            await _looked_at(call, error)
            return Response(status_code=CLIENT_LEFT)
        except Exception as error:  # noqa: BLE001 - The edge: whatever is not a known problem is a 500, and logged.
            response = answered_problem(await _looked_at(call, call.told(error)), request)
            request.scope["error"] = error  # The log is to know what went wrong, whatever is answered.
        response.headers.update(call.headers)
        return response

    paths = [route.path, route.alias] if route.alias else [route.path]
    return [StarletteRoute(path, handler, methods=[route.method], name=route.summary) for path in paths]


async def _prepared(call: Call) -> None:
    """Find out who calls, about whom and with what, and assess it. Raises whatever refuses the call."""
    route = call.route
    call.sign_in()
    call.require_good_headers()
    if route.body is None and route.method != "GET":
        await require_no_body(call.arrival)
    call.raw = b"" if route.body is None else await call.arrival.json()
    await call.authorise()
    if route.action not in PUBLIC:
        require_parameters(call.request.query_params, (*route.query, *("ticket",) * route.ticketed))
    call.body = None if route.body is None else decoded(call.raw, route.body)
    if route.takes_words:
        require_single_names(call.raw)
        call.is_valid = True
        call.assessment = await _assessed(call)


async def _assessed(call: Call) -> Assessment:
    return await assessed(
        call.services.gate,
        call.raw,
        call.route.texts,
        call.concerned,
        call.route.path,
        is_valid=call.is_valid,
    )


async def _looked_at(call: Call, error: Exception) -> Exception:
    """Look at the texts of a call that is refused or failed: record their assessment, where the player and
    their key are known, and let the problem say what to do now. Never raises.
    """
    if not call.route.takes_words:
        return error
    try:
        call.raw = await call.arrived()
        found = await _assessed(call)
    except Exception as failed:  # noqa: BLE001 - Guidance must not be lost for it.
        log.error("a refused text was not assessed", error=traced(failed))  # noqa: TRY400 - Its traceback is ours.
        return _guided(error, UNTAKEN)
    if found.level is RiskLevel.NONE:
        return _guided(error, UNTAKEN) if problem_of(error).kind is KEYRING_INCOMPLETE else error
    if not isinstance(error, UNJUDGED):
        await _record(call, found)
    return _guided(error, guidance_for(found.level))


def _guided(error: Exception, guidance: Guidance | None) -> Problem:
    """Name the problem that an exception is, with what its sender is told all the same."""
    problem = problem_of(error)
    problem.guidance = guidance
    if problem is not error:
        problem.__cause__ = error
    return problem


async def _record(call: Call, found: Assessment) -> None:
    """Record what a refused text says. Nothing is recorded of a caller or a player who is not known, or whom
    the call may not concern.
    """
    if not call.is_signed_in:
        return
    try:
        if not call.is_authorised:  # It was refused before.
            await call.authorise()
        if call.concerned is None:
            return
        # What came of a body that broke off differs from time to time; what it says does not.
        named = call.named if call.has_all else call.named_by(found.level.value.encode())
        await assess_refused(call.services.commands, call.concerned, found, named, at=call.at)
    except (Problem, Refusal, NotTheirs, ActionForbidden, OtherKind, KeyringIncomplete):
        # Without an Idempotency-Key each retry would be another assessment; without a player it is nobody's;
        # and nothing is recorded of one whose data key is missing.
        return
    except Exception as failed:  # noqa: BLE001 - Whatever it is, the guidance must not be lost for it.
        log.warning("what a refused text says was not recorded", error=traced(failed))
