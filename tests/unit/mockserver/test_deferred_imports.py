"""Imports that wait for the first use."""

import subprocess
import sys

import pytest

from mockserver.deferred_imports import CALLED, OPTIONAL, UNUSED, deferred_imports
from tests.harness.subprocess_server import ROOT

COMMAND_LINE = "from mockserver.__main__ import main\n"
IMPORTED = f"""{COMMAND_LINE}
import sys
unused = (
    "requests", "urllib3", "httpx", "starlette.testclient", "anyio.from_thread", "flask", "jinja2.environment",
    "werkzeug.serving", "werkzeug.test", "connexion.middleware.swagger_ui", "mockserver.control.application",
)
print([name for name in unused if name in sys.modules])
"""
USED = f"""{COMMAND_LINE}
from connexion import AsyncApp, json_schema, security
from starlette.testclient import TestClient
import httpx
assert security.httpx.AsyncClient is httpx.AsyncClient
assert json_schema.requests.get.__module__ == "requests.api"
assert isinstance(AsyncApp("used").test_client(), TestClient)
import flask, jinja2, werkzeug
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
assert jinja2.Template("5").render() == "5"
assert werkzeug.Client(flask.Flask("used")).get("/").status_code == 404
assert AsyncApp("used").middleware.default_middlewares[2](None).__class__ is SwaggerUIMiddleware
print("used")
"""


def printed(program: str) -> str:
    command = [sys.executable, "-W", "ignore", "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout.strip()  # noqa: S603  (ours)


def test_the_command_line_imports_nothing_that_the_server_does_not_use() -> None:
    assert printed(IMPORTED) == "[]"


def test_deferred_modules_are_there_when_they_are_used() -> None:
    assert printed(USED) == "used"


def test_modules_that_are_imported_already_stay() -> None:
    before = {name: sys.modules.get(name) for name in (*UNUSED, *CALLED, *OPTIONAL)}

    with deferred_imports():
        during = {name: sys.modules.get(name) for name in before}

    assert {name: sys.modules.get(name) for name in before} == before
    assert {name for name, module in before.items() if module is not None and during[name] is not module} == set()


def test_a_deferred_module_has_only_what_the_module_has() -> None:
    program = """
from mockserver.deferred_imports import deferred_imports
with deferred_imports():
    import jinja2
try:
    jinja2.nothing
except AttributeError as error:
    print(error)
"""

    assert printed(program) == "module 'jinja2' has no attribute 'nothing'"


@pytest.mark.parametrize("name", UNUSED)
def test_a_module_is_imported_as_ever_after_the_block(name: str) -> None:
    program = f"""
from mockserver.deferred_imports import deferred_imports
with deferred_imports():
    import {name} as deferred
import {name}
print(type(deferred).__name__, type({name}).__name__)
"""

    assert printed(program) == "DeferredModule module"
