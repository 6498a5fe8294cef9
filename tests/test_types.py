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

ADDRESSED = """
from datetime import datetime
from uuid import UUID

from tta.domain.care_plan import CompleteGoal
from tta.domain.joint.deciding import AddressedCommand, to
from tta.domain.targets import care_plan_target, player_target


def completed(player_id: UUID, at: datetime) -> AddressedCommand:
    return to(TARGET(player_id), CompleteGoal(goal_id=player_id, at=at))
"""
BESIDE = """
from uuid import UUID

from tta.domain.targets import AnyTarget, States, player_target, record_target


def held(states: States, player_id: UUID) -> bool:
    targets: list[AnyTarget] = [player_target(player_id), record_target(player_id)]
    return states.of(TARGET).held
"""


@pytest.mark.parametrize(
    ("snippet", "refused"),
    [
        pytest.param(COMMAND.replace("TARGET", "care_plan_target"), "", id="a care plan's command"),
        pytest.param(
            COMMAND.replace("TARGET", "player_target"), r"handle", id="a care plan's command to a player"
        ),
        pytest.param(ADDRESSED.replace("TARGET", "care_plan_target"), "", id="addressed in a joint decision"),
        pytest.param(ADDRESSED.replace("TARGET", "player_target"), r"\"to\"", id="addressed to a player"),
        pytest.param(BESIDE.replace("TARGET", "record_target(player_id)"), "", id="a state by its target"),
        pytest.param(BESIDE.replace("TARGET", "targets[1]"), r"\"of\"", id="a state of whatever kind"),
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
