"""The pytest plugin, in projects of their own."""

from collections.abc import Iterator
from importlib.metadata import entry_points

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.plugin_project import ANYIO, WORKERS, PluginProject

pytest_plugins = ["pytester"]

TOKEN = "the-token-of-an-admin"
FIRST = """
def test_the_first_audience_is_the_only_one(audience_sandbox):
    audience_sandbox.api.post("/audiences", json={"name": "Founders", "type": "on_demand"}).raise_for_status()
    assert len(audience_sandbox.api.get("/audiences").json()["data"]["items"]) == 1
"""
BLIND = """
import httpx
import pytest

def blind(sandbox):
    made = sandbox.api.post("/audiences", json={"name": "Founders", "type": "on_demand"}).json()["data"]
    sandbox.faults.lost_reply("deleteAudience")
    with pytest.raises(httpx.TransportError):
        sandbox.api.delete(f"/audiences/{made['id']}")
    sandbox.api.delete(f"/audiences/{made['id']}")
"""
JUDGED = """
@pytest.mark.audience_sandbox(verify=True)
def test_a(audience_sandbox):
    blind(audience_sandbox)
"""
UNJUDGED = """
def test_a(audience_sandbox):
    blind(audience_sandbox)
"""
REFUSED = """
def test_a(audience_sandbox):
    reader = audience_sandbox.keys.create(permissions=["audiences:read"])
    with audience_sandbox.api_for(reader["key"], reader["accountGroupIds"][0]) as api:
        assert api.post("/audiences", json={"name": "A", "type": "on_demand"}).status_code == 201
"""
EXPECTED_URL = """
def test_a(audience_mock, audience_sandbox):
    assert audience_mock.url == audience_sandbox.url == "URL"
    assert audience_sandbox.api.get("/audiences").is_success
"""
ONE_SERVER = """
import pathlib
import pytest

@pytest.mark.parametrize("number", range(6))
def test_a(number, audience_mock, audience_sandbox):
    assert audience_sandbox.api.get("/audiences").json()["data"]["items"] == []
    pathlib.Path(f"{number}.url").write_text(audience_mock.url)
"""
AWAITED = """
import pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
@pytest.mark.parametrize("number", range(2))
@pytest.mark.audience_sandbox(clock="manual", verify=True)
async def test_a(number, async_audience_sandbox):
    now = (await async_audience_sandbox.clock.read())["now"]
    assert (await async_audience_sandbox.clock.advance(0.5))["now"] > now
    assert (await async_audience_sandbox.api.get("/audiences")).json()["data"]["items"] == []
"""
AWAITED_BLIND = """
import httpx
import pytest

@pytest.mark.anyio
@pytest.mark.audience_sandbox(verify=True)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a(async_audience_sandbox):
    sandbox = async_audience_sandbox
    made = (await sandbox.api.post("/audiences", json={"name": "Founders", "type": "on_demand"})).json()["data"]
    await sandbox.faults.lost_reply("deleteAudience")
    for _ in range(2):
        try:
            await sandbox.api.delete(f"/audiences/{made['id']}")
        except httpx.TransportError:
            pass
"""


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a server with an admin token."""
    with served(Settings(admin_token=TOKEN)) as (url, _):
        yield url


def test_the_plugin_is_an_entry_point_of_pytest() -> None:
    plugins = {each.name: each.value for each in entry_points(group="pytest11")}

    assert plugins["audience_mock"] == "audience_mock_pytest"


def test_each_test_has_a_sandbox_of_its_own(project: PluginProject) -> None:
    project.passes(f"{FIRST}\n{FIRST.replace('test_the_first', 'test_another_first')}", tests=2)


def test_the_marker_sets_seed_clock_and_name(project: PluginProject) -> None:
    project.pytester.path.joinpath("world.yaml").write_text("keys: [{}]\naccountGroups: [{name: Of a file}]\n")
    source = """
        import pathlib
        import pytest

        pytestmark = pytest.mark.audience_sandbox(clock="manual", seed={"keys": [{}], "accountGroups": [{"name": "A"}]})
        TEXT = "keys: [{}]\\naccountGroups: [{name: Of a text}]"

        def name(sandbox):
            assert sandbox.clock.read()["mode"] == "manual"
            return sandbox.describe()["accountGroups"][0]["name"]

        def test_the_module_tells(audience_sandbox):
            assert name(audience_sandbox) == "A"
            assert audience_sandbox.name == "test_it.py::test_the_module_tells"

        @pytest.mark.audience_sandbox(seed=TEXT, name="mine")
        def test_the_closest_marker_counts(audience_sandbox):
            assert (name(audience_sandbox), audience_sandbox.name) == ("Of a text", "mine")

        @pytest.mark.audience_sandbox(seed=pathlib.Path("world.yaml"))
        def test_a_file(audience_sandbox):
            assert name(audience_sandbox) == "Of a file"

        @pytest.mark.audience_sandbox(seed=None, from_="default")
        def test_a_copy(audience_sandbox):
            assert len(audience_sandbox.audiences()["audiences"]) > 0
    """

    project.passes(source, tests=4)


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ("speed=2", "has no argument speed; it has clock, from_, name, seed, verify"),
        ("True", "takes keyword arguments only"),
        ("clock='slow'", "is real or manual, not 'slow'"),
        ("seed={'keys': 1}", "invalid seed"),
    ],
)
def test_a_mistake_in_the_marker_is_told_in_a_line(marker: str, reason: str, project: PluginProject) -> None:
    source = f"import pytest\n\n@pytest.mark.audience_sandbox({marker})\ndef test_a(audience_sandbox):\n    pass\n"

    (line,) = project.breaks(source).splitlines()
    assert reason in line


def test_a_client_with_mistakes_fails_a_judged_test(project: PluginProject) -> None:
    output = project.fails(BLIND + JUDGED)

    assert "the client made mistakes: CLIENT-RETRY-UNREAD" in output
    assert "advice: Read the resource" in output


def test_a_client_with_mistakes_passes_a_test_that_is_not_judged(project: PluginProject) -> None:
    project.passes(BLIND + UNJUDGED)


def test_a_failed_test_shows_the_rule_that_refused_a_request(project: PluginProject) -> None:
    output = project.fails(REFUSED)

    assert "#1 POST /v1/accounts/" in output
    assert ": 403, refused by the rule permission" in output
    assert "passed: route, method, api-key, rate-limit; refused: permission" in output


def test_only_failed_tests_with_a_sandbox_show_a_journal(project: PluginProject) -> None:
    result = project.run(f"{FIRST}\ndef test_b():\n    assert False\n")

    result.assert_outcomes(passed=1, failed=1)
    assert "the journal of the sandbox" not in str(result.stdout)


def test_a_journal_that_cannot_be_read_hides_no_failure(project: PluginProject) -> None:
    output = project.fails("def test_a(audience_sandbox):\n    audience_sandbox.delete()\n    assert 1 == 2\n")

    assert "assert 1 == 2" in output
    assert "the journal cannot be read: there is no sandbox" in output


def test_all_workers_share_a_server(project: PluginProject) -> None:
    project.passes(ONE_SERVER, *WORKERS, tests=6)

    urls = [file.read_text() for file in project.pytester.path.glob("*.url")]
    assert (len(urls), len(set(urls))) == (6, 1)
    with pytest.raises(httpx.ConnectError):
        httpx.get(urls[0])


def test_a_failed_test_of_a_worker_shows_its_journal(project: PluginProject) -> None:
    assert ": 403, refused by the rule permission" in project.fails(REFUSED, *WORKERS)


@pytest.mark.parametrize("options", [(), WORKERS], ids=["one process", "workers"])
def test_sandboxes_are_used_by_coroutines(options: tuple[str, ...], project: PluginProject) -> None:
    project.passes(AWAITED, *ANYIO, *options, tests=2)


def test_a_client_of_coroutines_is_judged(project: PluginProject) -> None:
    output = project.fails(AWAITED_BLIND, *ANYIO)

    assert "the client made mistakes: CLIENT-RETRY-UNREAD" in output
    assert "faults: reset-after" in output


@pytest.mark.parametrize("workers", [(), WORKERS], ids=["one process", "workers"])
def test_the_server_of_the_options_is_used(workers: tuple[str, ...], url: str, project: PluginProject) -> None:
    options = ("--audience-mock-url", url, "--audience-mock-token", TOKEN, *workers)

    project.passes(EXPECTED_URL.replace("URL", url), *options)

    listed = httpx.get(f"{url}/_mock/sandboxes", headers={"Authorization": f"Bearer {TOKEN}"}).json()["sandboxes"]
    assert [sandbox["id"] for sandbox in listed] == ["default"]


def test_the_server_of_the_environment_is_used(
    url: str, project: PluginProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIENCE_MOCK_URL", url)
    monkeypatch.setenv("AUDIENCE_MOCK_ADMIN_TOKEN", TOKEN)

    project.passes(EXPECTED_URL.replace("URL", url))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("http://127.0.0.1:1", "http://127.0.0.1:1 does not respond"),
        ("127.0.0.1:8080", "is not the URL of a server"),
        (None, "asks for its admin token"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_in_a_line(
    given: str | None, reason: str, url: str, project: PluginProject
) -> None:
    (line,) = project.breaks(FIRST, "--audience-mock-url", given or url).splitlines()

    assert line.startswith("audience-mock: ")
    assert reason in line
