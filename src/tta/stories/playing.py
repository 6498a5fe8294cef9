"""Playing a story: what is shown after each move is a function of the story, the seed and the moves.

A move is what an event says happened: a choice by its id, or a scene that the story was sent to.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from bink.story import Story as Ink

from tta.stories.story import Story

PLACES_MAX = 2_000  # About 5 kB each.
SEED = "seed"
"""The variable from which a story with chance seeds it: `~ SEED_RANDOM(seed)` before anything else."""


class Chosen(NamedTuple):
    """The player took the choice of this id."""

    choice: str


class Sent(NamedTuple):
    """The story was sent to a scene, whatever was offered."""

    scene: str


Move = Chosen | Sent


class Offer(NamedTuple):
    """A choice as it is offered: its id, its words, and the scene it leads to (empty: it stays)."""

    id: str
    text: str
    to: str


class Shown(NamedTuple):
    """What a move leads to."""

    text: str
    scene: str
    offers: tuple[Offer, ...]
    practised: tuple[str, ...]
    """Skills whose exercise was done in this very passage."""
    ending: str
    """The name of the ending that was reached, or empty."""


class NotOffered(Exception):
    """The choice is not among those that the story offers."""


class Playthrough:
    """A story being played. To make one takes some 3 ms, and every move 0.3 ms: see Shelf."""

    def __init__(self, story: Story, session: UUID) -> None:
        self._story = story
        self._ink = Ink(story.compiled)
        self.stood = 0
        """Counts up whenever it comes to stand elsewhere."""
        self.practised: tuple[str, ...] = ()
        """Every skill whose exercise was done on the way here, once, in order."""
        self.shown = self.begin(session)

    def begin(self, session: UUID) -> Shown:
        """Stand at the beginning of a session's story."""
        self._ink.reset_state()
        digest = blake2b(session.bytes, digest_size=4, person=b"tta story chance").digest()
        # Ink takes signed integers of 32 bits; a story without chance has no such variable.
        if f'"VAR?":"{SEED}"' in self._story.compiled:
            self._ink.set_variable(SEED, int.from_bytes(digest, "big") >> 1)
        self._scene, self.practised = "", ()
        self.shown = self._go_on()
        return self.shown

    def play(self, moves: Iterable[Move]) -> Shown:
        """Make moves; raises NotOffered at one that is not possible."""
        for move in moves:
            self.make(move)
        return self.shown

    def make(self, move: Move) -> Shown:
        """Make a move; raises NotOffered."""
        if isinstance(move, Sent):
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

    def go_back(self, saved: str, shown: Shown, practised: tuple[str, ...] = ()) -> None:
        """Stand again where this playthrough was saved."""
        self._ink.load_state(saved)
        self._scene, self.shown, self.practised = shown.scene, shown, practised
        self.stood += 1

    def _go_on(self) -> Shown:
        lines: list[str] = []
        practised: list[str] = []
        ending = ""
        while self._ink.can_continue():
            lines.append(self._ink.cont().strip())
            for tag in self._ink.get_current_tags():
                name, _, value = tag.partition(":")
                match name.strip():
                    case "scene":
                        self._scene = value.strip()
                    case "practised":
                        practised.append(value.strip())
                    case "ending":
                        ending = value.strip()
        self.practised = tuple(dict.fromkeys((*self.practised, *practised)))
        self.stood += 1
        return Shown(
            "\n\n".join(line for line in lines if line), self._scene, self._offers(), tuple(practised), ending
        )

    def _offers(self) -> tuple[Offer, ...]:
        choices = self._ink.get_current_choices()
        offers = []
        for index in range(len(choices)):
            told = dict(_pair(tag) for tag in choices.get_tags(index))
            offers.append(Offer(told.get("id", ""), choices[index].strip(), told.get("to", "")))
        return tuple(offers)


class _Place(NamedTuple):
    moves: tuple[Move, ...]
    saved: str
    shown: Shown
    practised: tuple[str, ...]


class Shelf:
    """Where sessions stood of late, so that a move need not play all those before it again.

    One runtime per story serves all sessions, one after another: what `at` gives is good until the next call.
    """

    def __init__(self, places_max: int = PLACES_MAX) -> None:
        self._places_max = places_max
        self._places: OrderedDict[tuple[str, int, UUID], _Place] = OrderedDict()
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
        self._places[key] = _Place(tuple(moves), runtime.saved(), runtime.shown, runtime.practised)
        self._places.move_to_end(key)
        if len(self._places) > self._places_max:
            self._places.popitem(last=False)


def _pair(tag: str) -> tuple[str, str]:
    name, _, value = tag.partition(":")
    return name.strip(), value.strip()
