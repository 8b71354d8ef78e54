"""The npm package of clients/js beside the Python package: its version, and its methods."""

import json
import re

import pytest

from mockserver import __version__
from mockserver.client import Sandbox
from mockserver.client.calls import member
from mockserver.client.operations import Operation
from mockserver.client.parts import Clock, Faults, Jobs, Keys, Limits
from tests.harness.subprocess_server import ROOT

PACKAGE = ROOT / "clients/js"
OWNERS = {Sandbox: "sandbox.js", **dict.fromkeys((Clock, Faults, Jobs, Keys, Limits), "parts.js")}
LINE = re.compile(r"^(?:export )?class (\w+)|^  (?:async )?([a-z]\w*)\(", re.MULTILINE)


def methods(file: str) -> dict[str, set[str]]:
    """Return the methods of each class of a module."""
    found: dict[str, set[str]] = {}
    owner = ""
    for class_name, method in LINE.findall((PACKAGE / "src" / file).read_text()):
        owner = class_name or owner
        if method and owner:
            found.setdefault(owner, set()).add(method)
    return found


def test_both_packages_have_one_version() -> None:
    assert json.loads((PACKAGE / "package.json").read_text())["version"] == __version__


def test_both_packages_have_one_license() -> None:
    assert (PACKAGE / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


@pytest.mark.parametrize("owner", OWNERS)
def test_both_clients_have_the_same_methods(owner: type) -> None:
    in_python = {member(name) for name, value in vars(owner).items() if isinstance(value, Operation)}

    assert in_python - methods(OWNERS[owner])[owner.__name__] == set()


@pytest.mark.parametrize("owner", OWNERS)
def test_the_readme_names_every_method(owner: type) -> None:
    text = (PACKAGE / "README.md").read_text()
    in_python = {member(name) for name, value in vars(owner).items() if isinstance(value, Operation)}

    assert [name for name in sorted(in_python) if f"`{name}(" not in text] == []
