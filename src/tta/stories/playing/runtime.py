"""Playing a story: what is shown after each move is a function of the story, the seed and the moves.

A move is recorded in an event: a choice by its id, or a scene to which the story was sent.
"""

import time
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from bink.story import Story as Ink
from cachetools import LRUCache

from tta.domain.turns import REPLY_MAX
from tta.stories.story import Story

LINES_MAX = 100  # Of one move. A loop would tell without end.
CHARACTERS_MAX = REPLY_MAX - 1_000  # Of one move. A reply may have more text before it.
MOVE_S_MAX = 1.0  # About 3,000 times the time of a move. Only this limit detects a loop without a line.
PLACES_MAX = 2_000  # Each takes about 5 kB.
SEED = "seed"
"""The variable with which a story seeds its random numbers: `~ SEED_RANDOM(seed)`, before anything else."""


class ChoiceMove(NamedTuple):
    """The player took the choice with this id."""

    choice: str


class SceneMove(NamedTuple):
    """The story was sent to a scene, independent of the choices."""

    scene: str


Move = ChoiceMove | SceneMove


class Offer(NamedTuple):
    """An offered choice: its id, its words, and the scene it leads to (empty: it stays)."""

    id: str
    text: str
    to: str


class ShownPassage(NamedTuple):
    """The result of a move."""

    text: str
    scene: str
    offers: tuple[Offer, ...]
    practised: tuple[str, ...]
    """The skills whose exercise was completed in this passage."""
    ending: str
    """The ending that was reached, or empty."""
    before: str = ""
    """The text before the scene that the move entered; empty if it stayed."""


class NotOffered(Exception):
    """The story does not offer this choice."""


class StoryFault(Exception):
    """The result of a move cannot be told; the message says why. `tta stories check` refuses such a story."""


class Playthrough:
    """A story being played. Creating one takes about 3 ms, and a move 0.3 ms: see PlaythroughShelf."""

    def __init__(self, story: Story, session: UUID) -> None:
        self._story = story
        self._ink = Ink(story.compiled)
        self.stood = 0
        """Increases whenever its place changes."""
        self.practised: tuple[str, ...] = ()
        """The skills whose exercises were completed so far, each once, in order."""
        self.shown = self.begin(session)

    def begin(self, session: UUID) -> ShownPassage:
        """Go to the beginning of a session's story."""
        self._ink.reset_state()
        digest = blake2b(session.bytes, digest_size=4, person=b"tta story chance").digest()
        # Ink accepts signed 32-bit integers. A story without random numbers lacks this variable.
        if f'"VAR?":"{SEED}"' in self._story.compiled:
            self._ink.set_variable(SEED, int.from_bytes(digest, "big") >> 1)
        self._scene, self.practised = "", ()
        self.shown = self._go_on()
        return self.shown

    def play(self, moves: Iterable[Move]) -> ShownPassage:
        """Make moves. Raises NotOffered if one is not possible, and StoryFault."""
        for move in moves:
            self.make(move)
        return self.shown

    def make(self, move: Move) -> ShownPassage:
        """Make a move. Raises NotOffered and StoryFault."""
        if isinstance(move, SceneMove):
            self._ink.choose_path_string(move.scene)
        else:
            ids = [offer.id for offer in self.shown.offers]
            if move.choice not in ids:
                raise NotOffered(f"expected one of {', '.join(ids) or 'none'}, got {move.choice}")
            self._ink.choose_choice_index(ids.index(move.choice))
        self.shown = self._go_on()
        return self.shown

    def saved(self) -> str:
        """Return the runtime's state. It may differ for two playthroughs at the same place."""
        return str(self._ink.save_state())

    def go_back(self, saved: str, shown: ShownPassage, practised: tuple[str, ...] = ()) -> None:
        """Return to a saved state of this playthrough."""
        self._ink.load_state(saved)
        self._scene, self.shown, self.practised = shown.scene, shown, practised
        self.stood += 1

    def _go_on(self) -> ShownPassage:
        """Tell until a choice or an ending. After a StoryFault the place is undefined until it is set
        again.
        """
        self.stood += 1
        try:
            lines, tags, entered = self._lines()
            scene = _entered(tags) or self._scene
            offers = self._offers()
        except (StoryFault, RuntimeError) as error:
            # A runtime that stopped in the middle does not accept another state.
            self._ink = Ink(self._story.compiled)
            if isinstance(error, StoryFault):
                raise
            raise StoryFault(f"fails: {error}") from error
        practised = tuple(value for name, value in tags if name == "practised")
        ending = next((value for name, value in reversed(tags) if name == "ending"), "")
        self._scene = scene
        self.practised = tuple(dict.fromkeys((*self.practised, *practised)))
        before = "\n\n".join(lines[:entered])
        return ShownPassage("\n\n".join(lines), self._scene, offers, practised, ending, before)

    def _lines(self) -> tuple[list[str], list[tuple[str, str]], int]:
        """Return the non-empty lines of a move, all tags, and the number of lines before it enters a scene.

        Raises StoryFault and RuntimeError.
        """
        lines: list[str] = []
        entered = 0
        tags: list[tuple[str, str]] = []
        told, characters, until = 0, 0, time.monotonic() + MOVE_S_MAX
        while self._ink.can_continue():
            if not self._ink.continue_async(max((until - time.monotonic()) * 1000, 1.0)):
                raise StoryFault(f"is not told within {MOVE_S_MAX:g} s: it loops")
            line = self._ink.get_current_text().strip()
            tagged = list(map(_pair, self._ink.get_current_tags()))
            if any(name == "scene" for name, _ in tagged):
                entered = len(lines)
            tags += tagged
            lines += [line] if line else []
            told, characters = told + 1, characters + len(line) + 2
            if told > LINES_MAX:
                raise StoryFault(f"tells more than {LINES_MAX} lines in one move")
            if characters > CHARACTERS_MAX:
                raise StoryFault(f"tells more than {CHARACTERS_MAX} characters in one move")
        return lines, tags, entered

    def _offers(self) -> tuple[Offer, ...]:
        choices = self._ink.get_current_choices()
        offers = []
        for index in range(len(choices)):
            told = dict(_pair(tag) for tag in choices.get_tags(index))
            offers.append(Offer(told.get("id", ""), choices[index].strip(), told.get("to", "")))
        return tuple(offers)


class _PlaceOnShelf(NamedTuple):
    moves: tuple[Move, ...]
    saved: str
    shown: ShownPassage
    practised: tuple[str, ...]


class PlaythroughShelf:
    """Caches the recent places of sessions, so that a move need not repeat all earlier ones.

    One runtime for each story serves all sessions in turn, so the result of `at` is valid until the next
    call.
    """

    def __init__(self, places_max: int = PLACES_MAX) -> None:
        self._places: LRUCache[tuple[str, int, UUID], _PlaceOnShelf] = LRUCache(places_max)
        self._runtimes: dict[tuple[str, int], Playthrough] = {}
        self._standing: dict[tuple[str, int], tuple[UUID, tuple[Move, ...], int]] = {}
        """The last place of each runtime, with its count, to detect whether it is still there."""

    def at(self, story: Story, session: UUID, moves: Sequence[Move]) -> Playthrough:
        """Go to the place after the moves, from the session's last place if the moves continue it."""
        told, wanted = (story.id, story.version), tuple(moves)
        runtime = self._runtimes.get(told)
        if runtime is None:
            runtime = self._runtimes[told] = Playthrough(story, session)
        if self._standing.get(told) == (session, wanted, runtime.stood):
            return runtime
        place = self._places.get((*told, session))
        if place is not None and wanted[: len(place.moves)] == place.moves:
            runtime.go_back(place.saved, place.shown, place.practised)
            made = len(place.moves)
        else:
            place, made = None, 0
            runtime.begin(session)
        runtime.play(wanted[made:])
        if place is None or made < len(wanted):
            self.keep(story, session, wanted, runtime)
        self._standing[told] = session, wanted, runtime.stood
        return runtime

    def keep(self, story: Story, session: UUID, moves: Sequence[Move], runtime: Playthrough) -> None:
        """Cache the runtime's present place as the result of these moves."""
        key = (story.id, story.version, session)
        self._places[key] = _PlaceOnShelf(tuple(moves), runtime.saved(), runtime.shown, runtime.practised)


def _entered(tags: Iterable[tuple[str, str]]) -> str:
    """Return the scene that a move enters; empty if it stays. Raises StoryFault."""
    scenes = list(dict.fromkeys(value for name, value in tags if name == "scene"))
    if len(scenes) > 1:
        # The player may avoid one of the earlier scenes, even if the last one is open.
        raise StoryFault(f"goes through {', '.join(scenes)} in one move: one scene at a time")
    return scenes[0] if scenes else ""


def _pair(tag: str) -> tuple[str, str]:
    name, _, value = tag.partition(":")
    return name.strip(), value.strip()
