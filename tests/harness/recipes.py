"""The recipes in README, as files that can be run."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

README = (Path(__file__).parents[2] / "README.md").read_text()
URL = "AUDIENCE_MOCK_URL"
DEFAULT = "http://127.0.0.1:8080"
LOST_REPLY = "A client that survives a lost reply"
JOB_FAILS = "A job that fails half-way"
LIMIT = "The limit is hit"
PARALLEL = "Parallel tests"

_SECTION = re.compile(r"^## Recipes\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_SNIPPET = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Language:
    """How a language begins a comment, calls its file without tests and its files of tests, and begins a test."""

    tag: str
    comment: str
    shared: str
    tests: str
    test: str


PYTHON = Language("python", "# ", "conftest.py", r"test_\w+\.py", r"^def test_")
JAVASCRIPT = Language("js", "// ", "sandbox.mjs", r"[\w-]+\.test\.mjs", r"^test\(")


@dataclass(frozen=True)
class Snippet:
    """A fenced block: its tag, and its text, whose first line names its file."""

    tag: str
    text: str

    def name(self, language: Language) -> str:
        return self.text.partition("\n")[0].removeprefix(language.comment)

    def tests(self, language: Language) -> int:
        """How many tests it has."""
        return len(re.findall(language.test, self.text, re.MULTILINE))


@dataclass(frozen=True)
class Recipes:
    """The snippets below each heading of the section."""

    by_title: Mapping[str, Sequence[Snippet]]

    @classmethod
    def read(cls, readme: str) -> "Recipes":
        (section,) = _SECTION.findall(readme)
        _, *parts = re.split(r"^### ", section, flags=re.MULTILINE)
        titled = [part.partition("\n") for part in parts]
        return cls({title: [Snippet(*found) for found in _SNIPPET.findall(text)] for title, _, text in titled})

    def files(self, language: Language) -> dict[str, str]:
        """The text of each file."""
        snippets = [one for found in self.by_title.values() for one in found if one.tag == language.tag]
        return {snippet.name(language): snippet.text for snippet in snippets}

    def tests(self, title: str, language: Language) -> Snippet:
        """The one snippet of a recipe that has its tests."""
        (found,) = [one for one in self.by_title[title] if one.tag == language.tag and one.tests(language)]
        return found

    def complaints(self) -> list[str]:
        """What is wrong: a language that is missing, a snippet without a test, or with a name that no runner finds."""
        found = []
        for title, snippets in self.by_title.items():
            known = {PYTHON.tag, JAVASCRIPT.tag}
            found += [f"{title}: what is {one.tag or 'untagged'}?" for one in snippets if one.tag not in known]
            for language in (PYTHON, JAVASCRIPT):
                written = [one for one in snippets if one.tag == language.tag]
                own = [one for one in written if one.name(language) != language.shared]
                found += [] if own else [f"{title}: nothing in {language.tag}"]
                found += [f"{title}: no test in {one.name(language)}" for one in own if not one.tests(language)]
                names = [one.name(language) for one in own]
                found += [f"{title}: nobody runs {name}" for name in names if not re.fullmatch(language.tests, name)]
        return found


@dataclass(frozen=True)
class Trial:
    """The recipes of a language as files in a folder, to be run by `run` against a server.

    `run` gets the folder, the server's URL and options; it answers the exit status, how many tests passed, and what
    was said.
    """

    language: Language
    run: Callable[..., tuple[int, int, str]]
    url: str
    folder: Path

    def passes(self, title: str) -> None:
        """A recipe passes as it stands, with each of its tests."""
        snippet = RECIPES.tests(title, self.language)
        folder = written(self.folder, self.language, {})

        status, passed, said = self.run(folder, self.url, snippet.name(self.language))

        assert (status, passed) == (0, snippet.tests(self.language)), said

    def all_pass(self, *options: str) -> None:
        """All recipes pass in one run."""
        folder = written(self.folder, self.language, {})

        status, passed, said = self.run(folder, self.url, *options)

        wanted = sum(RECIPES.tests(title, self.language).tests(self.language) for title in TITLES)
        assert (status, passed) == (0, wanted), said

    def fails(self, title: str, file: str, client: str, reason: str) -> None:
        """A recipe fails, and for this reason, where a file of it ends with another client."""
        folder = written(self.folder, self.language, {file: client})

        status, _, said = self.run(folder, self.url, RECIPES.tests(title, self.language).name(self.language))

        assert status == 1, said
        assert reason in said


RECIPES = Recipes.read(README)
TITLES = tuple(RECIPES.by_title)


def written(folder: Path, language: Language, spoiled: Mapping[str, str]) -> Path:
    """The folder, with the files of a language in it; `spoiled`: what comes at the end of a file, by its name."""
    for name, text in RECIPES.files(language).items():
        (folder / name).write_text(text + spoiled.get(name, ""))
    return folder
