"""A person who plays: what they agreed to, and what they prefer.

Does not own sign-in (accounts do) nor anything assessed about them (the safety record does). Preferences pass
through sealed or coded: no rule here reads them back.
"""

import re
from collections.abc import Mapping
from typing import Annotated, TypeVar, assert_never, get_args
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tta.domain.base import (
    PERSONAL,
    Absent,
    Command,
    Conflicting,
    Event,
    Invalid,
    PersonalText,
    PersonalTexts,
    SealedText,
)
from tta.domain.identity import derived_id
from tta.domain.vocabulary import AccessibilityNeed, AgeBand, Approach, ConsentPurpose
from tta.domain.words import require_words

NAME_MAX = 100  # Characters: the longest names that civil registries print are shorter.
LANGUAGE_MAX = 35  # Characters: the room that RFC 5646 §4.4.1 asks for a language tag.
TOPICS_MAX = 50  # Per list; more would leave no scene in the catalogue.
TOPIC_MAX = 100  # Characters: a topic is a few words.
CONTACT_MAX = 300  # Characters: a name, how they are related, a number, an address.
INTENSITY_MIN, INTENSITY_MAX = 1, 5  # The scale on which scenes are tagged.
CONSENT_VERSION_MAX = 10_000  # A new text every day would last 27 years.
language_pattern = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # The shape of BCP 47.
region_pattern = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")  # ISO 3166-1 alpha-2, or 3166-2.
time_zone_part = r"[A-Za-z0-9_+-]{1,14}"  # The longest part that the tz database's theory file allows.
time_zone_pattern = re.compile(rf"{time_zone_part}(/{time_zone_part}){{0,2}}")

Coded = TypeVar("Coded", Approach, AccessibilityNeed)


class PlayerRegistered(Event, frozen=True, kw_only=True):
    name: PersonalText
    language: str
    region: str
    time_zone: str
    age_band: AgeBand


class ConsentGiven(Event, frozen=True, kw_only=True):
    purpose: ConsentPurpose
    version: int
    """Of the text that was agreed to."""


class ConsentWithdrawn(Event, frozen=True, kw_only=True):
    purpose: ConsentPurpose


class PreferencesSet(Event, frozen=True, kw_only=True):
    """All preferences as they are from now on; what was set before no longer counts."""

    avoid_topics: PersonalTexts
    trigger_warnings: PersonalTexts
    intensity: int
    approaches: tuple[Approach, ...]
    language: str
    region: str
    time_zone: str
    age_band: AgeBand
    accessibility: tuple[AccessibilityNeed, ...]
    emergency_contact: Annotated[str | SealedText | None, PERSONAL] = None


PlayerEvent = PlayerRegistered | ConsentGiven | ConsentWithdrawn | PreferencesSet
EVENTS: tuple[type[Event], ...] = get_args(PlayerEvent)


class RegisterPlayer(Command, frozen=True, kw_only=True):
    name: str
    language: str
    region: str
    time_zone: str
    age_band: AgeBand


class GiveConsent(Command, frozen=True, kw_only=True):
    purpose: ConsentPurpose
    version: int


class WithdrawConsent(Command, frozen=True, kw_only=True):
    purpose: ConsentPurpose


class SetPreferences(Command, frozen=True, kw_only=True):
    avoid_topics: tuple[str, ...]
    trigger_warnings: tuple[str, ...]
    intensity: int
    approaches: tuple[Approach, ...]
    """Empty: any."""
    language: str
    region: str
    time_zone: str
    age_band: AgeBand
    accessibility: tuple[AccessibilityNeed, ...]
    emergency_contact: str | None = None


PlayerCommand = RegisterPlayer | GiveConsent | WithdrawConsent | SetPreferences


class NoSuchPlayer(Absent):
    title = "There is no such player"


class PlayerExists(Conflicting):
    title = "The player exists already"


class LanguageMalformed(Invalid):
    title = "The language is not a language tag"


class RegionMalformed(Invalid):
    title = "The region is not a region code"


class TimeZoneMalformed(Invalid):
    title = "The time zone is not a time zone name"


class ConsentVersionOutOfRange(Invalid):
    title = "The consent text has no such version"


class IntensityOutOfRange(Invalid):
    title = "The intensity is out of range"


class TooManyTopics(Invalid):
    title = "There are too many topics"


class NoPlayer(msgspec.Struct, frozen=True, tag=True):
    """Nobody has registered under this id."""


class RegisteredPlayer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    consents: Mapping[ConsentPurpose, int] = msgspec.field(default_factory=dict)
    """The consents that stand, each with the version agreed to."""
    version: int = 1
    preferences_at: int | None = None
    """The version at which the preferences were last set, so that they can be read there; None if they never
    were.
    """


Player = NoPlayer | RegisteredPlayer
NAME = "player"
initial: Player = NoPlayer()


def id_of(command_id: UUID) -> UUID:
    """The player that a command registers: a retry finds the same one."""
    return derived_id("player", command_id)


def evolve(player: Player, event: PlayerEvent) -> Player:
    match event:
        case PlayerRegistered():
            return RegisteredPlayer()
        case ConsentGiven():
            current = _registered(player)
            changed = replace(current, consents={**current.consents, event.purpose: event.version})
        case ConsentWithdrawn():
            current = _registered(player)
            standing = {each: number for each, number in current.consents.items() if each != event.purpose}
            changed = replace(current, consents=standing)
        case PreferencesSet():
            current = _registered(player)
            changed = replace(current, preferences_at=current.version + 1)
        case _:
            assert_never(event)
    return replace(changed, version=changed.version + 1)


def _registered(player: Player) -> RegisteredPlayer:
    assert isinstance(player, RegisteredPlayer), "the first event of a player is PlayerRegistered"
    return player


def agrees(player: Player, purpose: ConsentPurpose) -> bool:
    """Whether that consent stands."""
    return isinstance(player, RegisteredPlayer) and purpose in player.consents


def preferences_at(player: Player) -> int | None:
    """The version at which the player's preferences were last set; None if they never were."""
    return player.preferences_at if isinstance(player, RegisteredPlayer) else None


def decide(player: Player, command: PlayerCommand) -> list[PlayerEvent]:
    match player:
        case NoPlayer():
            if not isinstance(command, RegisterPlayer):
                raise NoSuchPlayer("expected a player, there is none")
            return _register_player(command)
        case RegisteredPlayer():
            return _change(player, command)
        case _:
            assert_never(player)


def _change(player: RegisteredPlayer, command: PlayerCommand) -> list[PlayerEvent]:
    match command:
        case RegisterPlayer():
            raise PlayerExists("expected no player yet, found one that is registered")
        case GiveConsent():
            return _give_consent(player, command)
        case WithdrawConsent():
            return _withdraw_consent(player, command)
        case SetPreferences():
            return _set_preferences(command)
        case _:
            assert_never(command)


def _register_player(command: RegisterPlayer) -> list[PlayerEvent]:
    require_words("name", command.name, NAME_MAX)
    _require_place(command)
    return [
        PlayerRegistered(
            name=command.name,
            language=command.language,
            region=command.region,
            time_zone=command.time_zone,
            age_band=command.age_band,
            at=command.at,
        )
    ]


def _give_consent(player: RegisteredPlayer, command: GiveConsent) -> list[PlayerEvent]:
    if not 1 <= command.version <= CONSENT_VERSION_MAX:
        raise ConsentVersionOutOfRange(f"expected 1 to {CONSENT_VERSION_MAX}, got {command.version}")
    if player.consents.get(command.purpose) == command.version:
        return []
    return [ConsentGiven(purpose=command.purpose, version=command.version, at=command.at)]


def _withdraw_consent(player: RegisteredPlayer, command: WithdrawConsent) -> list[PlayerEvent]:
    if command.purpose not in player.consents:
        return []
    return [ConsentWithdrawn(purpose=command.purpose, at=command.at)]


def _set_preferences(command: SetPreferences) -> list[PlayerEvent]:
    """Always an event: what was set before is sealed, so it cannot be compared."""
    if not INTENSITY_MIN <= command.intensity <= INTENSITY_MAX:
        raise IntensityOutOfRange(f"expected {INTENSITY_MIN} to {INTENSITY_MAX}, got {command.intensity}")
    _require_topics("avoided topic", command.avoid_topics)
    _require_topics("trigger warning", command.trigger_warnings)
    if command.emergency_contact is not None:
        require_words("emergency contact", command.emergency_contact, CONTACT_MAX)
    _require_place(command)
    return [
        PreferencesSet(
            avoid_topics=command.avoid_topics,
            trigger_warnings=command.trigger_warnings,
            intensity=command.intensity,
            approaches=_each_once(command.approaches),
            language=command.language,
            region=command.region,
            time_zone=command.time_zone,
            age_band=command.age_band,
            accessibility=_each_once(command.accessibility),
            emergency_contact=command.emergency_contact,
            at=command.at,
        )
    ]


def _require_topics(kind: str, topics: tuple[str, ...]) -> None:
    if len(topics) > TOPICS_MAX:
        raise TooManyTopics(f"expected at most {TOPICS_MAX} times {kind}, got {len(topics)}")
    for topic in topics:
        require_words(kind, topic, TOPIC_MAX)


def _require_place(command: RegisterPlayer | SetPreferences) -> None:
    """Refuse what cannot be a language, region or time zone, without repeating it: it may say anything."""
    if len(command.language) > LANGUAGE_MAX or language_pattern.fullmatch(command.language) is None:
        raise LanguageMalformed(f"expected a tag such as 'en-GB', got {len(command.language)} characters")
    if region_pattern.fullmatch(command.region) is None:
        raise RegionMalformed(f"expected a code such as 'GB', got {len(command.region)} characters")
    if time_zone_pattern.fullmatch(command.time_zone) is None:
        length = len(command.time_zone)
        raise TimeZoneMalformed(f"expected a zone such as 'Europe/London', got {length} characters")


def _each_once(chosen: tuple[Coded, ...]) -> tuple[Coded, ...]:
    return tuple(sorted(set(chosen)))
