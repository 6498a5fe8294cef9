"""Extracts the JSON from a language model's answer, without its thoughts and a code fence."""

BLANK = " \t\r\n\u200b\u2060\ufeff\u00a0\u2028\u2029\x85"
THOUGHTS = ("think", "thinking", "thought", "reasoning")
FENCES = ("```", "~~~")


def json_in(said: str) -> str:
    """Remove preceding thoughts and the code fence; the rest should be JSON."""
    rest = _after_thoughts(said.strip(BLANK)).strip(BLANK)
    for fence in FENCES:
        if rest.startswith(fence):
            opening, _, inner = rest.partition("\n")
            named = bool(inner) and "{" not in opening
            rest = inner if named else rest.lstrip(fence[0]).removeprefix("json")
            return rest.rstrip(BLANK).rstrip(fence[0]).strip(BLANK)
    return rest


def _after_thoughts(said: str) -> str:
    """Return the text after the thoughts. Some endpoints send only their closing tag."""
    while not said.startswith(("{", *FENCES)):
        ends = [f"</{name}>" for name in THOUGHTS]
        found = min((end for end in ends if end in said), key=said.index, default="")
        if not found:
            return said
        said = said.partition(found)[2].lstrip(BLANK)
    return said
