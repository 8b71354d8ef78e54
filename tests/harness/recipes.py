"""The recipes of docs/recipes, as files that can be run."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parents[2] / "docs" / "recipes"
URL = "AUDIENCE_MOCK_URL"
LOST_REPLY = "A client that survives a lost reply"
JOB_FAILS = "A job that fails half-way"
LIMIT = "A rate limit"
PARALLEL = "Parallel tests"
NO_RECIPES = frozenset({"Coverage"})
"""The sections that have no recipe."""

_SNIPPET = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Language:
    """The conventions of a language.

    Attributes:
        tag: The tag of its fenced blocks.
        comment: The beginning of a comment.
        test_files: A pattern of the names of its test files, as its test runner finds them.
        test: A pattern of the beginning of a test.
        page: The page of its recipes.
    """

    tag: str
    comment: str
    test_files: str
    test: str
    page: str


PYTHON = Language("python", "# ", r"test_\w+\.py", r"^def test_", "pytest.md")
JAVASCRIPT = Language("js", "// ", r"[\w-]+\.test\.mjs", r"^test\(", "javascript.md")
LANGUAGES = (PYTHON, JAVASCRIPT)


@dataclass(frozen=True)
class Snippet:
    """A fenced block: its tag, and its text, whose first line names its file."""

    tag: str
    text: str

    def name(self, language: Language) -> str:
        """Return the name of its file."""
        return self.text.partition("\n")[0].removeprefix(language.comment)

    def test_count(self, language: Language) -> int:
        """Return the number of its tests."""
        return len(re.findall(language.test, self.text, re.MULTILINE))


@dataclass(frozen=True)
class Recipes:
    """The snippets of all pages, by their heading."""

    by_title: Mapping[str, Sequence[Snippet]]

    @classmethod
    def read(cls, *pages: str) -> "Recipes":
        """Read pages of recipes; a recipe begins with a heading of the second level."""
        by_title: dict[str, list[Snippet]] = {}
        for page in pages:
            _, *parts = re.split(r"^## ", page, flags=re.MULTILINE)
            for part in parts:
                title, _, text = part.partition("\n")
                if title in NO_RECIPES:
                    continue
                by_title.setdefault(title, []).extend(Snippet(*block) for block in _SNIPPET.findall(text))
        return cls(by_title)

    def files(self, language: Language) -> dict[str, str]:
        """Return the text of each file of a language, by its name."""
        snippets = [snippet for recipe in self.by_title.values() for snippet in recipe if snippet.tag == language.tag]
        return {snippet.name(language): snippet.text for snippet in snippets}

    def tests(self, title: str, language: Language) -> Snippet:
        """Return the only snippet of a recipe that has its tests."""
        (snippet,) = [
            snippet for snippet in self.by_title[title] if snippet.tag == language.tag and snippet.test_count(language)
        ]
        return snippet

    def complaints(self) -> list[str]:
        """Return the mistakes: a missing language, a snippet without a test, or with a name that no runner finds."""
        tags = {language.tag for language in LANGUAGES}
        complaints = []
        for title, snippets in self.by_title.items():
            complaints += [
                f"{title}: what is {snippet.tag or 'untagged'}?" for snippet in snippets if snippet.tag not in tags
            ]
            for language in LANGUAGES:
                complaints += self._complaints_of(title, language)
        return complaints

    def _complaints_of(self, title: str, language: Language) -> list[str]:
        snippets = [snippet for snippet in self.by_title[title] if snippet.tag == language.tag]
        own = {snippet.name(language): snippet for snippet in snippets}
        return [
            *([] if own else [f"{title}: nothing in {language.tag}"]),
            *(f"{title}: no test in {name}" for name, snippet in own.items() if not snippet.test_count(language)),
            *(f"{title}: nobody runs {name}" for name in own if not re.fullmatch(language.test_files, name)),
        ]


@dataclass(frozen=True)
class Trial:
    """The recipes of a language as files in a folder, run against a server.

    Attributes:
        language: The language.
        run: Runs the test runner in a folder, given the folder, the server's URL and options; returns its exit status,
            the number of tests that passed, and its output.
        url: The server.
        folder: Where the files are written.
    """

    language: Language
    run: Callable[..., tuple[int, int, str]]
    url: str
    folder: Path

    def passes(self, title: str) -> None:
        """Assert that a recipe passes as it stands, with each of its tests."""
        snippet = RECIPES.tests(title, self.language)
        folder = write_files(self.folder, self.language, {})

        status, passed, output = self.run(folder, self.url, snippet.name(self.language))

        assert (status, passed) == (0, snippet.test_count(self.language)), output

    def all_pass(self, *options: str) -> None:
        """Assert that all recipes pass in one run."""
        folder = write_files(self.folder, self.language, {})

        status, passed, output = self.run(folder, self.url, *options)

        expected = sum(RECIPES.tests(title, self.language).test_count(self.language) for title in TITLES)
        assert (status, passed) == (0, expected), output

    def fails(self, title: str, file: str, client: str, reason: str) -> None:
        """Assert that a recipe fails, and for this reason, where a file of it ends with another client."""
        folder = write_files(self.folder, self.language, {file: client})

        status, _, output = self.run(folder, self.url, RECIPES.tests(title, self.language).name(self.language))

        assert status == 1, output
        assert reason in output


RECIPES = Recipes.read(*((PAGES / language.page).read_text() for language in LANGUAGES))
TITLES = tuple(RECIPES.by_title)


def write_files(folder: Path, language: Language, endings: Mapping[str, str]) -> Path:
    """Write the files of a language into a folder, and return it; `endings` is text to append, by the file's name."""
    for name, text in RECIPES.files(language).items():
        (folder / name).write_text(text + endings.get(name, ""))
    return folder
