"""`tta dev` of the release before, on what this release wrote, and this one after it: both directions."""

from pathlib import Path

import pytest

from tests.support.releases.release_before import unpacked
from tests.support.running_tta import Dev

pytestmark = pytest.mark.slow


def test_each_release_goes_on_where_the_other_stopped(tmp_path: Path):
    source = unpacked(tmp_path)
    data_dir = tmp_path / "data"
    session = ""
    words = []
    for turn, release in enumerate((source, None, source, None)):
        dev = Dev(data_dir, source=release)
        try:
            if not session:
                session, _ = dev.play("I am here")
                words.append("I am here")
            said = dev.ask(
                "POST",
                f"/v1/sessions/{session}/interactions",
                {"text": f"Hello from {turn}"},
                idempotency_key=f'"{turn}"',
                prefer="wait=30",
            )
            assert "reply" in said.json(), said.text
            words.append(f"Hello from {turn}")
            seen = said.headers["Consistency-Token"]
            assert dev.last_text(session, seen) == words[-1]
            page = dev.ask("GET", f"/v1/sessions/{session}/interactions?limit=99").json()
            assert [each["text"] for each in page["interactions"]] == words
            health = dev.ask("GET", "/health")
            assert (health.status_code, health.json()["status"]) == (200, "healthy"), health.text
        finally:
            assert dev.end() == 0
