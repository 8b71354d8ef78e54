"""The coverage that the pytest plugin prints, of two clients: one is thorough, one meets little."""

import json
from collections.abc import Iterator

import httpx
import pytest
from openapi_schema_validator import OAS30ReadValidator

from mockserver.client.coverage_documents import Coverage
from mockserver.config import Settings
from openapi import control_contract
from tests.harness.coverage_clients import MEAGRE, THOROUGH
from tests.harness.in_thread import served
from tests.harness.plugin_project import PluginProject, coverage_section

pytest_plugins = ["pytester"]

TOKEN = "the-token-of-an-admin"
FOUR_WORKERS = ("-p", "xdist", "-n", "4")
EACH_WAY = pytest.mark.parametrize("workers", [(), FOUR_WORKERS], ids=["one process", "workers"])
THOROUGH_TABLE = """
operation       requests  responses met                                                             never met
deleteAudience        11  200 (3) 400 (1) 401 (1) 403 (1) 404 (1) 409 (1) 429 (1) 500 (1) lost (1)
getAudience            2  200 (1) 404 (1)                                                           400 401 403 409 429 500 502

situation     met  well  findings
guard           1     1         0
lost-reply      2     2         0
retry-after     1     1         0
server-error    0     0         0
permission      1     1         0
key-revoked     1     1         0

getAudience: 400 never met
getAudience: 401 never met
getAudience: 403 never met
getAudience: 409 never met
getAudience: 429 never met
getAudience: 500 never met
getAudience: 502 never met
server-error: never tried
covered: 15 of 23 responses and situations, 65.2 %
"""  # noqa: E501  (as it is printed)
MEAGRE_TABLE = """
operation       requests  responses met     never met
deleteAudience         2  404 (1) lost (1)  200 400 401 403 409 429 500

situation    met  well  findings
guard          0     0         0
lost-reply     1     0         1
retry-after    0     0         0
permission     0     0         0
key-revoked    0     0         0

deleteAudience: 200 never met
deleteAudience: 400 never met
deleteAudience: 401 never met
deleteAudience: 403 never met
deleteAudience: 409 never met
deleteAudience: 429 never met
deleteAudience: 500 never met
guard: never tried
lost-reply: never handled well
retry-after: never tried
permission: never tried
key-revoked: never tried
covered: 1 of 13 responses and situations, 7.7 %
"""
# Another client uses the same server before and after each test, with a sandbox without a run, and with no sandbox.
OTHERS = f"""
import httpx
import pytest
from mockserver.client import ControlPlane

def use(url):
    with ControlPlane(url, "{TOKEN}") as control_plane, control_plane.create_sandbox() as sandbox:
        assert sandbox.api.get("/audiences").status_code == 200
        assert sandbox.api.delete("/audiences/b0000000000000000000000a").status_code == 404
    assert httpx.get(f"{{url}}/v1/accounts", headers={{"Authorization": "Bearer of-nobody"}}).status_code == 401

@pytest.fixture(autouse=True)
def another_client(audience_mock):
    use(audience_mock.url)
    yield
    use(audience_mock.url)
"""
RUNS = """
import pathlib
import pytest

@pytest.mark.parametrize("number", range(4))
def test_a(number, audience_mock, audience_sandbox):
    with audience_mock.create_sandbox() as another, audience_mock.create_sandbox(run="mine") as own:
        runs = [sandbox.describe()["run"] for sandbox in (audience_sandbox, another, own)]
    pathlib.Path(f"{number}.runs").write_text(" ".join(runs))
"""


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a server with an admin token."""
    with served(Settings(admin_token=TOKEN)) as (url, _):
        yield url


def printed(output: str) -> str:
    return "\n".join(["", *coverage_section(output), ""])


def coverage_of(url: str, **query: str) -> Coverage:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    coverage: Coverage = httpx.get(f"{url}/_mock/coverage", headers=headers, params=query).json()
    return coverage


@EACH_WAY
def test_a_thorough_client_meets_all_responses_of_a_deletion(workers: tuple[str, ...], project: PluginProject) -> None:
    assert printed(project.passes(THOROUGH, "--audience-coverage", *workers, tests=7)) == THOROUGH_TABLE


@EACH_WAY
def test_a_client_that_meets_little_is_told_so(workers: tuple[str, ...], project: PluginProject) -> None:
    assert printed(project.passes(MEAGRE, "--audience-coverage", *workers)) == MEAGRE_TABLE


@EACH_WAY
def test_other_clients_of_a_server_do_not_count(workers: tuple[str, ...], url: str, project: PluginProject) -> None:
    project.pytester.makeconftest(OTHERS)
    server = ("--audience-mock-url", url, "--audience-mock-token", TOKEN)

    output = project.passes(THOROUGH, "--audience-coverage", *server, *workers, tests=7)

    assert printed(output) == THOROUGH_TABLE
    requests = {item["operation"]: item["requests"] for item in coverage_of(url)["operations"] if item["requests"]}
    assert requests == {"deleteAudience": 11 + 14, "getAudience": 2, "listAudiences": 14, "listAccounts": 14}


@EACH_WAY
def test_each_run_of_tests_counts_for_itself(workers: tuple[str, ...], url: str, project: PluginProject) -> None:
    server = ("--audience-mock-url", url, "--audience-mock-token", TOKEN)
    for _ in range(2):
        assert printed(project.passes(MEAGRE, "--audience-coverage", *server, *workers)) == MEAGRE_TABLE


@EACH_WAY
def test_the_sandboxes_of_all_tests_have_the_same_run(
    workers: tuple[str, ...], url: str, project: PluginProject
) -> None:
    server = ("--audience-mock-url", url, "--audience-mock-token", TOKEN)

    project.passes(RUNS, "--audience-coverage", *server, *workers, tests=4)

    (line,) = {file.read_text() for file in project.pytester.path.glob("*.runs")}
    of_fixture, of_block, own = line.split(" ")
    assert of_fixture.startswith("pytest-")
    assert (of_block, own) == (of_fixture, "mine")


def test_without_the_option_a_sandbox_has_no_run_and_nothing_is_printed(url: str, project: PluginProject) -> None:
    output = project.passes(
        "def test_a(audience_sandbox):\n    assert audience_sandbox.describe()['run'] == ''\n",
        *("--audience-mock-url", url, "--audience-mock-token", TOKEN),
    )

    assert "coverage of the audiences API" not in output


@EACH_WAY
@pytest.mark.parametrize("given", [False, True], ids=["own server", "a server by its URL"])
def test_the_coverage_is_written_as_a_page_and_as_a_document(
    given: bool,  # noqa: FBT001  (a parameter of the test)
    workers: tuple[str, ...],
    url: str,
    project: PluginProject,
) -> None:
    server = ("--audience-mock-url", url, "--audience-mock-token", TOKEN) if given else ()
    files = ("--audience-coverage-html", "coverage.html", "--audience-coverage-json", "coverage.json")

    output = printed(project.passes(MEAGRE, *files, *server, *workers))

    folder = project.pytester.path
    written = "".join(f"written: {folder / name}\n" for name in ("coverage.html", "coverage.json"))
    assert output == MEAGRE_TABLE + written
    assert "deleteAudience" in (folder / "coverage.html").read_text()
    document = json.loads((folder / "coverage.json").read_text())
    assert document["share"] == {"covered": 1, "of": 13, "percent": 7.7}
    schema = {"$ref": "#/components/schemas/Coverage", "components": control_contract()["components"]}
    OAS30ReadValidator(schema).validate(document)
