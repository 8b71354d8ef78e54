"""The witnesses of a run: resources and refusals of its beginning that are looked at again at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.harness.key import Key
from conformance.results.exchange import Exchange


@dataclass(frozen=True)
class Written:
    """A write of the beginning of the run, done or refused.

    Attributes:
        requirement_id: The requirement that the audience has these members from then on.
        audience: The identifier of the audience.
        members: The members that it has to show.
        exchange: The exchange of the write.
    """

    requirement_id: str
    audience: str
    members: Mapping[str, Any]
    exchange: Exchange


@dataclass
class Witnesses:
    """The resources and refusals that were brought about at the beginning of a run.

    Attributes:
        key: A key with all permissions.
        guarded: An audience that an active job populates all run long, and that job; None where there is none.
        spared: The audiences that a refused request would have deleted, each with the refusal.
        written: The audiences that were created, updated and moved, and those that a refusal has left alone.
        folders: The names of folders that were made, by identifier, each with the exchange that made it.
        refused_names: The names of audiences whose creation was refused, each with the refusal.
        obstacles: The reasons why something could not be brought about.
    """

    key: Key | None = None
    guarded: tuple[str, str] | None = None
    spared: list[tuple[str, Exchange]] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    folders: dict[str, tuple[str, Exchange]] = field(default_factory=dict)
    refused_names: dict[str, Exchange] = field(default_factory=dict)
    obstacles: list[str] = field(default_factory=list)
