"""Explanations of rules about clients and of requirements; the caller of the tools knows where they come from."""

from collections.abc import Callable
from typing import Annotated, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field
from typing_extensions import TypedDict


class Explanation(TypedDict):
    """An explanation of a rule or a requirement; a member is None where there is nothing to say.

    A rule about clients has advice. A requirement has a level, the page of its sentence, and the operation it is about.
    """

    id: str
    kind: Literal["rule", "requirement"]
    text: str
    advice: str | None
    level: str | None
    source: str | None
    operation: str | None


Explain = Callable[[str], Explanation]
"""A function that explains an identifier; LookupError, with the reason and a hint, if there is no explanation."""


class ExplanationTools:
    """The tool that explains an identifier."""

    def __init__(self, explain: Explain) -> None:
        self._explain = explain

    async def explain(
        self,
        identifier: Annotated[
            str, Field(description="A rule about clients, such as CLIENT-RETRY-UNREAD, or a requirement of a report.")
        ],
    ) -> Explanation:
        """Explain a rule that a finding names, or a requirement that a conformance report names."""
        try:
            return self._explain(identifier)
        except LookupError as error:
            raise ToolError(str(error)) from None
