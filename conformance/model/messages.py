"""A request and its response, reduced to what the documentation makes rules about; without HTTP."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from conformance.catalogue.operation_spec import OperationSpec


class Unknown(Enum):
    """The one value of what is not known: not shown, not sent exactly, not documented."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
Text = str | None | Unknown


class Validity(Enum):
    """What the sender knows of the form of its request.

    VALID: nothing could be wrong with it (ordinary identifiers and text; a start body that the target itself offered).
    INVALID: the page says so (a required field is missing, a type is wrong). DOUBTFUL: the pages do not say.
    """

    VALID = "valid"
    INVALID = "invalid"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the API.

    `key`: the token sent as bearer, None without one. `group`, `target`: `accountGroupId`, and the other identifier of
    the path. `fields`: what the body sends, by the wire's names; a value that a server might write otherwise (blanks
    around it, another Unicode form) is UNKNOWN. `body`: the whole body of a start request in one canonical form.
    `idempotency`: `Idempotency-Key`. `whole`: a list is read from its first page; pages joined by the sender are one
    request. `status`: the filter of P3.
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
        """Where the thing in the path is kept: account group and identifier."""
        return (self.group, self.resource_id)

    def sent(self, name: str) -> Text:
        """A field of the body; UNKNOWN also where it was not sent."""
        return dict(self.fields).get(name, UNKNOWN)


@dataclass(frozen=True, slots=True)
class ShownAudience:
    """An audience as a response shows it (docs/sources.md, Audience object); a member that is absent is UNKNOWN."""

    id: str
    name: Text = UNKNOWN
    description: Text = UNKNOWN
    folder: Text = UNKNOWN


@dataclass(frozen=True, slots=True)
class ShownFolder:
    """A folder as a response shows it (docs/sources.md, Folder object), with the audiences nested in it (A6)."""

    id: str
    name: Text = UNKNOWN
    type: Text = UNKNOWN
    audiences: tuple[ShownAudience, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job as a response shows it (P1-P4): `jobId` and `status`."""

    id: str
    status: Text = UNKNOWN


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """`data` of A1; `last` unless `hasMore`."""

    items: tuple[ShownAudience, ...] = ()
    last: bool = True


@dataclass(frozen=True, slots=True)
class JobPage:
    """`data` of P3; `last` unless `hasMore`."""

    items: tuple[ShownJob, ...] = ()
    last: bool = True


@dataclass(frozen=True, slots=True)
class Navigation:
    """`data` of A6: folders with their audiences, and the audiences in none."""

    folders: tuple[ShownFolder, ...] = ()
    ungrouped: tuple[ShownAudience, ...] = ()


Shown = ShownAudience | ShownFolder | ShownJob | AudiencePage | JobPage | Navigation


@dataclass(frozen=True, slots=True)
class Response:
    """One response: its status, `error.code`, and what `data` shows; None where it shows nothing that can be read."""

    status: int
    code: str | None = None
    data: Shown | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code or ''}".rstrip()
