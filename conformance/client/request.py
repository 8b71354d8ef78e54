"""The requests that a check sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.catalogue.operation_spec import OperationSpec


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """The optional parts of a request: further headers, a query with its `?`, a body as bytes."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    content: bytes | None = None


_NONE = RequestOptions()


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request of an operation.

    Attributes:
        key: The API key; None sends no credentials.
        group: The `accountGroupId` of the path.
        resource_id: The other identifier of the path.
        body: The JSON body; None sends none.
    """

    operation: OperationSpec
    key: str | None = None
    group: str = ""
    resource_id: str = ""
    body: Any = None
    options: RequestOptions = _NONE


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request given by its bytes.

    Attributes:
        path: The path and the query.
        operation: The operation whose rows validate the response; None validates nothing.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes | None
    operation: OperationSpec | None
