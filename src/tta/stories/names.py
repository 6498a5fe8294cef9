"""By which names the things of the catalogue are asked for."""

import re
import unicodedata

WORLD_CHARACTERS_MAX = 48  # A world is described by a sentence; its id is how that begins.


def world_id(text: str) -> str:
    """How a world is asked for: its description folded to a name, cut between two words."""
    letters = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", "")).encode("ascii", "ignore")
    name = re.sub(r"[^a-z0-9]+", "_", letters.decode().lower()).strip("_")
    if len(name) > WORLD_CHARACTERS_MAX:
        name = name[: WORLD_CHARACTERS_MAX + 1].rpartition("_")[0] or name[:WORLD_CHARACTERS_MAX]
    return name


def plain(word: str) -> str:
    """Fold a word of the catalogue, or a player's for it, to what they are compared by."""
    return word.strip().casefold().replace("_", " ")
