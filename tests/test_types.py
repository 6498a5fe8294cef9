"""What the type checker refuses, so that no run has to find it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

COMMAND = """
from datetime import datetime
from uuid import UUID

from tta.commands.handle import CommandContext, Commands, handle
from tta.domain.targets import care_plan_target, player_target
from tta.domain.care_plan import CompleteGoal


async def complete(commands: Commands, player_id: UUID, context: CommandContext, at: datetime) -> None:
    command = CompleteGoal(goal_id=player_id, at=at)
    await handle(commands, TARGET(player_id), command, context, player_id=player_id)
"""


@pytest.mark.parametrize(
    ("snippet", "refused"),
    [
        pytest.param(COMMAND.replace("TARGET", "care_plan_target"), "", id="a care plan's command"),
        pytest.param(
            COMMAND.replace("TARGET", "player_target"), r"handle", id="a care plan's command to a player"
        ),
    ],
)
def test_a_command_goes_to_the_aggregate_that_takes_it(tmp_path: Path, snippet: str, refused: str):
    checked = tmp_path / "snippet.py"
    checked.write_text(snippet)
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(checked)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == int(bool(refused)), ran.stdout
    if refused:
        assert re.search(rf"snippet\.py:\d+: error: .*{refused}", ran.stdout), ran.stdout
