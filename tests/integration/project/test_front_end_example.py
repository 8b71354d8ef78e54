"""The section of docs/recipes/pages.md about examples/front-end."""

import json
import re
from pathlib import Path

from tests.harness.recipes import PAGES

EXAMPLE = Path(__file__).parents[3] / "examples" / "front-end"
SECTION = (PAGES / "pages.md").read_text().partition("## A front end with a typed client\n")[2].partition("\n## ")[0]
SNIPPET = re.compile(r"^```ts\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCRIPT = re.compile(r"^\$ npm (?:run )?(\w+)$", re.MULTILINE)


def test_the_section_shows_parts_of_the_page_as_they_are() -> None:
    snippets = SNIPPET.findall(SECTION)

    assert len(snippets) == 2
    assert [text for text in snippets if text not in (EXAMPLE / "page.ts").read_text()] == []


def test_the_section_names_every_script_of_the_example() -> None:
    scripts = json.loads((EXAMPLE / "package.json").read_text())["scripts"]

    assert set(SCRIPT.findall(SECTION)) == {*scripts, "install"}
