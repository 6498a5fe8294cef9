"""The how-to pages do what they say: their snippets fit, their commands pass, their files are few."""

import re
from pathlib import Path

import pytest

from tests.support.recipes import GENERATED, ROOT, apply, commands, copy_of_the_tree, run, snippets

HOW_TO = ROOT / "docs" / "how-to"
FILES_MAX = {
    "add-an-aggregate.md": 10,
    "add-a-read-model.md": 6,
    "add-a-route.md": 4,
    "add-a-reactor.md": 3,
}
"""How many files each recipe touches at most, tests included; CHANGELOG and generated files do not count."""
MADE_BY_COMMANDS = {"src/tta/stories/authored/harbour/1.json"}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES_MAX)
def test_a_recipe_does_what_it_says(tmp_path: Path, name: str):
    page = (HOW_TO / name).read_text()
    tree = copy_of_the_tree(tmp_path)
    apply(snippets(page), tree)
    for command in commands(page):
        run(command, tree)


@pytest.mark.slow
def test_the_tutorial_leads_to_a_read_model_and_a_query(tmp_path: Path):
    """It builds on the recipe of the aggregate, whose commands the test above runs."""
    tutorial = (ROOT / "docs" / "tutorial.md").read_text()
    tree = copy_of_the_tree(tmp_path)
    apply(snippets((HOW_TO / "add-an-aggregate.md").read_text()), tree)
    apply(snippets(tutorial), tree)
    for command in commands(tutorial):
        run(command, tree)


@pytest.mark.parametrize("name", FILES_MAX)
def test_a_recipe_touches_few_files(name: str):
    touched = {snippet.path for snippet in snippets((HOW_TO / name).read_text())} - GENERATED
    assert 0 < len(touched) <= FILES_MAX[name]


@pytest.mark.parametrize("name", FILES_MAX)
def test_each_snippet_stands_under_its_files_name(name: str):
    page = (HOW_TO / name).read_text()
    for section in page.split("\n## ")[1:]:
        heading = section.partition("\n")[0]
        assert all(f"`{snippet.path}`" in heading for snippet in snippets(section)), heading


PATHS = re.compile(r"`((?:src|tests|docs|deploy|migrations)/[\w./-]+)`")


@pytest.mark.parametrize("page", sorted(HOW_TO.glob("*.md")), ids=lambda page: page.name)
def test_each_path_that_a_page_names_exists_or_is_made(page: Path):
    text = page.read_text()
    made = {snippet.path for snippet in snippets(text)} | MADE_BY_COMMANDS
    missing = [path for path in PATHS.findall(text) if path not in made and not (ROOT / path).exists()]
    assert not missing


def test_the_readme_links_every_page():
    readme = (ROOT / "README.md").read_text()
    assert "(docs/tutorial.md)" in readme
    for page in sorted(HOW_TO.glob("*.md")):
        assert f"(docs/how-to/{page.name})" in readme, page.name
