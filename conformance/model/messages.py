"""The requests and responses of the model: the parts that documented rules are about, without HTTP."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from conformance.catalogue.operation_spec import OperationSpec


class Unknown(Enum):
    """The value of an unknown field: not shown, not sent exactly, or not documented."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
Text = str | None | Unknown


class Validity(Enum):
    """The sender's knowledge about the form of its request.

    Attributes:
        VALID: No part can be wrong: ordinary identifiers and text, a start body that the target itself offered.
        INVALID: The page calls it invalid: a required field is missing, a type is wrong.
        DOUBTFUL: The pages do not decide it.
    """

    VALID = "valid"
    INVALID = "invalid"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the API.

    Attributes:
        key: The bearer token; None without one.
        group: The `accountGroupId` of the path.
        resource_id: The other identifier of the path.
        fields: The fields of the body, by the wire's names. A value that a server might normalize (surrounding blanks,
            another Unicode form) is UNKNOWN.
        body: The whole body of a start request, in a canonical form.
        idempotency: The `Idempotency-Key`.
        is_complete: Whether a list is read from its first page; pages joined by the sender are one request.
        status: The filter of P3.
    """

    operation: OperationSpec
    key: str | None
    group: str = ""
    resource_id: str = ""
    fields: tuple[tuple[str, Text], ...] = ()
    body: str = ""
    idempotency: str | None = None
    is_complete: bool = True
    status: str | None = None
    validity: Validity = Validity.VALID

    @property
    def path(self) -> tuple[str, str]:
        """The account group and the identifier of the resource in the path."""
        return (self.group, self.resource_id)

    def sent(self, name: str) -> Text:
        """Return a field of the body; UNKNOWN if it was not sent."""
        return dict(self.fields).get(name, UNKNOWN)


@dataclass(frozen=True, slots=True)
class ShownAudience:
    """An audience in a response (docs/sources.md, Audience object); an absent member is UNKNOWN."""

    id: str
    name: Text = UNKNOWN
    description: Text = UNKNOWN
    folder: Text = UNKNOWN


@dataclass(frozen=True, slots=True)
class ShownFolder:
    """A folder in a response (docs/sources.md, Folder object), with the audiences that the navigation nests in it."""

    id: str
    name: Text = UNKNOWN
    type: Text = UNKNOWN
    audiences: tuple[ShownAudience, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job in a response (P1-P4): `jobId` and `status`."""

    id: str
    status: Text = UNKNOWN


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """The `data` of A1; `last` is the opposite of `hasMore`."""

    items: tuple[ShownAudience, ...] = ()
    last: bool = True


@dataclass(frozen=True, slots=True)
class JobPage:
    """The `data` of P3; `last` is the opposite of `hasMore`."""

    items: tuple[ShownJob, ...] = ()
    last: bool = True


@dataclass(frozen=True, slots=True)
class Navigation:
    """The `data` of A6: folders with their audiences, and the audiences without a folder."""

    folders: tuple[ShownFolder, ...] = ()
    ungrouped: tuple[ShownAudience, ...] = ()


Shown = ShownAudience | ShownFolder | ShownJob | AudiencePage | JobPage | Navigation


@dataclass(frozen=True, slots=True)
class Response:
    """A response: its status, `error.code`, and the content of `data`; None if there is none, or it cannot be read."""

    status: int
    code: str | None = None
    data: Shown | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code or ''}".rstrip()
