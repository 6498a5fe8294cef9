"""A version of a story that was released is played on in running sessions: its bytes are locked."""

import shutil
from hashlib import sha256
from importlib.resources import as_file
from pathlib import Path

from tta.stories.story import authored

LOCK = "SHA256SUMS"
WHAT_TO_DO = """
Sessions that run in a released version must go on in it, byte for byte (docs/stories.md). So:
- changed: put the version back as it was (git checkout), and write the change as the next version beside it;
  only what no release has had yet may be changed in place: then write its line in SHA256SUMS anew.
- gone: put it back; no version is ever removed.
- new: add its line.
In src/tta/stories/authored: sha256sum STORY/VERSION.json, with the line put in SHA256SUMS by its name.
"""


def differences(stories: Path) -> list[str]:
    """Return the versions in a folder that differ from its lock."""
    locked = dict(line.split("  ")[::-1] for line in (stories / LOCK).read_text("utf-8").splitlines())
    here = {
        path.relative_to(stories).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in stories.glob("*/*.json")
    }
    return [
        f"{name} is {'gone' if name not in here else 'new' if name not in locked else 'changed'}"
        for name in sorted(locked.keys() | here.keys())
        if locked.get(name) != here.get(name)
    ]


def test_no_released_version_was_changed():
    with as_file(authored()) as stories:
        assert differences(stories) == [], WHAT_TO_DO


def test_a_changed_a_removed_and_an_unlocked_version_are_noticed(tmp_path):
    with as_file(authored()) as stories:
        shutil.copytree(stories, tmp_path / "copy")
    copy = tmp_path / "copy"
    (copy / "clearing" / "2.json").write_bytes((copy / "clearing" / "1.json").read_bytes())
    (copy / "storm_keeper" / "1.json").unlink()
    night_post = copy / "the_night_post" / "1.json"
    night_post.write_text(night_post.read_text("utf-8").replace("tuba", "horn", 1), "utf-8")
    assert differences(copy) == [
        "clearing/2.json is new",
        "storm_keeper/1.json is gone",
        "the_night_post/1.json is changed",
    ]
