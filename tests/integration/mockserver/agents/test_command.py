"""The command `audience-mock mcp`: both transports, a server of its own, and its errors."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from mcp import StdioServerParameters

from mockserver.config import Settings
from tests.harness.agent_client import AgentClient, Refused
from tests.harness.in_thread import served

COMMAND = ("-m", "mockserver", "mcp")
TOKEN = "of-the-administrator"
_READY = re.compile(r"Tools for agents at (http://127\.0\.0\.1:\d+/mcp)\n")


def without_ours() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AUDIENCE_MOCK_")}  # noqa: TID251  (a child's, not ours)


def on_standard_input(*options: str, **variables: str) -> AgentClient:
    @asynccontextmanager
    async def opened() -> AsyncIterator[StdioServerParameters]:
        environment = {**without_ours(), **variables}
        yield StdioServerParameters(command=sys.executable, args=[*COMMAND, *options], env=environment)

    return AgentClient(opened)


@contextmanager
def started(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603  (ours)
        [sys.executable, *COMMAND, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=without_ours(),
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def refused(*options: str) -> str:
    """Run the command, which has to refuse its options in one line, and return that."""
    command = [sys.executable, *COMMAND, *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=without_ours())  # noqa: S603  (ours)
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (2, "", 1), result.stderr
    return result.stderr


def test_an_agent_that_starts_it_has_a_server_of_its_own() -> None:
    agent = on_standard_input()

    made = agent.call("create_sandbox", name="mine")

    assert made["url"].startswith("http://127.0.0.1:")
    assert [one["id"] for one in agent.call("list_sandboxes")] == ["default"]  # of another start


@pytest.mark.parametrize("by_variable", [False, True])
def test_a_server_that_is_running_is_used_with_its_token(by_variable: bool) -> None:  # noqa: FBT001  (a parameter)
    with served(Settings(admin_token=TOKEN)) as (url, _):
        if by_variable:
            agent = on_standard_input(AUDIENCE_MOCK_URL=url, AUDIENCE_MOCK_ADMIN_TOKEN=TOKEN)
        else:
            agent = on_standard_input("--url", url, "--admin-token", TOKEN)

        made = agent.call("create_sandbox")

        assert made["url"] == url
        assert made["id"] in [one["id"] for one in agent.call("list_sandboxes")]


def test_a_server_that_is_not_there_yet_is_an_error_of_the_tool() -> None:
    with pytest.raises(Refused, match="does not respond"):
        on_standard_input("--url", "http://127.0.0.1:1").call("list_sandboxes")


def test_the_command_ends_in_order_when_the_agent_leaves() -> None:
    with started() as process:
        assert process.stdin is not None
        process.stdin.close()

        assert process.wait(60) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_an_interrupt_ends_the_command_although_a_thread_reads_standard_input() -> None:
    initialize = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
    with started() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(initialize)
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)

        assert process.wait(60) == -signal.SIGINT


def test_the_tools_are_served_by_http_on_this_machine_until_a_signal() -> None:
    with started("--http", "0") as process:
        assert process.stdout is not None
        ready = _READY.fullmatch(process.stdout.readline())
        assert ready is not None

        @asynccontextmanager
        async def opened() -> AsyncIterator[str]:
            yield ready[1]

        made = AgentClient(opened).call("create_sandbox")
        assert made["id"] in [one["id"] for one in AgentClient(opened).call("list_sandboxes")]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_a_port_that_is_taken_is_refused_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert refused("--http", port) == (
            f"audience-mock: cannot listen on port {port}: Address already in use; choose another with --http\n"
        )


def test_an_address_that_is_none_is_refused_in_one_line() -> None:
    assert "'nope' is not the URL of a server. Write it like http://127.0.0.1:8080." in refused("--url", "nope")
