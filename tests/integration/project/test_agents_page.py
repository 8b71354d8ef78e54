"""The page docs/agents.md: its tools are those of the server, and its configurations start it."""

import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from sys import executable
from typing import Any

import pytest
from mcp import StdioServerParameters

from mockserver.config import Settings
from tests.harness.agent_client import AgentClient
from tests.harness.in_thread import served
from tests.harness.pages import Page

PAGE = Page("docs/agents.md")
CONFIGURATIONS = [json.loads(block.text)["mcpServers"]["audience-mock"] for block in PAGE.blocks("json")]
EXAMPLE = "http://127.0.0.1:8080"


def agent_of(configuration: dict[str, Any], url: str) -> AgentClient:
    """The client that a program with this configuration is."""
    programs = f"{Path(executable).parent}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251  (a child's, not ours)
    variables = {name: value.replace(EXAMPLE, url) for name, value in configuration.get("env", {}).items()}

    @asynccontextmanager
    async def opened() -> AsyncIterator[StdioServerParameters]:
        environment = {"PATH": programs, **variables}
        yield StdioServerParameters(command=configuration["command"], args=configuration["args"], env=environment)

    return AgentClient(opened)


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=["its own server", "a running server"])
def test_a_configuration_starts_the_tools_that_the_page_lists(configuration: dict[str, Any]) -> None:
    listed = [name for row in re.findall(r"^\| (`.*?) \|", PAGE.text, re.MULTILINE) for name in re.findall(r"\w+", row)]

    with served(Settings()) as (url, _):
        agent = agent_of(configuration, url)
        made = agent.call("create_sandbox")

        assert sorted(tool.name for tool in agent.tools()) == sorted(listed)
        assert (made["url"] == url) == ("env" in configuration)


def test_the_configuration_without_an_installation_names_the_extra() -> None:
    (arguments,) = re.findall(r'`"command": "uvx", "args": (\[.*?"mcp"\])`', PAGE.text)

    assert json.loads(arguments) == ["--from", "audience-mock[mcp]", "audience-mock", "mcp"]
