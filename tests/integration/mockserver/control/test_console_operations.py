"""The console and the control plane: it can do what a script can, and nothing else."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

from openapi import contract
from tests.harness.control_plane import OPERATIONS

FOLDER = files("mockserver.control").joinpath("console")
SOURCES = {
    one.name: one.read_text("utf-8")
    for folder in (FOLDER, FOLDER.joinpath("panels"))
    for one in folder.iterdir()
    if one.name.endswith(".js")
}
UNUSED: Mapping[str, str] = {
    "getHealth": "a page that is there shows that the server is up",
    "getControlContract": "the documentation page reads it; the forms of the console are made for it",
    "getTypedContract": "it is for generators of clients",
    "getConsole": "the browser asks for it",
    "getConsoleAsset": "the browser asks for it",
    "getConsolePanel": "the browser asks for it",
    "getDocs": "the header links to it",
    "getDocsAsset": "the browser asks for it",
    "getCoveragePage": "the panel has the same content",
    "getGuidePage": "/llms.txt links to it",
    "getGuideRecipe": "/llms.txt links to it",
    "getFault": "the list has the same members",
    "getKeyLimit": "the list has the same members",
}
"""The operations that the console does not use, each with the reason."""

_PATH = re.compile(r"(?<![`\w])at`([^`\n]*)`")
_MEMBER = re.compile(r"\bpath: (.*)|\b(path)[,\s}]")
_VALUE = re.compile(r"\$?\{[^}]*\}")
_METHOD = re.compile(r"'(GET|POST|PUT|PATCH|DELETE)'|plane\.(get|post|put|patch|delete)\(")
_NEAR = 80
"""The number of characters behind a method in which its path, or the name of it, stands."""


def template(path: str) -> str:
    """Return a path with `*` for each value, and without its query."""
    return _VALUE.sub("*", path).partition("?")[0].removeprefix("/_mock/")


def requests(source: str) -> Iterator[tuple[str, str]]:
    """Yield the methods that a module names, each with the paths behind it, or those that names behind it stand for."""
    for found in _METHOD.finditer(source):
        behind = source[found.end() : found.end() + _NEAR]
        member = None if found[2] else _MEMBER.search(behind)
        expression = (member[1] or member[2]) if member else behind.partition(")")[0]
        direct = _PATH.findall(expression)
        names = [] if direct else re.findall(r"[\w.]+", expression)
        paths = direct + [path for name in names for path in _defined(source, name, found.start())]
        yield from (((found[1] or found[2]).upper(), template(path)) for path in paths)


def _defined(source: str, name: str, end: int) -> list[str]:
    """Return the paths of the last definition of a name before a place; a member may be defined anywhere."""
    definitions = re.findall(rf"\b{re.escape(name)} = ([^;]*)", source if "." in name else source[:end])
    return _PATH.findall(definitions[-1]) if definitions else []


NAMED = {request for source in SOURCES.values() for request in requests(source)}
USED = {operation for operation, (method, path, _) in OPERATIONS.items() if (method, template(path)) in NAMED}


def test_the_console_uses_each_operation_or_there_is_a_reason() -> None:
    assert set(OPERATIONS) - USED == set(UNUSED)


def test_each_path_of_the_console_is_one_of_a_contract() -> None:
    control = {template(path) for _, path, _ in OPERATIONS.values()}
    vendor = {template(path) for path in contract()["paths"]}
    # A path of the vendor's API may be given in two parts, that of the account group being the first.
    behind = {path.removeprefix("/v1/accounts/*") for path in vendor} | {"v1/accounts/*"}

    named = {template(path) for source in SOURCES.values() for path in _PATH.findall(source)}

    assert {path for path in named if path not in control | behind and f"/{path}" not in vendor} == set()
