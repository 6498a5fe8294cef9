"""The pages about the API say what is: examples run as they stand, lists are the code's."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.running_tta import Dev
from tta.http.apps import BOTH, COMMANDS, QUERIES
from tta.http.edge.problems import ADVICE, kinds, listed

DOCS = Path(__file__).parents[2] / "docs"
ENTRY = DOCS / "http-api.md"
LINKED = re.findall(r"^\| \[[^]]+\]\((http-api/\w[\w-]*\.md)\)", ENTRY.read_text(), re.MULTILINE)
PAGE = "\n".join(page.read_text() for page in (ENTRY, *(DOCS / linked for linked in LINKED)))
"""The entry and the pages that it links, in the order in which a reader and the examples take them."""
LINES_MAX = 200
EXAMPLES = re.findall(r"^```sh\n(.*?)^```\n```http\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
BETWEEN = "--- next example ---"


def test_every_example_prints_what_it_says(fresh_dev: Dev, tmp_path: Path):
    assert len(EXAMPLES) == PAGE.count("```sh"), "each with what it prints"
    script = f"\necho '{BETWEEN}'\n".join(command for command, _ in EXAMPLES)
    environment = {
        "TTA": fresh_dev.url,
        "OPERATORS": fresh_dev.operators,
        "TOKEN": fresh_dev.token,
        "PLAYER": fresh_dev.player_id,
    }
    ran = subprocess.run(
        ["bash", "-eu", "-c", script],
        env=environment | {"PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    printed = ran.stdout.replace("\r", "").split(BETWEEN)
    for (command, expected), found in zip(EXAMPLES, printed, strict=True):
        for line in filter(None, expected.splitlines()):
            wanted = ".*".join(map(re.escape, line.split("…")))
            assert re.search(f"^{wanted}", found, re.MULTILINE | re.IGNORECASE), f"{command}\n{line}\n{found}"


def test_the_entry_links_every_page_and_none_is_long():
    pages = {f"http-api/{page.name}" for page in (DOCS / "http-api").iterdir()}
    assert sorted(LINKED) == sorted(pages)
    assert not [
        page
        for page in (ENTRY, *(DOCS / each for each in pages))
        if len(page.read_text().splitlines()) > LINES_MAX
    ]


def test_every_link_between_pages_leads_somewhere():
    anchors: dict[Path, set[str]] = {}
    for page in DOCS.rglob("*.md"):
        headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
        anchors[page] = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
    root = DOCS.parent
    for page in (*anchors, *root.glob("*.md"), root / "deploy" / "README.md"):
        for link, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text()):
            target = (page.parent / link).resolve() if link else page
            assert target.exists(), f"{page.name}: {link}"
            assert not anchor or anchor in anchors.get(target, {anchor}), f"{page.name}: {link}#{anchor}"


def test_problems_are_listed_as_they_are():
    assert (DOCS / "problems.md").read_text() == listed(), (
        "python -m tta.http.edge.problems > docs/problems.md"
    )
    assert {kind.status for kind in kinds()} == ADVICE.keys()
    ran = subprocess.run([sys.executable, "-m", "tta.http.edge.problems"], check=True, capture_output=True)
    assert ran.stdout.decode() == listed()


def test_the_page_names_the_bounds_that_hold():
    from tta.commands.folding import RECENT_MAX, RECENT_MS
    from tta.http.apps import REQUESTS_MAX
    from tta.http.edge import bodies, manners

    assert (RECENT_MAX, RECENT_MS // 3_600_000) == (1_024, 24)
    assert (bodies.BYTES_MAX, bodies.TIMEOUT_S) == (2**20, 10)
    assert (manners.KEY_CHARACTERS_MAX, manners.WAIT_S_MAX, REQUESTS_MAX) == (255, 30, 2_000)
    for said in ("1,024", "24 hours", "1 MiB", "10 seconds", "255", "at most 30", "2,000"):
        assert said in PAGE


def test_every_route_that_wants_a_version_is_said():
    assert [route.path for route in (*COMMANDS, *QUERIES, *BOTH) if route.if_match] == [
        "/v1/players/{player_id}/preferences"
    ]
