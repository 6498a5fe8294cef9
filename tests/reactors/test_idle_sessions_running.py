"""A session that nobody plays is abandoned by a TTA that runs, and only such a one."""

import time
from pathlib import Path

from tests.support.running_tta import Dev

IDLE_S = 2.0
WITHIN_S = 60


def test_who_stays_away_finds_the_session_abandoned(tmp_path: Path):
    dev = Dev(tmp_path / "data", session_idle_hours=str(IDLE_S / 3600))
    try:
        completed, _ = dev.play("I am done.")
        done = dev.ask("POST", f"/v1/sessions/{completed}/complete", idempotency_key='"done"')
        assert done.status_code == 200, done.text
        left, _ = dev.play("I go away now.")
        played, turns = dev.play("I stay.")[0], 0
        before = time.monotonic()
        while status(dev, left) != "abandoned":
            assert time.monotonic() - before < WITHIN_S
            turns += 1
            said = dev.ask(
                "POST",
                f"/v1/sessions/{played}/interactions",
                {"text": "I go on."},
                idempotency_key=f'"on {turns}"',
                prefer="wait=20",
            )
            assert "reply" in said.json(), said.text
        assert turns > 0
        assert status(dev, played) == "open"
        assert status(dev, completed) == "completed"
        refused = dev.ask(
            "POST",
            f"/v1/sessions/{left}/interactions",
            {"text": "I am back."},
            idempotency_key='"back"',
        )
        assert refused.json()["code"] == "session-is-over"
    finally:
        dev.end()


def status(dev: Dev, session: str) -> str:
    return str(dev.ask("GET", f"/v1/sessions/{session}").json()["status"])
