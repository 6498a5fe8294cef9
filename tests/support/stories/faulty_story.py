"""A story whose choices break the rules: see faulty.ink beside its compiled form."""

from pathlib import Path

from tta.stories.story import read_story

FAULTY = read_story("faulty", 1, Path(__file__).with_name("faulty.json").read_text("utf-8"))
