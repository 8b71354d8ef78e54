"""The documents about coverage, as `openapi/control.yaml` describes them."""

import sys
from typing import Literal

from mockserver.client.documents import ClientRule

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:  # it comes with httpx; pydantic, for the tools for agents, refuses the older one of `typing`
    from typing_extensions import TypedDict


class ResponseCoverage(TypedDict):
    """A documented response of an operation."""

    status: int
    description: str
    met: int


class UndocumentedResponse(TypedDict):
    """A status that the documentation of an operation does not have."""

    status: int
    met: int


class OperationCoverage(TypedDict):
    """The coverage of an operation."""

    operation: str
    method: str
    path: str
    source: str
    requests: int
    responses: list[ResponseCoverage]
    undocumented: list[UndocumentedResponse]
    lost: int


class SituationCoverage(TypedDict):
    """The coverage of a situation."""

    id: Literal[
        "guard",
        "lost-reply",
        "retry-after",
        "server-error",
        "replay",
        "last-page",
        "job-completed",
        "job-failed",
        "job-cancelled",
        "permission",
        "key-revoked",
    ]
    summary: str
    advice: str
    operations: list[str]
    basis: Literal["documented", "inferred"]
    sentence: str | None
    source: str | None
    rules: list[ClientRule]
    met: int
    well: int
    findings: int


class CoverageShare(TypedDict):
    """The share of what is covered."""

    covered: int
    of: int
    percent: float | None


class Coverage(TypedDict):
    """The coverage of a sandbox, of a run, or of all."""

    operations: list[OperationCoverage]
    situations: list[SituationCoverage]
    withoutOperation: int
    unexamined: int
    share: CoverageShare
