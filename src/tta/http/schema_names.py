"""The names of the API's schemas. They stay when a class is renamed: clients' code is made from them.

A class that is not named here is published under its own name. Name it here when it is renamed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tta.domain.measures import Change, MeasureKind, Severity
from tta.domain.vocabulary import AccessibilityNeed, AgeBand, Approach, RiskLevel
from tta.http.edge.guidance import Guidance
from tta.http.edge.problems import FieldError, ProblemDocument
from tta.http.health import Alive, Checks, Health, Troubles
from tta.http.operations import AgentShown, AgentsShown, RowsForgotten, RowsToForget
from tta.http.players.care_plan_bodies import (
    GoalChanged,
    MeasureTaken,
    NewGoal,
    NewMeasure,
    NewMilestone,
    NewProgress,
)
from tta.http.players.journeys import JourneyShown, SessionOfJourney
from tta.http.players.players import (
    Consent,
    NewPlayer,
    PlayerChanged,
    PlayerShown,
    Preferences,
    PreferencesShown,
)
from tta.http.players.progress import (
    GoalShown,
    MeasureShown,
    MilestoneShown,
    ProgressShown,
    QuestionnaireShown,
    QuestionnairesShown,
    SeverityBand,
    SinceFirst,
    SkillShown,
)
from tta.http.sessions.bodies import (
    ChoiceShown,
    Copy,
    Interaction,
    InteractionTaken,
    NewSession,
    ReplyShown,
    SessionBegun,
    SessionChanged,
    SessionCopied,
    SessionShown,
    SessionsSwitched,
    Switch,
    SwitchedTo,
)
from tta.http.sessions.pages import OpeningShown, SessionListed, SessionsListed, TurnShown, TurnsShown
from tta.http.sessions.stream_bodies import (
    Bye,
    HoldChanged,
    InteractionSeen,
    ReplySeen,
    Resync,
    StatusChanged,
    StepShown,
    StreamOpening,
    StreamTicket,
)
from tta.http.stories import Fit, SceneFiltered, SkillsShown, StoriesShown, StoryShown
from tta.projections.catalogue_answers import ScenePractising, SceneShown, SkillListed, StoryListed

NAMES: Mapping[type, str] = {
    AccessibilityNeed: "AccessibilityNeed",
    AgeBand: "AgeBand",
    AgentShown: "AgentShown",
    AgentsShown: "AgentsShown",
    Alive: "Alive",
    Approach: "Approach",
    Bye: "Bye",
    Change: "Change",
    Checks: "Checks",
    ChoiceShown: "ChoiceShown",
    Consent: "Consent",
    Copy: "Copy",
    FieldError: "FieldError",
    Fit: "Fit",
    GoalChanged: "GoalChanged",
    GoalShown: "GoalShown",
    Guidance: "Guidance",
    Health: "Health",
    HoldChanged: "HoldChanged",
    Interaction: "Interaction",
    InteractionSeen: "InteractionSeen",
    InteractionTaken: "InteractionTaken",
    JourneyShown: "JourneyShown",
    MeasureKind: "MeasureKind",
    MeasureShown: "MeasureShown",
    MeasureTaken: "MeasureTaken",
    MilestoneShown: "MilestoneShown",
    NewGoal: "NewGoal",
    NewMeasure: "NewMeasure",
    NewMilestone: "NewMilestone",
    NewPlayer: "NewPlayer",
    NewProgress: "NewProgress",
    NewSession: "NewSession",
    StreamOpening: "Opened",
    OpeningShown: "OpeningShown",
    PlayerChanged: "PlayerChanged",
    PlayerShown: "PlayerShown",
    Preferences: "Preferences",
    PreferencesShown: "PreferencesShown",
    ProblemDocument: "ProblemDocument",
    StepShown: "ProgressMade",
    ProgressShown: "ProgressShown",
    QuestionnaireShown: "QuestionnaireShown",
    QuestionnairesShown: "QuestionnairesShown",
    ReplySeen: "ReplySeen",
    ReplyShown: "ReplyShown",
    Resync: "Resync",
    RiskLevel: "RiskLevel",
    RowsForgotten: "RowsForgotten",
    RowsToForget: "RowsToForget",
    SceneFiltered: "SceneFiltered",
    ScenePractising: "ScenePractising",
    SceneShown: "SceneShown",
    SessionBegun: "SessionBegun",
    SessionChanged: "SessionChanged",
    SessionCopied: "SessionCopied",
    SessionListed: "SessionListed",
    SessionOfJourney: "SessionOfJourney",
    SessionShown: "SessionShown",
    SessionsListed: "SessionsListed",
    SessionsSwitched: "SessionsSwitched",
    Severity: "Severity",
    SeverityBand: "SeverityBand",
    SinceFirst: "SinceFirst",
    SkillListed: "SkillListed",
    SkillShown: "SkillShown",
    SkillsShown: "SkillsShown",
    StatusChanged: "StatusChanged",
    StoriesShown: "StoriesShown",
    StoryListed: "StoryListed",
    StoryShown: "StoryShown",
    StreamTicket: "StreamTicket",
    Switch: "Switch",
    SwitchedTo: "SwitchedTo",
    Troubles: "Troubles",
    TurnShown: "TurnShown",
    TurnsShown: "TurnsShown",
}
REFERENCE = "#/components/schemas/"


def reference(kind: type) -> dict[str, str]:
    """Refer to a type's schema."""
    return {"$ref": f"{REFERENCE}{NAMES.get(kind, kind.__name__)}"}


def schemas_of(kinds: Iterable[type], named: Mapping[type, str] = NAMES) -> dict[str, Any]:
    """Write the schemas of types, and of all that they consist of, under their names."""
    _, schemas = msgspec.json.schema_components(kinds, ref_template=REFERENCE + "{name}")
    names = {found: found for found in schemas} | {kind.__name__: name for kind, name in named.items()}
    published = {names[found]: _named(schema, names) for found, schema in schemas.items()}
    assert len(published) == len(schemas), f"two schemas have one name, among {sorted(schemas)}"
    return published


def _named(schema: Any, names: Mapping[str, str]) -> Any:
    if isinstance(schema, list):
        return [_named(each, names) for each in schema]
    if not isinstance(schema, dict):
        return schema
    named = {key: _named(each, names) for key, each in schema.items()}
    target = named.get("$ref")
    if isinstance(target, str):
        named["$ref"] = REFERENCE + names[target.removeprefix(REFERENCE)]
    if isinstance(named.get("title"), str):
        named["title"] = names.get(named["title"], named["title"])
    return named
