"""Players: register, consent, prefer, look."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from starlette.responses import Response

from tta.commands.handle import handle
from tta.domain import player, words
from tta.domain.assessment import TextKind
from tta.domain.base import Refusal
from tta.domain.player import GiveConsent, RegisterPlayer, SetPreferences, WithdrawConsent
from tta.domain.targets import player_target
from tta.domain.vocabulary import AccessibilityNeed, AgeBand, Approach, ConsentPurpose
from tta.http.edge.answers import answer_of
from tta.http.edge.bodies import Body, exactly, text_of
from tta.http.edge.calls import Call, PlayerOf, Route, answered, shown
from tta.http.edge.manners import etag
from tta.http.edge.marked_texts import TextPlace
from tta.http.edge.problems import ERASED, IF_MATCH_REQUIRED, INVALID, NOT_FOUND, Kind, Problem, kind_of
from tta.http.edge.texts import clean_text
from tta.projections import player_state
from tta.projections.player_state import PlayerState, player_by_id
from tta.security.policy import Action

Name = Annotated[str, text_of(player.NAME_MAX)]
Topic = Annotated[str, text_of(player.TOPIC_MAX)]
Contact = Annotated[str, text_of(player.CONTACT_MAX)]
Language = Annotated[str, exactly(player.language_pattern.pattern), Meta(max_length=player.LANGUAGE_MAX)]
Region = Annotated[str, exactly(player.region_pattern.pattern)]
TimeZone = Annotated[str, exactly(player.time_zone_pattern.pattern)]
Topics = Annotated[tuple[Topic, ...], Meta(max_length=player.TOPICS_MAX)]


class NewPlayer(Body, frozen=True):
    name: Name
    language: Language = "en"
    region: Region = "GB"
    time_zone: TimeZone = "Etc/UTC"
    age_band: AgeBand = AgeBand.UNDISCLOSED


class Consent(Body, frozen=True):
    given: bool
    version: Annotated[int, Meta(ge=1, le=player.CONSENT_VERSION_MAX)] = 1
    """Of the text that is agreed to."""


class Preferences(Body, frozen=True):
    intensity: Annotated[int, Meta(ge=player.INTENSITY_MIN, le=player.INTENSITY_MAX)]
    language: Language
    region: Region
    time_zone: TimeZone
    avoid_topics: Topics = ()
    trigger_warnings: Topics = ()
    approaches: Annotated[tuple[Approach, ...], Meta(max_length=10)] = ()
    age_band: AgeBand = AgeBand.UNDISCLOSED
    accessibility: Annotated[tuple[AccessibilityNeed, ...], Meta(max_length=10)] = ()
    emergency_contact: Contact | None = None


class PreferencesShown(msgspec.Struct, frozen=True):
    """As they were set, all of them said."""

    intensity: int
    language: str
    region: str
    time_zone: str
    avoid_topics: tuple[str, ...] | None
    """null where they were erased, as are warnings and the contact; what does not open is named besides."""
    trigger_warnings: tuple[str, ...] | None
    approaches: tuple[Approach, ...]
    age_band: AgeBand
    accessibility: tuple[AccessibilityNeed, ...]
    emergency_contact: str | None


class PlayerChanged(msgspec.Struct, frozen=True):
    id: UUID
    version: int


class PlayerShown(msgspec.Struct, frozen=True):
    id: str
    version: int
    name: str | None
    """null where it was erased."""
    language: str
    region: str
    time_zone: str
    age_band: str
    consents: dict[str, int]
    held: bool
    """Play is held by the player's safety record."""
    recovery: bool
    """Play is softened for a while: nothing that confronts is offered."""
    preferences: PreferencesShown | None
    registered_ms: int
    changed_ms: int
    unreadable: tuple[str, ...] = ()
    """JSON Pointers to what does not open, though it was not erased; there it is null."""


async def register_player(call: Call) -> Response:
    context, body = call.context, call.body
    player_id = player.id_of(context.causation.command_id)
    command = RegisterPlayer(
        name=clean_text(body.name, player.NAME_MAX),
        language=body.language,
        region=body.region,
        time_zone=body.time_zone,
        age_band=body.age_band,
        at=call.at,
    )
    result = await handle(
        call.services.commands, player_target(player_id), command, context, player_id=player_id
    )
    answer = PlayerChanged(player_id, result.version)
    return answered(call, answer, result, location=f"/v1/players/{player_id}")


async def change_consent(call: Call) -> Response:
    player_id = call.player_id
    try:
        purpose = ConsentPurpose(call.request.path_params["purpose"])
    except ValueError as error:
        raise Problem(NOT_FOUND) from error
    command: GiveConsent | WithdrawConsent = WithdrawConsent(purpose=purpose, at=call.at)
    if call.body.given:
        command = GiveConsent(purpose=purpose, version=call.body.version, at=call.at)
    result = await handle(
        call.services.commands, player_target(player_id), command, call.context, player_id=player_id
    )
    return answered(call, PlayerChanged(player_id, result.version), result)


async def set_preferences(call: Call) -> Response:
    player_id, body = call.player_id, call.body
    command = SetPreferences(
        avoid_topics=tuple(clean_text(each, player.TOPIC_MAX) for each in body.avoid_topics),
        trigger_warnings=tuple(clean_text(each, player.TOPIC_MAX) for each in body.trigger_warnings),
        intensity=body.intensity,
        approaches=body.approaches,
        language=body.language,
        region=body.region,
        time_zone=body.time_zone,
        age_band=body.age_band,
        accessibility=body.accessibility,
        emergency_contact=body.emergency_contact and clean_text(body.emergency_contact, player.CONTACT_MAX),
        at=call.at,
    )
    result = await handle(
        call.services.commands, player_target(player_id), command, call.context, player_id=player_id
    )
    return answered(call, PlayerChanged(player_id, result.version), result)


async def show_player(call: Call) -> Response:
    player_id, query = call.player_id, call.query
    await query.be_fresh(player_state.NAME, about=player_id)
    row = await player_by_id(query.graph, str(player_id))
    if row is None:
        raise await query.absent()
    opener = query.opener(player_id)
    opened = {
        pointer.rpartition("/")[2]: await opener.open(pointer, getattr(row, pointer.rpartition("/")[2]), kind)
        for pointer, kind in SEALED_FIELDS.items()
    }
    # Hold and recovery are another aggregate's: they change what is shown, but not the player's version.
    variant = "held" * row.held + "recovery" * row.recovery + opener.variant
    return shown(call, _player_shown(row, opened, opener.unreadable), etag(row.version, variant))


SEALED_FIELDS = {
    "/name": str,
    "/preferences/avoid_topics": tuple[str, ...],
    "/preferences/trigger_warnings": tuple[str, ...],
    "/preferences/emergency_contact": str,
}
"""Each personal field of the row, by where the answer shows it."""


def _player_shown(row: PlayerState, opened: dict[str, object], unreadable: tuple[str, ...]) -> PlayerShown:
    preferences = None
    if row.preferences_set:
        preferences = answer_of(PreferencesShown, row, **opened)
    consents = dict(each.rsplit(":", 1) for each in row.consents)
    return answer_of(
        PlayerShown,
        row,
        name=opened["name"],
        consents={purpose: int(version) for purpose, version in consents.items()},
        preferences=preferences,
        unreadable=unreadable,
    )


def refusals(*types: type[Refusal]) -> tuple[Kind, ...]:
    """The problems of some refusals, for the contract."""
    return tuple(kind_of(each) for each in types)


TEXTS = refusals(words.WordsEmpty, words.WordsTooLong)
COMMANDS = (
    Route(
        "POST",
        "/v1/players",
        register_player,
        Action.PLAYER_REGISTER,
        "Register a player",
        operation="register_player",
        player=PlayerOf.NOBODY,
        answer=PlayerChanged,
        body=NewPlayer,
        texts=(TextPlace("name", TextKind.LABEL),),
        status=201,
        problems=(INVALID, ERASED, *TEXTS, *refusals(player.PlayerExists)),
    ),
    Route(
        "PUT",
        "/v1/players/{player_id}/consents/{purpose}",
        change_consent,
        Action.CONSENT_CHANGE,
        "Give or withdraw a consent",
        operation="change_consent",
        player=PlayerOf.PATH,
        answer=PlayerChanged,
        body=Consent,
        problems=(INVALID, *refusals(player.NoSuchPlayer)),
    ),
    Route(
        "PUT",
        "/v1/players/{player_id}/preferences",
        set_preferences,
        Action.PREFERENCES_SET,
        "Set all preferences",
        operation="set_preferences",
        player=PlayerOf.PATH,
        answer=PlayerChanged,
        body=Preferences,
        texts=(
            TextPlace("avoid_topics", TextKind.LABEL),
            TextPlace("trigger_warnings", TextKind.LABEL),
            TextPlace("emergency_contact", TextKind.LABEL),
        ),
        if_match=True,
        problems=(
            INVALID,
            ERASED,
            IF_MATCH_REQUIRED,
            *TEXTS,
            *refusals(player.NoSuchPlayer),
        ),
    ),
)
QUERIES = (
    Route(
        "GET",
        "/v1/players/{player_id}",
        show_player,
        Action.PLAYER_READ,
        "Show a player",
        operation="show_player",
        player=PlayerOf.PATH,
        answer=PlayerShown,
        problems=(NOT_FOUND,),
    ),
)
