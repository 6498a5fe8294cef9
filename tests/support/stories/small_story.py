"""A story of one or two scenes in compiled form, written by hand, so that no compiler is needed."""

import json

TOP = {"id": "s", "version": "1", "title": "T", "summary": "S", "world": "W", "language": "en"}
SCENE = {"scene": "a", "approach": "cbt", "intensity": "1", "readiness": "any", "location": "here"}


def tagged(tags: dict[str, str]) -> list[str]:
    return [part for name, value in tags.items() for part in ("#", f"^{name}: {value}", "/#")]


def small_story(scene: dict[str, str], *, later: dict[str, str] | None = None, **top: str) -> str:
    """A story of one scene `a` that ends; `later` are tags after its text."""
    ending = tagged({"ending": "here", **(later or {})})
    knot = [[*tagged(SCENE | scene), "^Here.", "\n", *ending, "^So.", "\n", "end", None], None]
    begins = [*tagged(TOP | top), {"->": "a"}, ["done", {"#n": "g-0"}], None]
    return json.dumps({"inkVersion": 21, "root": [begins, "done", {"a": knot}], "listDefs": {}})
