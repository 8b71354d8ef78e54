"""The pages for readers: README and docs, with their headings, links and fenced blocks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_MAKE = re.compile(r"(?:`|\$ )make ([a-z][a-z -]*)")
_PATH = re.compile(r"`((?:conformance|docs|examples|mockserver|openapi|tests)/[\w./-]*)`")


class Block(NamedTuple):
    """A fenced block: its tag, and its text."""

    tag: str
    text: str


@dataclass(frozen=True)
class Page:
    """A page, by its path from the root of the project."""

    name: str

    @property
    def path(self) -> Path:
        """The file."""
        return ROOT / self.name

    @cached_property
    def text(self) -> str:
        """The page as it is written."""
        return self.path.read_text()

    @property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _BLOCK.sub("", self.text)

    @property
    def words(self) -> str:
        """The page on one line, so that a sentence can be searched for."""
        return " ".join(self.text.split())

    def blocks(self, *tags: str) -> list[Block]:
        """Return the fenced blocks with one of these tags; all if none is given."""
        return [Block(*block) for block in _BLOCK.findall(self.text) if not tags or block[0] in tags]

    def section(self, title: str) -> str:
        """Return the text below a heading of the second level, up to the next of that level."""
        (section,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", self.text, re.MULTILINE | re.DOTALL)
        return str(section)

    def headings(self) -> list[str]:
        """Return the texts of all headings."""
        return _HEADING.findall(self.prose)

    def anchors(self) -> set[str]:
        """Return the anchors that GitHub gives to the headings."""
        return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in self.headings()}

    def links(self) -> list[str]:
        """Return the targets of all links."""
        return _LINK.findall(self.prose)

    def options(self) -> set[str]:
        """Return every command-line option that the page names, in prose or in a command."""
        return set(_OPTION.findall(self.text))

    def make_targets(self) -> set[str]:
        """Return every target of make that the page names."""
        return {target for targets in _MAKE.findall(self.text) for target in targets.split()}

    def paths(self) -> set[str]:
        """Return every path of the project that the page names in a code span."""
        return set(_PATH.findall(self.prose))

    def commands(self) -> list[str]:
        """Return the command lines of its `console` blocks (behind the prompt) and of its `bash` blocks."""
        console = [line[2:] for block in self.blocks("console") for line in block.text.splitlines() if line[:2] == "$ "]
        lines = [line for block in self.blocks("bash") for line in block.text.splitlines() if line and line[0] != "#"]
        return console + lines

    def curl_commands(self) -> list[str]:
        """Return the `curl` commands, in their order."""
        return [command for command in self.commands() if command.startswith("curl ")]

    def broken_links(self) -> list[str]:
        """Return the relative links whose file or heading does not exist."""
        return [link for link in self.links() if not re.match(r"[a-z]+:", link) and not self._resolves(link)]

    def _resolves(self, link: str) -> bool:
        file, _, anchor = link.partition("#")
        path = (self.path.parent / file).resolve() if file else self.path
        if not path.exists() or not path.is_relative_to(ROOT):
            return False
        return not anchor or anchor in Page(str(path.relative_to(ROOT))).anchors()


def all_pages() -> Sequence[Page]:
    """Return the pages at the root, in docs, and those that explain a folder."""
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "openapi/README.md", ROOT / "tests/README.md"]
    return [Page(str(file.relative_to(ROOT))) for file in sorted(files)]
