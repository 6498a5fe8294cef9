"""Playing a story: what is shown after each move is a function of the story, the seed and the moves.

A move is what an event says happened: a choice by its id, or a scene that the story was sent to.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from bink.story import Story as Ink

from tta.domain.turns import REPLY_MAX
from tta.stories.story import Story

LINES_MAX = 100  # Of one move; what loops tells without end.
CHARACTERS_MAX = REPLY_MAX - 1_000  # Of one move: a reply may say something before it.
MOVE_S_MAX = 1.0  # Some 3,000 times what a move takes; what loops without a line is found by nothing else.
PLACES_MAX = 2_000  # About 5 kB each.
SEED = "seed"
"""The variable from which a story with chance seeds it: `~ SEED_RANDOM(seed)` before anything else."""


class ChoiceMove(NamedTuple):
    """The player took the choice of this id."""

    choice: str


class SceneMove(NamedTuple):
    """The story was sent to a scene, whatever was offered."""

    scene: str


Move = ChoiceMove | SceneMove


class Offer(NamedTuple):
    """A choice as it is offered: its id, its words, and the scene it leads to (empty: it stays)."""

    id: str
    text: str
    to: str


class ShownPassage(NamedTuple):
    """What a move leads to."""

    text: str
    scene: str
    offers: tuple[Offer, ...]
    practised: tuple[str, ...]
    """Skills whose exercise was done in this very passage."""
    ending: str
    """The name of the ending that was reached, or empty."""
    before: str = ""
    """What of the text comes before the scene that the move entered; empty where it stayed."""


class NotOffered(Exception):
    """The choice is not among those that the story offers."""


class StoryFault(Exception):
    """A move leads to what cannot be told; the message says why. `tta stories check` refuses such a story."""


class Playthrough:
    """A story being played. To make one takes some 3 ms, and every move 0.3 ms: see PlaythroughShelf."""

    def __init__(self, story: Story, session: UUID) -> None:
        self._story = story
        self._ink = Ink(story.compiled)
        self.stood = 0
        """Counts up whenever it comes to stand elsewhere."""
        self.practised: tuple[str, ...] = ()
        """Every skill whose exercise was done on the way here, once, in order."""
        self.shown = self.begin(session)

    def begin(self, session: UUID) -> ShownPassage:
        """Stand at the beginning of a session's story."""
        self._ink.reset_state()
        digest = blake2b(session.bytes, digest_size=4, person=b"tta story chance").digest()
        # Ink takes signed integers of 32 bits; a story without chance has no such variable.
        if f'"VAR?":"{SEED}"' in self._story.compiled:
            self._ink.set_variable(SEED, int.from_bytes(digest, "big") >> 1)
        self._scene, self.practised = "", ()
        self.shown = self._go_on()
        return self.shown

    def play(self, moves: Iterable[Move]) -> ShownPassage:
        """Make moves; raises NotOffered at one that is not possible, and StoryFault."""
        for move in moves:
            self.make(move)
        return self.shown

    def make(self, move: Move) -> ShownPassage:
        """Make a move; raises NotOffered and StoryFault."""
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
        """What the runtime needs to go on from here. Not the same for two playthroughs that stand alike."""
        return str(self._ink.save_state())

    def go_back(self, saved: str, shown: ShownPassage, practised: tuple[str, ...] = ()) -> None:
        """Stand again where this playthrough was saved."""
        self._ink.load_state(saved)
        self._scene, self.shown, self.practised = shown.scene, shown, practised
        self.stood += 1

    def _go_on(self) -> ShownPassage:
        """Tell until a choice or an end. Raises StoryFault; then it stands nowhere until it is led back."""
        self.stood += 1
        try:
            lines, tags, entered = self._lines()
            scene = _entered(tags) or self._scene
            offers = self._offers()
        except (StoryFault, RuntimeError) as error:
            # A runtime that was left in the middle takes no other state.
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
        """The lines of a move that say something, the tags of all, and how many lines come before a scene is
        entered. Raises StoryFault and RuntimeError.
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
    """Where sessions stood of late, so that a move need not play all those before it again.

    One runtime per story serves all sessions, one after another: what `at` gives is good until the next call.
    """

    def __init__(self, places_max: int = PLACES_MAX) -> None:
        self._places_max = places_max
        self._places: OrderedDict[tuple[str, int, UUID], _PlaceOnShelf] = OrderedDict()
        self._runtimes: dict[tuple[str, int], Playthrough] = {}
        self._standing: dict[tuple[str, int], tuple[UUID, tuple[Move, ...], int]] = {}
        """Where each runtime was left, and by which of its counts: it may be there still."""

    def at(self, story: Story, session: UUID, moves: Sequence[Move]) -> Playthrough:
        """Stand where the moves lead, from where the session stood last if they go on from there."""
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
        else:
            self._places.move_to_end((*told, session))
        self._standing[told] = session, wanted, runtime.stood
        return runtime

    def keep(self, story: Story, session: UUID, moves: Sequence[Move], runtime: Playthrough) -> None:
        """Remember that these moves led the session to where the runtime stands."""
        key = (story.id, story.version, session)
        self._places[key] = _PlaceOnShelf(tuple(moves), runtime.saved(), runtime.shown, runtime.practised)
        self._places.move_to_end(key)
        if len(self._places) > self._places_max:
            self._places.popitem(last=False)


def _entered(tags: Iterable[tuple[str, str]]) -> str:
    """The scene that a move enters; empty where it stays. Raises StoryFault."""
    scenes = list(dict.fromkeys(value for name, value in tags if name == "scene"))
    if len(scenes) > 1:
        # Who may go to the last of them may have wished not to meet those before.
        raise StoryFault(f"goes through {', '.join(scenes)} in one move: one scene at a time")
    return scenes[0] if scenes else ""


def _pair(tag: str) -> tuple[str, str]:
    name, _, value = tag.partition(":")
    return name.strip(), value.strip()
