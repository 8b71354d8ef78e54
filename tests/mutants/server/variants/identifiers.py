"""Legal variants of the whole server: identifiers of other forms."""

import itertools
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.variants.variant import Variant

IDENTIFIERS = frozenset({"id", "folderId", "jobId", "audienceId", "accountGroupId"})
NOWHERE = "f" * 24


class OtherIdentifiers(Variant):
    """Variants whose identifiers have another form, the same in requests, responses and provider states."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.outer: dict[str, str] = {}
        self.inner: dict[str, str] = {}

    def fresh(self, inner: str) -> str:
        """Return a new outer identifier for an inner one."""
        raise NotImplementedError

    def shown(self, inner: str) -> str:
        """Return the outer identifier of an inner one."""
        if inner not in self.outer:
            self.outer[inner] = self.fresh(inner)
            self.inner[self.outer[inner]] = inner
        return self.outer[inner]

    def meant(self, outer: str) -> str:
        """Return the inner identifier of an outer one; for an unknown one, an identifier that no resource has."""
        return self.inner.get(outer, NOWHERE)

    def mapped(self, node: Any, change: Callable[[str], str]) -> Any:
        """Return a document with its identifiers changed."""
        if isinstance(node, list):
            return [self.mapped(one, change) for one in node]
        if not isinstance(node, dict):
            return node
        named = {name: value for name, value in node.items() if name in IDENTIFIERS and isinstance(value, str)}
        return {name: change(value) if name in named else self.mapped(value, change) for name, value in node.items()}

    def outward(self, answered: Answered) -> Answered:
        """Return a response with outer identifiers."""
        if answered.body is None:
            return answered
        return replace(answered, content=json.dumps(self.mapped(answered.body, self.shown)).encode())

    def inward(self, asked: Asked) -> Asked:
        """Return a request with inner identifiers."""
        asked = asked if asked.body is None else asked.with_body(self.mapped(asked.body, self.meant))
        named = {name: self.meant(asked.part(name)) for name in ("group", "target") if asked.part(name)}
        return asked.naming(**named)

    async def respond(self, asked: Asked) -> Answered:
        return self.outward(await self.serve(self.inward(asked)))

    async def control(self, asked: Asked) -> Answered:
        return await self.respond(asked) if asked.path.endswith("/provider-states") else await self.serve(asked)


class Uuids(OtherIdentifiers):
    """Identifiers are UUIDs."""

    def fresh(self, inner: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, inner))


class Numbers(OtherIdentifiers):
    """Identifiers are ascending numbers, as strings."""

    def fresh(self, inner: str) -> str:  # noqa: ARG002
        return str(next(self.numbers))


class LongIdentifiers(OtherIdentifiers):
    """Identifiers have 200 characters."""

    def fresh(self, inner: str) -> str:
        return f"{inner}_{'-' * 150}{inner}.."[:200]


class IdentifiersToBeEncoded(OtherIdentifiers):
    """Identifiers contain characters that must be encoded in a path."""

    def fresh(self, inner: str) -> str:
        return f"{inner}/\u00e9 %3F?#+"


class CountedInEachAccountGroup(OtherIdentifiers):
    """Audiences and folders are numbered within each account group, with the same identifiers in every group."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
        self.group = ""

    def shown(self, inner: str) -> str:
        if inner not in self.outer:
            there = self.world.audiences.get(inner) or self.world.folders.get(inner)
            self.outer[inner] = inner if there is None else str(next(self.counts[there.account_group_id]))
            self.inner[inner if there is None else f"{there.account_group_id}/{self.outer[inner]}"] = inner
        return self.outer[inner]

    def meant(self, outer: str) -> str:
        return self.inner.get(f"{self.group}/{outer}") or self.inner.get(outer, NOWHERE)

    def inward(self, asked: Asked) -> Asked:
        params = asked.body.get("params") if isinstance(asked.body, dict) else None
        self.group = asked.group or (params or {}).get("accountGroupId", "")
        return super().inward(asked)


class IdentifiersGivenOutAgain(OtherIdentifiers):
    """A new audience gets the identifier of a deleted audience."""

    def __init__(self) -> None:
        super().__init__()
        self.free: list[str] = []

    def fresh(self, inner: str) -> str:
        is_audience = self.world.audiences.get(inner) is not None
        return self.free.pop() if self.free and is_audience else f"{next(self.numbers):024x}"

    async def respond(self, asked: Asked) -> Answered:
        deleted = self.inner.get(asked.target)
        answered = await super().respond(asked)
        if asked.operation == "AUD-DELETE" and answered.ok and deleted:
            del self.inner[asked.target], self.outer[deleted]
            self.free.append(asked.target)
        return answered
