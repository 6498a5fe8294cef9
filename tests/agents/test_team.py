"""Agents speak through the orchestrator only: none knows another, and it knows their roles, not them."""

import ast
import inspect
from pathlib import Path

from tta import agents
from tta.agents.roles import Team
from tta.agents.team import team_of

AGENTS = {each.NAME: Path(inspect.getfile(type(each))) for each in team_of()}
FOLDER = Path(agents.__file__).parent
MAY_IMPORT = {"messages", "llm", "harms"}


def imported(path: Path) -> set[str]:
    """The modules of tta.agents that one of them imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "tta.agents":
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").removeprefix("tta.agents.")} & {
                each.stem for each in FOLDER.glob("*.py")
            }
    return found


def test_each_role_is_filled_under_its_own_name_by_a_file_of_its_own():
    assert set(AGENTS) == set(Team._fields)
    assert len(set(AGENTS.values())) == len(AGENTS)
    for each in team_of():
        assert each.CAPABILITY
        assert each.VERSION >= 1
        assert not each.resting


def test_no_agent_knows_another():
    for name, path in AGENTS.items():
        assert imported(path) <= MAY_IMPORT, name


def test_the_orchestrator_knows_roles_and_no_agent():
    mine = {path.stem for path in AGENTS.values()}
    for module in ("orchestrator", "steps", "registry", "promises", "roles", "messages", "llm"):
        assert not imported(FOLDER / f"{module}.py") & mine, module
