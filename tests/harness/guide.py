"""`python -m tests.harness.guide`: writes the guide that the server serves, and `/llms.txt`, from docs.

The format of the list is that of https://llmstxt.org. Its links are relative, so that a proxy may add a prefix.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import dirname, normpath, relpath
from typing import Any

from openapi import control_contract

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "mockserver" / "control" / "guide"
LIST = "llms.txt"
ABOUT_THE_PROJECT = {"architecture.md", "performance.md"}
"""The pages of docs that only a reader of the project's code needs; the guide leaves them out."""
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Guide": ("control-plane.md", "agents.md", "console.md", "tools.md", "conformance.md", "provider-states.md"),
    "Recipes": ("recipes/pytest.md", "recipes/containers.md", "recipes/javascript.md", "recipes/pages.md"),
    "Optional": ("sources.md", "glossary.md"),
}
DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "Contracts": ("getContract", "getTypedContract", "getControlContract", "getProviderStatesContract"),
    "Pages for a browser": ("getConsole", "getDocs"),
}
SERVED: Mapping[str, str] = {
    "openapi/audiences.yaml": "_mock/audiences.json",
    "openapi/audiences.typed.json": "_mock/audiences.typed.json",
    "openapi/control.yaml": "_mock/openapi.json",
    "openapi/provider-states.yaml": "_mock/provider-states.json",
    "README.md": LIST,
}
"""The files of the project that the server serves in another form, and where."""

_LINK = re.compile(r"^```.*?^```$|\[([^\]]*)\]\(([^)\s]+)\)", re.MULTILINE | re.DOTALL)
_SENTENCE = re.compile(r"(.+?)(?:[.:?]$|\. (?=[A-Z`*]))")
_HOW = (
    "Links are relative to the address of this file. An application uses this server in place of "
    "https://api.sonarly.io; "
    "`POST _mock/sandboxes` makes a sandbox with an API key of its own. The documents below need no admin token; "
    "the other operations under `_mock` do if the server has one."
)


def guide() -> dict[str, str]:
    """Return the text of each file of the guide, by its path in the folder."""
    pages = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for names in SECTIONS.values() for name in names}
    return {LIST: _list(pages), **{name: _with_served_links(name, text) for name, text in pages.items()}}


def _list(pages: Mapping[str, str]) -> str:
    """Return the list of documents."""
    title, introduction = _beginning((ROOT / "README.md").read_text(encoding="utf-8"))
    lines = [f"# {title}", "", f"> {introduction}", "", _HOW]
    for section, operations in DOCUMENTS.items():
        lines += ["", f"## {section}", "", *_documents(operations)]
    for section, names in SECTIONS.items():
        lines += ["", f"## {section}", "", *(_entry(f"_mock/guide/{name}", *_beginning(pages[name])) for name in names)]
    return "\n".join(lines) + "\n"


def _documents(operations: tuple[str, ...]) -> Iterator[str]:
    described: dict[str, tuple[str, dict[str, Any]]] = {
        item["get"]["operationId"]: (path, item["get"])
        for path, item in control_contract()["paths"].items()
        if "get" in item
    }
    for name in operations:
        path, operation = described[name]
        yield _entry(path.removeprefix("/"), operation["summary"], operation["description"])


def _entry(target: str, title: str, text: str) -> str:
    match = _SENTENCE.match(text)
    assert match is not None, text
    return f"- [{title}]({target}): {match[1]}."


def _beginning(page: str) -> tuple[str, str]:
    """Return the title of a page, and its first paragraph on one line, without links."""
    title, paragraph, *_ = page.split("\n\n", 2)
    return title.removeprefix("# "), _LINK.sub(r"\1", " ".join(paragraph.split()))


def _with_served_links(name: str, text: str) -> str:
    """Return a page whose links lead to what the server serves; the text alone stays of any other relative link."""
    folder = dirname(f"_mock/guide/{name}")

    def link(match: re.Match[str]) -> str:
        if match[2] is None or re.match(r"[a-z]+:|#", match[2]):
            return match[0]
        path, _, anchor = match[2].partition("#")
        source = normpath(f"docs/{dirname(name)}/{path}")
        if source.removeprefix("docs/") in set().union(*SECTIONS.values()):
            return match[0]
        if source in SERVED and not anchor:
            return f"[{match[1]}]({relpath(SERVED[source], folder)})"
        return match[1]

    return _LINK.sub(link, text)


def write() -> None:
    """Write the guide anew."""
    shutil.rmtree(BUILT, ignore_errors=True)
    for name, text in guide().items():
        target = BUILT / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
