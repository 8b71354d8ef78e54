"""The pytest plugin in projects that do not use it, or cannot, and what it leaves behind."""

import pytest

from tests.harness.plugin_project import WORKERS, PluginProject

pytest_plugins = ["pytester"]

LOADED = """
import sys

def loaded():
    names = ("mockserver", "openapi", "httpx", "connexion")
    return [name for name in sys.modules if name.partition(".")[0] in names and sys.modules[name]]
"""
UNUSED = (
    LOADED
    + """
def test_a():
    assert loaded() == []
"""
)
CONTROLLER = (
    LOADED
    + """
def pytest_sessionfinish():
    assert loaded() == []
"""
)
USED = """
def test_a(audience_sandbox):
    assert audience_sandbox.api.get("/audiences").is_success
"""
ENDED = """
import threading

def pytest_unconfigure():
    assert [thread.name for thread in threading.enumerate() if "audience" in thread.name] == []
"""
COLLECTED = """
import gc

def test_a(audience_sandbox):
    gc.disable()
    for _ in range(3):
        audience_sandbox.clock.advance(1)
    assert not gc.isenabled()
    assert gc.get_freeze_count() == 0
    gc.enable()
"""


@pytest.mark.parametrize("options", [(), WORKERS], ids=["one process", "workers"])
def test_a_project_without_fixtures_loads_nothing(options: tuple[str, ...], project: PluginProject) -> None:
    project.pytester.makeconftest(CONTROLLER)

    project.passes(UNUSED, *options)


@pytest.mark.parametrize("options", [(), WORKERS], ids=["one process", "workers"])
def test_no_thread_is_left(options: tuple[str, ...], project: PluginProject) -> None:
    project.pytester.makeconftest(ENDED)

    project.passes(USED, *options)


def test_the_garbage_collection_of_the_process_is_left_alone(project: PluginProject) -> None:
    project.passes(COLLECTED)


def test_a_project_without_httpx_is_told_the_pip_line(project: PluginProject) -> None:
    project.pytester.makeconftest("import sys\nsys.modules['httpx'] = None\n")

    assert project.breaks(USED) == (
        "audience-mock: the package httpx is not installed; install the fixtures by pip install 'audience-mock[pytest]'"
    )


@pytest.mark.parametrize("options", [(), WORKERS], ids=["one process", "workers"])
@pytest.mark.parametrize(
    ("package", "remedy"), [("openapi", "name it by --audience-mock-url"), ("mockserver", "rename")]
)
def test_a_package_of_the_same_name_is_named(
    package: str, remedy: str, options: tuple[str, ...], project: PluginProject
) -> None:
    project.pytester.makepyfile(**{package: "raise SystemExit('the wrong package')"})

    line = project.breaks(USED, *options).splitlines()[-1]

    assert f"another package {package} hides the one of the mock server" in line
    assert remedy in line


def test_a_package_of_the_same_name_disturbs_no_project_without_fixtures(project: PluginProject) -> None:
    for package in ("openapi", "mockserver", "conformance"):
        project.pytester.makepyfile(**{package: "raise SystemExit('the wrong package')"})

    project.passes("def test_a():\n    pass\n")


def test_the_help_has_the_options_and_the_markers_are_listed(project: PluginProject) -> None:
    helped = str(project.run("", "--help").stdout)
    markers = str(project.run("", "--markers").stdout)
    fixtures = str(project.run("", "--fixtures").stdout)

    assert {"--audience-mock-url=URL", "--audience-mock-token=TOKEN"} <= set(helped.split())
    assert "@pytest.mark.audience_sandbox(seed=None" in markers
    assert "async_audience_sandbox" in fixtures
