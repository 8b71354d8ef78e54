"""The tools for coding agents, called by the official client of the protocol in this process."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from mcp.server import MCPServer
from mcp.types import Tool

from mockserver import __version__
from mockserver.agent_command import explanation
from mockserver.agents.server import agent_server
from mockserver.client.transport import Address, AsyncSender
from mockserver.config import Settings
from mockserver.recording.findings.catalogue import RULE_IDS
from tests.harness.agent_client import AgentClient, Refused
from tests.harness.in_thread import served

TOKEN = "of-the-administrator"
READING = {
    *("list_sandboxes", "describe_sandbox", "list_faults", "list_jobs", "list_exchanges", "get_exchange"),
    *("list_findings", "verify_client", "get_coverage", "explain"),
}
REMOVING = {"reset_sandbox", "delete_sandbox", "clear_faults", "end_job"}
ADDING = {"create_sandbox", "stop_clock", "advance_clock", "set_clock", "run_clock", "add_fault"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Settings(admin_token=TOKEN)) as (url, _):
        yield url


@pytest.fixture
def agent(url: str) -> AgentClient:
    return agent_at(url)


def agent_at(url: str, token: str = TOKEN) -> AgentClient:
    @asynccontextmanager
    async def opened() -> AsyncIterator[MCPServer[Any]]:
        async with AsyncSender(Address(url, token)) as sender:
            yield agent_server(sender, explanation, __version__)

    return AgentClient(opened)


def api(sandbox: dict[str, object]) -> httpx.Client:
    """A client of the vendor's API, as the tools tell an agent to make one."""
    keys, groups = sandbox["keys"], sandbox["accountGroups"]
    assert isinstance(keys, list)
    assert isinstance(groups, list)
    key = next(key["key"] for key in keys if not key["revoked"] and "audiences:write" in key["permissions"])
    return httpx.Client(
        base_url=f"{sandbox['url']}/v1/accounts/{groups[0]['id']}", headers={"Authorization": f"Bearer {key}"}
    )


def test_each_tool_says_what_it_does_and_whether_it_changes_something(agent: AgentClient) -> None:
    tools = {tool.name: tool for tool in agent.tools()}

    def hint(tool: Tool) -> str:
        assert tool.annotations is not None
        if tool.annotations.read_only_hint:
            return "reads"
        return "removes" if tool.annotations.destructive_hint else "adds"

    expected = {"reads": READING, "removes": REMOVING, "adds": ADDING}
    assert {name: hint(tool) for name, tool in tools.items()} == {
        name: kind for kind, names in expected.items() for name in names
    }


def test_each_tool_describes_its_arguments_and_its_output(agent: AgentClient) -> None:
    for tool in agent.tools():
        assert tool.description, tool.name
        assert "\n   " not in tool.description, tool.name
        assert tool.output_schema is not None, tool.name
        for name, argument in tool.input_schema["properties"].items():
            assert argument.get("description"), f"{tool.name}: {name}"


def test_a_sandbox_is_made_for_the_client_and_deleted(agent: AgentClient) -> None:
    made = agent.call("create_sandbox", name="mine", run="a run")

    with api(made) as client:
        assert client.get("/audiences").json()["data"]["items"] == []
    assert (made["name"], made["run"], made["clock"]["mode"]) == ("mine", "a run", "real")
    assert made["id"] in [one["id"] for one in agent.call("list_sandboxes")]
    agent.call("delete_sandbox", sandbox=made["id"])
    assert made["id"] not in [one["id"] for one in agent.call("list_sandboxes")]


def test_a_sandbox_has_a_seed_or_is_a_copy_and_returns_to_it(agent: AgentClient) -> None:
    seeded = agent.call("create_sandbox", seed={"accountGroups": [{"name": "Ours"}]})
    copied = agent.call("create_sandbox", copy_of="default")

    assert [group["name"] for group in seeded["accountGroups"]] == ["Ours"]
    with api(copied) as client:
        (first, *_) = client.get("/audiences").json()["data"]["items"]
        client.delete(f"/audiences/{first['id']}").raise_for_status()
        assert agent.call("reset_sandbox", sandbox=copied["id"])["url"] == copied["url"]
        assert client.get(f"/audiences/{first['id']}").is_success


def test_the_clock_stands_still_until_it_is_moved(agent: AgentClient) -> None:
    made = agent.call("create_sandbox", clock="manual")
    sandbox = made["id"]
    advanced = agent.call("advance_clock", sandbox=sandbox, seconds=90)

    assert made["clock"]["mode"] == advanced["mode"] == "manual"
    assert advanced["now"] > made["clock"]["now"]
    assert agent.call("set_clock", sandbox=sandbox, at="2030-01-01T00:00:00Z")["now"] == "2030-01-01T00:00:00.000Z"
    assert agent.call("run_clock", sandbox=sandbox)["mode"] == "real"
    assert agent.call("stop_clock", sandbox=sandbox)["mode"] == "manual"


def test_a_client_that_repeats_a_lost_deletion_unread_is_found_and_its_rule_explained(agent: AgentClient) -> None:
    made = agent.call("create_sandbox")
    sandbox = made["id"]
    with api(made) as client:
        audience = client.post("/audiences", json={"name": "A", "type": "on_demand"}).json()["data"]["id"]
        (fault,) = agent.call("add_fault", sandbox=sandbox, preset="lost-reply", operation="deleteAudience", times=1)
        with pytest.raises(httpx.TransportError):
            client.delete(f"/audiences/{audience}")
        client.delete(f"/audiences/{audience}")

    assert [one["id"] for one in agent.call("list_faults", sandbox=sandbox)] == [fault["id"]]
    judgement = agent.call("verify_client", sandbox=sandbox)
    assert (judgement["passed"], judgement["findings"]) == (False, agent.call("list_findings", sandbox=sandbox))
    (finding,) = judgement["findings"]
    assert agent.call("explain", identifier=finding["rule"])["advice"] == finding["advice"]
    assert agent.call("verify_client", sandbox=sandbox, ignore=[finding["rule"]]) == {"passed": True, "findings": []}
    assert agent.call("verify_client", sandbox=sandbox, rules=["CLIENT-CONTRACT"])["passed"]
    agent.call("clear_faults", sandbox=sandbox)
    assert agent.call("list_faults", sandbox=sandbox) == []


def test_the_reason_of_a_refusal_is_in_the_exchange(agent: AgentClient) -> None:
    made = agent.call("create_sandbox", copy_of="default")
    sandbox = made["id"]
    (job,) = [one for one in agent.call("list_jobs", sandbox=sandbox) if one["endedAt"] is None]
    with api(made) as client:
        client.get("/audiences")
        assert client.delete(f"/audiences/{job['audienceId']}").status_code == 409

    (refused,) = agent.call("list_exchanges", sandbox=sandbox, operation="deleteAudience", status=409)
    (newest,) = agent.call("list_exchanges", sandbox=sandbox, limit=1)
    whole = agent.call("get_exchange", sandbox=sandbox, number=refused["number"])
    assert (refused["rule"], refused["number"]) == ("guard", newest["number"])
    assert whole["trace"][-1] == {"rule": "guard", "verdict": "refused"}
    assert "AUDIENCE_NOT_READY" in whole["response"]["body"]


def test_a_job_is_ended_as_the_agent_says(agent: AgentClient) -> None:
    sandbox = agent.call("create_sandbox", copy_of="default")["id"]
    (job,) = [one for one in agent.call("list_jobs", sandbox=sandbox) if one["endedAt"] is None]

    ended = agent.call("end_job", sandbox=sandbox, job=job["id"], outcome="failed", stage="import", share=0.5)

    assert (ended["status"], ended["stages"]["import"]) == ("failed", 0.5)


def test_the_coverage_is_of_a_sandbox_of_a_run_or_of_all(agent: AgentClient) -> None:
    made = agent.call("create_sandbox", run="of coverage")
    with api(made) as client:
        client.get("/audiences")

    counted = [agent.call("get_coverage", **which) for which in ({"sandbox": made["id"]}, {"run": "of coverage"}, {})]

    requests = [
        next(row["requests"] for row in one["operations"] if row["operation"] == "listAudiences") for one in counted
    ]
    assert requests[:2] == [1, 1]
    assert requests[2] >= 1
    with pytest.raises(Refused, match="sandbox and run exclude each other"):
        agent.call("get_coverage", sandbox=made["id"], run="of coverage")


@pytest.mark.parametrize("identifier", [*RULE_IDS, "AUD-DELETE-GUARD"])
def test_a_rule_and_a_requirement_are_explained(agent: AgentClient, identifier: str) -> None:
    explained = agent.call("explain", identifier=identifier)

    is_rule = identifier in RULE_IDS
    assert (explained["id"], explained["kind"]) == (identifier, "rule" if is_rule else "requirement")
    assert explained["text"]
    assert (explained["advice"] is not None, explained["level"]) == (is_rule, None if is_rule else "MUST")


def test_an_identifier_that_nobody_knows_is_refused_with_those_that_there_are(agent: AgentClient) -> None:
    with pytest.raises(
        Refused, match=r"no rule or requirement 'none'. The rules are CLIENT-RETRY-UNREAD, .*conformance"
    ):
        agent.call("explain", identifier="none")


def test_requirements_are_explained_only_where_the_suite_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.agent_command.entry_points", lambda **_: [])

    with pytest.raises(LookupError, match="no rule or requirement 'AUD-DELETE-GUARD'"):
        explanation("AUD-DELETE-GUARD")


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("describe_sandbox", {}, "there is no sandbox none. GET /_mock/sandboxes lists"),
        ("delete_sandbox", {}, "there is no sandbox none"),
        ("get_exchange", {"number": 1}, "there is no sandbox none"),
        ("get_exchange", {"number": 0}, "greater than or equal to 1"),
        ("add_fault", {"preset": "none"}, "'lost-reply', 'flaky', 'slow' or 'maintenance'"),
    ],
)
def test_a_refusal_is_an_error_of_the_tool_with_its_reason(
    agent: AgentClient, tool: str, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        agent.call(tool, sandbox="none", **arguments)


def test_an_operation_that_there_is_not_is_refused_with_a_hint(agent: AgentClient) -> None:
    with pytest.raises(Refused, match="nothing"):
        agent.call("add_fault", sandbox="default", preset="slow", operation="nothing")


def test_a_server_that_is_gone_or_wants_a_token_is_an_error_of_the_tool(url: str) -> None:
    with pytest.raises(Refused, match=r"127.0.0.1:1 does not respond: .*Start a server by `audience-mock serve`"):
        agent_at("http://127.0.0.1:1").call("list_sandboxes")
    with pytest.raises(Refused, match="admin token"):
        agent_at(url, "wrong").call("list_sandboxes")
