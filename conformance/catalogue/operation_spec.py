"""The entry of an operation, from which every table of the suite by operation follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission of an API key.

    Attributes:
        wire: The name that the API uses.
        printed: Whether the operation's own page prints it; otherwise only a note of the section does.
    """

    wire: str
    printed: bool


class Resource(Enum):
    """The resource that a path names beside the account group."""

    NOTHING = auto()
    AUDIENCE = auto()
    FOLDER = auto()
    JOB = auto()


class Effect(Enum):
    """The effect of a success on the state of the API."""

    NOTHING = auto()
    LISTS_AUDIENCES = auto()
    CREATES_AUDIENCE = auto()
    READS_AUDIENCE = auto()
    UPDATES_AUDIENCE = auto()
    DELETES_AUDIENCE = auto()
    READS_PROSPECTS = auto()
    SHOWS_NAVIGATION = auto()
    CREATES_FOLDER = auto()
    RENAMES_FOLDER = auto()
    STARTS_JOB = auto()
    READS_JOB = auto()
    LISTS_JOBS = auto()
    CANCELS_JOB = auto()


_READS = frozenset(
    {
        Effect.NOTHING,
        Effect.LISTS_AUDIENCES,
        Effect.READS_AUDIENCE,
        Effect.READS_PROSPECTS,
        Effect.SHOWS_NAVIGATION,
        Effect.READS_JOB,
        Effect.LISTS_JOBS,
    }
)


class Needs(Enum):
    """The resources and the body that a valid request needs."""

    NOTHING = auto()
    READY_AUDIENCE = auto()
    READY_AUDIENCE_AND_NAME = auto()
    AUDIENCE_AND_FOLDER = auto()
    AUDIENCE_IN_FOLDER = auto()
    NEW_AUDIENCE = auto()
    NEW_FOLDER = auto()
    FOLDER_AND_NAME = auto()
    START_BODY = auto()
    ACTIVE_JOB = auto()


class Shows(Enum):
    """The kind of data in the response of a success."""

    NOTHING = auto()
    AUDIENCE = auto()
    AUDIENCE_PAGE = auto()
    NAVIGATION = auto()
    FOLDER = auto()
    JOB = auto()
    JOB_PAGE = auto()


Bodies = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class OperationSpec:
    """An operation, with the knowledge of the suite beyond the contract. No column has a default.

    Attributes:
        id: The contract's `operationId`.
        prefix: The first part of the ids of its requirements, such as `AUD-DELETE`.
        permission: The permission that a key needs; None where any valid key will do.
        in_account_group: Whether the path names an account group.
        resource: The resource that the path names beside it.
        effect: The effect of a success, for the model.
        needs: The resources and the body of a valid request.
        shows: The data of a success, for the model.
        valid_bodies: Templates of bodies that every implementation accepts, the simplest first; empty without a body.
        invalid_bodies: Templates of bodies that the pages call invalid.
        trace_weight: The share of random steps that call the operation.
    """

    id: str
    prefix: str
    permission: Permission | None
    in_account_group: bool
    resource: Resource
    effect: Effect
    needs: Needs
    shows: Shows
    valid_bodies: Bodies
    invalid_bodies: Bodies
    trace_weight: int

    @property
    def only_reads(self) -> bool:
        """Whether a success changes nothing."""
        return self.effect in _READS

    def requirement(self, fact: str) -> str:
        """Return the id of a requirement of this operation, such as `AUD-DELETE-GUARD`."""
        return f"{self.prefix}-{fact}"
