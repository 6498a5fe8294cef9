"""What a machine can check of how TTA is written: arrows, sizes, names, and what may not be there."""

import ast
import builtins
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "tta"
LINES_MAX, FUNCTION_LINES_MAX = 500, 50
TOP_MODULES_MAX = 6

ARROWS: dict[str, set[str]] = {
    "agents": {"clock", "commands", "domain", "eventstore", "security", "stories", "telemetry"},
    "clock": set(),
    "domain": set(),
    "eventstore": {"clock", "domain", "telemetry"},
    "graph": {"clock"},
    "live": {"eventstore", "telemetry"},
    "telemetry": set(),
    "security": {"clock", "domain", "eventstore", "telemetry"},
    "commands": {"domain", "eventstore", "security", "telemetry"},
    "stories": {"domain", "terminal"},
    "terminal": set(),
    "projector": {"clock", "domain", "eventstore", "graph", "telemetry"},
    "projections": {"domain", "graph", "projector", "stories"},
    "reactors": {
        "clock",
        "agents",
        "commands",
        "domain",
        "eventstore",
        "live",
        "security",
        "stories",
        "telemetry",
    },
    "http": {
        "clock",
        "commands",
        "domain",
        "eventstore",
        "graph",
        "live",
        "projections",
        "projector",
        "security",
        "stories",
        "telemetry",
    },
}
"""Which folder may import from which; the application and the console at its head see all."""
SEE_ALL = {"app": {"console"}, "console": set()}
"""Folders that may import from every other, except from those named."""
EDGES_WITHIN: dict[tuple[str, str], set[str]] = {
    ("agents", "eventstore"): {"envelope", "errors", "heartbeats", "nodes", "scripts"},
    ("agents", "security"): {"key_files"},
    ("security", "eventstore"): {
        "consistency_token",
        "durability",
        "errors",
        "nodes",
        "owners",
        "scripts",
        "store",
    },
    ("projections", "projector"): {"read_model"},
    ("projections", "graph"): {"engine", "schema"},
    ("http", "graph"): {"engine"},
    ("http", "projector"): {"checkpoints", "forgetting", "freshness", "lag"},
}
"""Of these only the named modules may be imported: the rest is the other folder's own business."""
DOMAIN_MAY_IMPORT = {"msgspec", "tta"}
DOMAIN_MAY_NOT = {
    "asyncio",
    "io",
    "logging",
    "os",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "time",
    "uuid4",
}
NAMES_REFUSED = {
    "common",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "service",
    "services",
    "util",
    "utils",
}
PARTICIPLE = re.compile(
    r"[A-Z][a-z]*ed|Begun|Built|Chosen|Dealt|Did|Done|Drawn|Fit|Found|Given|Heard|Held|Kept|Known|Lost|Made|Meant|Met"
    r"|Read|Said|Seen|Sent|Shown|Sold|Spoken|Standing|Taken|Thought|Told|Unfit|Untrue|Written|Wrong|[A-Z][a-z]*able"
)
"""A word that says what was done to a thing, or how it is, and not what it is."""
NOUNS = {"Fit"}
"""Class names that look like participles or adjectives, and are nouns: how well a story fits is its fit."""
RAISES = re.compile(r"\b[Rr]aises?\b([^.;:]*)")
CLASS_NAME = re.compile(r"(?<![\w`.])_?[A-Z][a-z]+\w*")
AMBIGUOUS_WORDS = {"model", "models", "progress"}
ALLOWED_WORDS = {
    "src/tta/http/players/progress.py": "progress",
    "src/tta/projections/progress.py": "progress",
}
SPEAK_OF_PROGRESS = {
    "src/tta/app/work.py",
    "src/tta/domain/care_plan.py",
    "src/tta/http/apps.py",
    "src/tta/http/players/care_plan_bodies.py",
    "src/tta/http/players/care_plans.py",
    "src/tta/http/players/progress.py",
    "src/tta/http/schema_names.py",
    "src/tta/projections/progress.py",
}
SPEAK_OF_A_MODEL = {
    # A field of the endpoints' file, of a completion, or of an event.
    "src/tta/agents/endpoint_client.py",
    "src/tta/agents/endpoints.py",
    "src/tta/agents/gateway.py",
    "src/tta/agents/llm_interpreter.py",
    "src/tta/agents/llm_narrator.py",
    "src/tta/console/doctor_llms.py",
    "src/tta/domain/narration.py",
    # A field of an answer or of a request, and an option of the command line.
    "src/tta/console/cli.py",
    "src/tta/console/forgetting.py",
    "src/tta/http/health.py",
    "src/tta/http/operations.py",
    # A projector's attribute.
    "src/tta/app/work.py",
}
READS_ENVIRONMENT = {
    "app/settings.py": "the one reader of the settings",
    "app/main.py": "whether the allocator was told how to work",
    "terminal.py": "which width the terminal was told to have",
    "console/demo.py": "hands it on to the process that it starts",
    "graph/engines/child_process.py": "likewise",
}
SHORTENS_WAITS = {
    "tests/commands/test_replies.py",
    "tests/eventstore/test_cluster.py",
    "tests/eventstore/test_durability.py",
    "tests/eventstore/test_follow.py",
    "tests/eventstore/library/test_failures.py",
    "tests/eventstore/library/test_following.py",
    "tests/eventstore/test_writer.py",
    "tests/app/serving/test_connections.py",
    "tests/http/edge/test_refused_questionnaires.py",
}
"""They set a time-out lower, and replace no code of ours; no other test may."""
CYPHER = re.compile(r"\b(MATCH|MERGE|UNWIND|DETACH DELETE|CREATE)\b\s*[($A-Z`]")
WRITES_CYPHER = {"graph/schema.py", "graph/engines/shapes.py", "graph/engines/plans.py"}
"""They write statements from the declared schema, which nobody outside can reach."""


DOLLAR_AT_THE_END = re.compile(r"(?<!\\)\$(?=[)|]|\Z)")
ENDS_IN_DOLLAR = {
    "http/contract.py": "JSON Schema, where it is the very end",
    "http/sessions/stream_contract.py": "likewise",
    "http/edge/field_errors.py": "likewise",
    "eventstore/log_files.py": "lines of a file, with re.MULTILINE",
    "graph/engines/shapes.py": "Cypher, whose parameters begin with it",
    "eventstore/loading.py": "the Redis protocol's, no pattern",
}


class Imported(NamedTuple):
    module: str
    name: str


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


SOURCES = modules("src/tta")
TESTS = modules("tests")


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imports_of(path: Path) -> set[Imported]:
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {Imported(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{shown(path)} imports relatively"
            found |= {Imported(node.module or "", alias.name) for alias in node.names}
    return found


def folder_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).parts
    return parts[0] if len(parts) > 1 else path.stem


def arrows_of(path: Path) -> set[Imported]:
    """What a module imports from other folders of TTA: folder, and module or name in it."""
    found = set()
    for module, name in imports_of(path):
        root, _, rest = module.partition(".")
        if root == "tta" and (rest or name) and name != "__version__":
            target, _, inner = (rest or name).partition(".")
            if target != folder_of(path):
                found.add(Imported(target, inner.partition(".")[0] or name))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_arrows_point_inwards(path: Path):
    folder = folder_of(path)
    if folder in SEE_ALL:
        assert not {found.module for found in arrows_of(path)} & SEE_ALL[folder]
        return
    if folder not in ARROWS:
        assert path.parent == SOURCE, f"say in ARROWS what {folder} may import"
        return
    for target, inner in arrows_of(path):
        assert target in ARROWS[folder], f"it imports from {target}"
        within = EDGES_WITHIN.get((folder, target))
        assert within is None or inner in within, f"it reaches into {target}.{inner}"


def test_every_arrow_is_used():
    for folder, targets in ARROWS.items():
        used = {found.module for path in SOURCES if folder_of(path) == folder for found in arrows_of(path)}
        assert used == targets, folder


def test_arrows_make_no_circle():
    left = dict(ARROWS)
    while left:
        free = {folder for folder, targets in left.items() if not targets & left.keys()}
        assert free, f"these import each other: {sorted(left)}"
        for folder in free:
            del left[folder]


def test_no_modules_import_each_other():
    """Neither at the top nor within a function: a circle says that two modules are one, or three."""
    names = {module_name(path): path for path in SOURCES}
    left = {name: imported_modules(path, names) - {name} for name, path in names.items()}
    while left:
        free = {name for name, targets in left.items() if not targets & left.keys()}
        assert free, f"a circle is among these: {sorted(left)}"
        for name in free:
            del left[name]


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path, names: Mapping[str, Path]) -> set[str]:
    found = set()
    for module, name in imports_of(path):
        full = f"{module}.{name}" if name else module
        found.add(full if full in names else module)
    return found & names.keys()


def test_few_modules_stand_outside_the_folders():
    assert len([path for path in SOURCE.glob("*.py") if not path.stem.startswith("__")]) <= TOP_MODULES_MAX


def test_the_readme_names_every_folder():
    readme = (ROOT / "README.md").read_text()
    folders = {path.parent for path in SOURCES if path.parent != SOURCE}
    missing = [shown(folder) for folder in sorted(folders) if f"`{shown(folder)}`" not in readme]
    assert not missing


@pytest.mark.parametrize("path", modules("src/tta/domain"), ids=shown)
def test_the_domain_is_pure(path: Path):
    for module, name in imports_of(path):
        root = module.partition(".")[0]
        assert root in sys.stdlib_module_names or root in DOMAIN_MAY_IMPORT, f"it imports {module}"
        assert not {root, name} & DOMAIN_MAY_NOT, f"it imports {module} {name}"
    for node in ast.walk(parsed(path)):
        assert not isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith)
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("now", "utcnow", "today", "uuid4", "uuid1"), f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print", "input"), f"line {node.lineno}"


@cache
def refusals() -> frozenset[str]:
    """The names of all refusals: classes whose base is a kind of refusal."""
    classes = [
        node
        for path in modules("src/tta/domain")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
    ]
    found = {"Refusal"}
    while (
        more := {each.name for each in classes if found & {ast.unparse(base) for base in each.bases}} - found
    ):
        found |= more
    return frozenset(found)


@pytest.mark.parametrize("path", [*SOURCES, *modules("bench")], ids=shown)
def test_only_the_domain_refuses(path: Path):
    """A rule that says no stands in the domain, where it is tested without a server."""
    if path.is_relative_to(SOURCE / "domain"):
        return
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ClassDef):
            assert not refusals() & {ast.unparse(base) for base in node.bases}, node.name
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            assert ast.unparse(raised).rpartition(".")[2] not in refusals(), f"line {node.lineno}"


@pytest.mark.parametrize("path", [*SOURCES, *modules("bench")], ids=shown)
def test_modules_and_functions_are_of_a_size_to_be_read(path: Path):
    lines = path.read_text().splitlines()
    assert len(lines) <= LINES_MAX
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno + 1 <= FUNCTION_LINES_MAX, node.name


@pytest.mark.parametrize("path", [*SOURCES, *TESTS, *modules("bench")], ids=shown)
def test_every_module_says_what_it_is(path: Path):
    docstring = ast.get_docstring(parsed(path))
    empty = path.name == "__init__.py" and not parsed(path).body
    assert empty or docstring


@pytest.mark.parametrize("path", [*SOURCES, *modules("bench")], ids=shown)
def test_a_module_is_named_for_its_job(path: Path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    words = {word for part in parts for word in part.split("_")}
    assert not words & NAMES_REFUSED


@cache
def class_names() -> list[tuple[str, str]]:
    """Every class of TTA, and where it is."""
    return [
        (node.name, shown(path))
        for path in SOURCES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
    ]


def test_no_two_classes_have_one_name():
    found = Counter(name for name, _ in class_names())
    assert not [(name, where) for name, where in class_names() if found[name] > 1]


def test_a_class_is_named_by_a_noun():
    bare = [(name, where) for name, where in class_names() if PARTICIPLE.fullmatch(name.lstrip("_"))]
    assert not [each for each in bare if each[0] not in NOUNS]
    assert {name for name, _ in bare} == NOUNS, "each exception is still needed"


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_what_docstrings_say_is_raised_exists(path: Path):
    """A class that is renamed is renamed there too."""
    known = {name for name, _ in class_names()} | {*dir(builtins)}
    known |= {name for _, name in imports_of(path)}
    found = [
        name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for sentence in RAISES.findall(ast.get_docstring(node) or "")
        for name in CLASS_NAME.findall(sentence)
        if name not in known | {"Ink"}
    ]
    assert not found


def test_a_module_says_which_model_it_means():
    """A read model, or a language model (`llm`); and progress is a player's."""
    bare = {
        shown(path): word
        for path in SOURCES
        for word in path.stem.split("_")
        if word in AMBIGUOUS_WORDS and not path.stem.startswith("read_model")
    }
    assert bare == ALLOWED_WORDS


@cache
def words_used_in(path: Path) -> frozenset[str]:
    """Every name that the code of a module uses; neither its texts nor its comments."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    return frozenset(token.string for token in tokens if token.type == tokenize.NAME)


def test_progress_is_a_players():
    """A projector has positions, a turn has steps. No function, attribute or variable says it otherwise."""
    found = {
        shown(path) for path in SOURCES if any("progress" in word.lower() for word in words_used_in(path))
    }
    assert found == SPEAK_OF_PROGRESS


def test_a_name_says_which_model_it_means():
    """In the projector's folder there is no other than a read model."""
    bare = {"model", "_model", "models", "_models"}
    others = [path for path in SOURCES if folder_of(path) != "projector"]
    assert {shown(path) for path in others if words_used_in(path) & bare} == SPEAK_OF_A_MODEL


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_only_the_composition_root_reads_the_environment(path: Path):
    read = [
        node.lineno
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv", "putenv")
    ]
    assert not read or path.relative_to(SOURCE).as_posix() in READS_ENVIRONMENT, f"lines {read}"


def test_the_edge_alone_authorises_and_assesses():
    """An endpoint is given the player and the assessment: it asks neither the policy nor the gate."""
    asks = {"permission_of", "require_role", "owner_of", "assessed", "assess_refused"}
    endpoints = [path for path in SOURCES if folder_of(path) == "http" and path.parent.name != "edge"]
    found = {
        (shown(path), alias.name)
        for path in endpoints
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in asks
    }
    assert endpoints
    assert found == set()


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_no_statement_is_built_from_strings(path: Path):
    if path.relative_to(SOURCE).as_posix() in WRITES_CYPHER:
        return
    for node in ast.walk(parsed(path)):
        pieces: list[ast.expr] = []
        if isinstance(node, ast.JoinedStr):
            pieces = node.values
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
            pieces = [node.left, node.right]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            pieces = [node.func.value] if node.func.attr in ("format", "join", "replace") else []
        for piece in pieces:
            text = piece.value if isinstance(piece, ast.Constant) and isinstance(piece.value, str) else ""
            assert CYPHER.search(text) is None, f"line {node.lineno}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_no_pattern_lets_a_line_break_follow(path: Path):
    """`$` also matches before a final line break: patterns end in `\\Z`, or are matched in full."""
    literals = [each.value for each in ast.walk(parsed(path)) if isinstance(each, ast.Constant)]
    texts = [
        each if isinstance(each, str) else repr(each)[2:-1]
        for each in literals
        if isinstance(each, str | bytes)
    ]
    found = [each for each in texts if DOLLAR_AT_THE_END.search(each)]
    assert not found or path.relative_to(SOURCE).as_posix() in ENDS_IN_DOLLAR, found


@pytest.mark.parametrize("path", TESTS, ids=shown)
def test_nothing_of_ours_is_mocked(path: Path):
    for module, name in imports_of(path):
        assert not {module, f"{module}.{name}"} & {"mock", "unittest.mock", "pytest_mock"}
    arguments = {node.arg for node in ast.walk(parsed(path)) if isinstance(node, ast.arg)}
    assert not arguments & {"monkeypatch", "mocker"} or shown(path) in SHORTENS_WAITS


@pytest.mark.parametrize("path", TESTS, ids=shown)
def test_tests_share_through_their_support_package(path: Path):
    """None imports another test's file, or a module that is found only because of a changed `sys.path`."""
    for module, name in imports_of(path):
        assert not (module.startswith("tests.") and not module.startswith("tests.support")), (
            f"{module} {name}"
        )
        assert (module, name) != ("sys", "path"), module
    changed = [each for each in ast.walk(parsed(path)) if isinstance(each, ast.Attribute)]
    assert not [each for each in changed if each.attr == "path" and ast.unparse(each.value) == "sys"]


def test_tests_stand_where_their_modules_do():
    own = {"support", "proofs", "damage", "releases", "safety"}
    for folder in {path.parent.relative_to(ROOT / "tests") for path in TESTS}:
        if folder.parts and folder.parts[0] not in own:
            assert (SOURCE / folder).is_dir(), f"there is no src/tta/{folder}"


def test_what_is_let_off_is_still_there():
    for path in SHORTENS_WAITS:
        assert "monkeypatch" in (ROOT / path).read_text(), path
    for name in READS_ENVIRONMENT:
        assert "environ" in (SOURCE / name).read_text(), name
