"""The facts of a run that its last checks look back on: deletions, revoked keys, started jobs, witnesses."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from conformance.client.client import ApiRequest, Client
from conformance.harness.deletions import Deletions
from conformance.harness.key import Key
from conformance.harness.readable_lists import is_unreadable_list
from conformance.harness.settling import Settling
from conformance.harness.witnesses import Witnesses
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError

LOOKING_BACK = frozenset({"acknowledged_deletions", "revoked_keys", "started_jobs", "witnesses"})
"""The fixtures of checks that look back on the whole run, and therefore run last."""


class RunFacts:
    """The facts of a run, kept from its first request on.

    Attributes:
        run_id: The identifier of the run, another one with the same seed.
        deletions: The deletions that the target has acknowledged.
        revoked_keys: The keys that the target has called revoked.
        key_form: The number of the form of idempotency keys that the target takes; None before the first trial.
        settling: The settling time, and how long things took to settle.
        witnesses: What was brought about at the beginning of the run, to be looked at again.
        has_contradictions: Whether two places have contradicted each other for longer than that: waiting is no use.
    """

    def __init__(self, client: Client, run_id: UUID, settling: Settling | None = None) -> None:
        self._client = client
        self.run_id = run_id
        self.deletions = Deletions()
        self.revoked_keys: list[Key] = []
        self.key_form: int | None = None
        self.settling = settling or Settling()
        self.has_contradictions = False
        self.witnesses = Witnesses()
        client.observers.append(self._record)

    @property
    def started_jobs(self) -> Iterator[Exchange]:
        """The successful starts of jobs, in the order of the run."""
        for exchange in self._client.exchanges:
            if exchange.method == "POST" and exchange.status in SUCCESS and exchange.url.endswith("/prospecting"):
                yield exchange

    def _record(self, request: ApiRequest, exchange: Exchange) -> None:
        self.deletions.record(request.operation, (request.group, request.resource_id), exchange)
        self.settling.unreadable_lists += is_unreadable_list(request.operation, exchange)


class RunFactFixtures:
    """The fixtures that hand these facts to checks; a pytest plugin."""

    def __init__(self, facts: RunFacts) -> None:
        self._facts = facts

    @pytest.fixture
    def acknowledged_deletions(self) -> Deletions:
        """Return the acknowledged deletions, except those of identifiers that were given out again."""
        if not self._facts.deletions:
            raise NotEstablishedError("no deletion was acknowledged")
        return self._facts.deletions

    @pytest.fixture
    def revoked_keys(self) -> list[Key]:
        """Return the keys that were revoked in the run so far."""
        if not self._facts.revoked_keys:
            raise NotEstablishedError("no key was revoked")
        return self._facts.revoked_keys

    @pytest.fixture
    def started_jobs(self) -> list[Exchange]:
        """Return the successful starts of jobs in the run so far."""
        return list(self._facts.started_jobs)

    @pytest.fixture
    def witnesses(self) -> Witnesses:
        """Return what was brought about at the beginning of the run."""
        return self._facts.witnesses
