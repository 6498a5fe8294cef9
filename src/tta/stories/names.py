"""The names by which entries of the catalogue are requested."""

import re
import unicodedata

WORLD_CHARACTERS_MAX = 48  # A world is described by a sentence. Its id is the beginning of the sentence.


def world_id(text: str) -> str:
    """Return a world's id: the beginning of its description, folded and cut between two words."""
    letters = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", "")).encode("ascii", "ignore")
    name = re.sub(r"[^a-z0-9]+", "_", letters.decode().lower()).strip("_")
    if len(name) > WORLD_CHARACTERS_MAX:
        name = name[: WORLD_CHARACTERS_MAX + 1].rpartition("_")[0] or name[:WORLD_CHARACTERS_MAX]
    return name


def plain(word: str) -> str:
    """Fold a word of the catalogue, or a caller's word for it, for comparison."""
    return word.strip().casefold().replace("_", " ")
