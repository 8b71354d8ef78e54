"""The thresholds of coverage in the pytest plugin, and what it says where coverage cannot be had."""

import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_mock_pytest.coverage_names import documented_statuses, situations
from mockserver.bootstrap import Components, server
from mockserver.client import ControlPlane
from mockserver.config import Settings
from mockserver.middleware.access_log import Write
from tests.harness.coverage_clients import MEAGRE
from tests.harness.in_thread import served
from tests.harness.plugin_project import PluginProject, coverage_section

pytest_plugins = ["pytester"]

WORKERS = ("-p", "xdist", "-n", "1")
EACH_WAY = pytest.mark.parametrize("workers", [(), WORKERS], ids=["one process", "a worker"])
UNUSED = "def test_a():\n    pass\n"
WITHOUT_REQUESTS = "def test_a(audience_sandbox):\n    pass\n"
ONE_REQUEST = "def test_a(audience_sandbox):\n    assert audience_sandbox.api.get('/audiences').is_success\n"
WITHOUT_RUN = "def test_a(audience_sandbox):\n    assert audience_sandbox.describe()['run'] == ''\n"
NOWHERE = "http://127.0.0.1:1"
LOADED = """
import sys

def pytest_collection_finish():
    names = ("mockserver", "openapi", "httpx", "connexion")
    assert [name for name in sys.modules if name.partition(".")[0] in names] == []
"""


class OldServer:
    """A server that has no coverage yet."""

    def __init__(self, settings: Settings, parts: Components, write: Write) -> None:
        self._app: ASGIApp = server(settings, parts, write)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_unknown = scope["type"] == "http" and scope["path"].startswith("/_mock/coverage")
        old = JSONResponse({"reason": "there is no operation at this path"}, 404)
        await (old if is_unknown else self._app)(scope, receive, send)


class SomethingElse:
    """A server that is none of ours."""

    def __init__(self, *_: object) -> None:
        self._app = JSONResponse({"status": "ok"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def failures(result: pytest.RunResult) -> list[str]:
    return [line.removeprefix("FAIL ") for line in result.outlines if line.startswith("FAIL ")]


def section(result: pytest.RunResult) -> list[str]:
    return coverage_section(str(result.stdout))


def required(*names: str) -> list[str]:
    return [word for name in names for word in ("--audience-coverage-require", name)]


@EACH_WAY
def test_a_run_that_meets_what_is_required_passes(workers: tuple[str, ...], project: PluginProject) -> None:
    names = required("deleteAudience:404", "deleteAudience:404")

    result = project.run(MEAGRE, "--audience-coverage-fail-under", "7.7", *names, *workers)

    assert (result.ret, failures(result)) == (0, [])


@EACH_WAY
def test_a_run_fails_that_does_not_meet_what_is_required(workers: tuple[str, ...], project: PluginProject) -> None:
    names = required("deleteAudience:409", "getAudience:200", "lost-reply", "guard", "deleteAudience:404")

    result = project.run(MEAGRE, "--audience-coverage-fail-under", "7.8", *names, *workers)

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert failures(result) == [
        "deleteAudience: 409 never met",
        "getAudience: 200 never met",
        "lost-reply: never handled well",
        "guard: never tried",
        "the coverage is 7.7 %, and at least 7.8 % are required",
    ]


def test_the_options_may_stand_in_the_configuration(project: PluginProject) -> None:
    project.pytester.makepyprojecttoml(
        "[tool.pytest.ini_options]\naddopts = ['--audience-coverage-require=deleteAudience:409']\n"
    )

    assert failures(project.run(MEAGRE)) == ["deleteAudience: 409 never met"]


def test_a_failed_run_keeps_its_status(project: PluginProject) -> None:
    result = project.run(
        f"{ONE_REQUEST}    raise KeyboardInterrupt\n", *required("deleteAudience:409", "listAudiences:200")
    )

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert failures(result) == ["deleteAudience: 409 never met"]


def test_a_run_that_stops_at_a_failure_has_its_coverage(project: PluginProject) -> None:
    result = project.run(f"{ONE_REQUEST}    assert False\n\n{UNUSED.replace('_a', '_b')}", "-x", "--audience-coverage")

    assert " ".join(section(result)[1].split()) == "listAudiences 1 200 (1) 400 401 403 429 500 502"


@EACH_WAY
@pytest.mark.parametrize("source", [UNUSED, WITHOUT_REQUESTS], ids=["no fixture", "no request"])
def test_a_run_without_requests_is_told_in_a_line(
    source: str, workers: tuple[str, ...], project: PluginProject
) -> None:
    result = project.run(source, "--audience-coverage", *workers)

    (line,) = section(result)
    assert "requested" in line
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize("source", [UNUSED, WITHOUT_REQUESTS], ids=["no fixture", "no request"])
def test_a_run_without_requests_meets_nothing_that_is_required(source: str, project: PluginProject) -> None:
    result = project.run(source, "--audience-coverage-fail-under", "0", *required("deleteAudience:409", "guard"))

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert failures(result) == [
        "deleteAudience: 409 never met",
        "guard: never tried",
        "nothing was requested, and at least 0 % are required",
    ]


@pytest.mark.parametrize("option", ["--collect-only", "--setup-plan"])
def test_a_run_without_tests_is_not_judged(option: str, project: PluginProject) -> None:
    result = project.run(ONE_REQUEST, option, *required("deleteAudience:409"))

    assert (result.ret, failures(result)) == (0, [])


@EACH_WAY
def test_a_server_that_does_not_respond_is_told_in_a_line(workers: tuple[str, ...], project: PluginProject) -> None:
    server = ("--audience-mock-url", NOWHERE, *workers)

    (line,) = section(lenient := project.run(UNUSED, "--audience-coverage", *server))
    strict = project.run(UNUSED, *required("guard"), *server)

    assert line.startswith(f"the coverage cannot be read: {NOWHERE} does not respond")
    assert (lenient.ret, strict.ret) == (0, 1)
    assert failures(strict) == ["the coverage that is required cannot be judged"]


def test_a_server_without_journals_tells_why_it_has_no_coverage(project: PluginProject) -> None:
    with served(Settings(journal_limit=0)) as (url, _):
        result = project.run(ONE_REQUEST, "--audience-coverage", "--audience-mock-url", url)

    result.assert_outcomes(passed=1)
    (line,) = section(result)
    assert line.startswith("the coverage cannot be read: the server keeps no journal")


def test_a_url_of_something_else_is_told_in_a_line(project: PluginProject) -> None:
    with served(Settings(), build=SomethingElse) as (url, _):
        result = project.run(UNUSED, "--audience-coverage", "--audience-mock-url", url)

    (line,) = section(result)
    assert "the response is not that of a control plane" in line
    assert result.ret == pytest.ExitCode.OK


@EACH_WAY
def test_an_old_server_serves_the_tests_and_is_called_old(workers: tuple[str, ...], project: PluginProject) -> None:
    with served(Settings(), build=OldServer) as (url, _):
        result = project.run(WITHOUT_RUN, "--audience-coverage", "--audience-mock-url", url, *workers)

    result.assert_outcomes(passed=1)
    reason = f"{url} is too old to have a coverage; install a newer audience-mock there"
    assert section(result) == [f"the coverage cannot be read: {reason}"]


def test_a_file_that_cannot_be_written_fails_the_run(project: PluginProject) -> None:
    result = project.run(ONE_REQUEST, "--audience-coverage-json", "/dev/full")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert failures(result) == ["/dev/full cannot be written: No space left on device"]


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        (
            "require",
            "deleteAudience:418",
            "no documented status '418'; there are deleteAudience:200, deleteAudience:400",
        ),
        ("require", "deleteAudience:", "no documented status ''; there are deleteAudience:200"),
        ("require", "deleteAudience", "deleteAudience is without a status; there are deleteAudience:200"),
        ("require", "removeAudience:200", "no operation or situation 'removeAudience:200'; the operations, which"),
        ("require", "lost_reply", "the situations are guard, lost-reply, retry-after"),
        ("fail-under", "many", "'many' is not a number from 0 to 100"),
        ("fail-under", "nan", "'nan' is not a number from 0 to 100"),
        ("fail-under", "101", "'101' is not a number from 0 to 100"),
        ("fail-under", "-1", "'-1' is not a number from 0 to 100"),
        ("html", "nowhere/coverage.html", "there is no folder"),
        ("json", ".", "is a folder; name a file in it"),
    ],
)
def test_a_wrong_option_is_told_in_a_line_before_any_test(
    option: str, value: str, reason: str, project: PluginProject
) -> None:
    result = project.run(UNUSED, f"--audience-coverage-{option}={value}")

    (line,) = filter(None, result.errlines)
    assert line.startswith(f"ERROR: --audience-coverage-{option}: ")
    assert reason in line
    assert (result.ret, result.outlines) == (pytest.ExitCode.USAGE_ERROR, [])


def test_a_wrong_option_is_told_before_a_worker_starts(project: PluginProject) -> None:
    result = project.run(UNUSED, *required("guards"), *WORKERS)

    assert (result.ret, result.outlines) == (pytest.ExitCode.USAGE_ERROR, [])


def test_the_names_that_can_be_required_are_those_of_the_server() -> None:
    with served(Settings()) as (url, _), ControlPlane(url) as control_plane:
        coverage = control_plane.coverage()

    assert documented_statuses() == {
        item["operation"]: [row["status"] for row in item["responses"]] for item in coverage["operations"]
    }
    assert situations() == [item["id"] for item in coverage["situations"]]


@EACH_WAY
def test_a_project_with_packages_of_the_same_names_is_not_disturbed(
    workers: tuple[str, ...], project: PluginProject
) -> None:
    for package in ("openapi", "mockserver"):
        project.pytester.makepyfile(**{package: "NAME = 'of the project'"})
    source = "import mockserver, openapi\n\ndef test_a():\n    assert mockserver.NAME == openapi.NAME\n"

    result = project.run(source, "--audience-coverage", *required("deleteAudience:409"), *workers)

    result.assert_outcomes(passed=1)
    assert failures(result) == ["deleteAudience: 409 never met"]


def test_a_server_is_read_where_another_package_hides_the_contract(project: PluginProject) -> None:
    project.pytester.makepyfile(openapi="raise SystemExit('the wrong package')")
    with served(Settings()) as (url, _):
        names = required("listAudiences:200")
        result = project.run(ONE_REQUEST, *names, "--audience-mock-url", url)

    assert (result.ret, failures(result)) == (0, [])


def test_the_options_load_nothing_before_a_fixture_is_used(project: PluginProject) -> None:
    project.pytester.makeconftest(LOADED)

    project.run(UNUSED, *required("guard")).assert_outcomes(passed=1)
