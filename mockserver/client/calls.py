"""Requests to the control plane as values, which both clients send."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from mockserver.client.errors import ClientFindings, ControlPlaneError

T = TypeVar("T")
_UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request to the control plane.

    Attributes:
        method: The method.
        path: The path, behind the URL of the server.
        read: The function that reads the document of a response, which is None where there is none.
        body: The document to send; None for none.
        query: The parameters of the query.
        is_text: Whether the response is a text, and no JSON.
    """

    method: str
    path: str
    read: Callable[[Any], T]
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    is_text: bool = False


def result(call: Call[T], status: int, document: Any) -> T:  # noqa: ANN401  (JSON)
    """Return the result of a call, given its response.

    Raises:
        ClientFindings: There are findings about the client.
        ControlPlaneError: The server refused the request.
    """
    members = document if isinstance(document, dict) else {}
    if status == _UNPROCESSABLE and "findings" in members:
        raise ClientFindings(members["findings"])
    if not 200 <= status < 300:  # noqa: PLR2004  (success)
        reason = members.get("reason", f"the response has the status {status}")
        raise ControlPlaneError(reason, members.get("hint"), status)
    try:
        return call.read(document)
    except (KeyError, TypeError, AttributeError):
        raise ControlPlaneError(
            f"{call.method} {call.path}: the response is not that of a control plane",
            "Check the URL: it is that of the server, without /_mock.",
            status,
        ) from None


def body(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a request for some keyword arguments: `delay_ms` becomes `delayMs`, `from_` `from`."""
    return {member(name): value for name, value in arguments.items()}


def member(argument: str) -> str:
    """Return the name of the member for a keyword argument."""
    first, *others = argument.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in others)


def sandbox_path(sandbox: str, *parts: str | int) -> str:
    """Return the path of a sandbox, or of something in it."""
    return "/".join(["/_mock/sandboxes", *(quote(str(part), safe="") for part in (sandbox, *parts))])


def as_is(document: Any) -> Any:  # noqa: ANN401  (the caller knows its type)
    """Return a document as it is."""
    return document


def nothing(_: object) -> None:
    """Ignore the document of a response."""


def items(name: str) -> Callable[[Any], Any]:
    """Return a function that reads the list in a document."""
    return lambda document: document[name]
