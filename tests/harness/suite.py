"""What checks begin from, on a server with something around it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from conformance.catalogue.requirements import Profile
from conformance.client.client import Client
from conformance.client.contract import Contract
from conformance.harness.context import CheckContext
from conformance.harness.run_facts import RunFacts
from conformance.results.ledger import Ledger
from conformance.results.violation import Violation
from conformance.states import HttpStates
from openapi import contract
from tests.mutants.server.mutated import Whole, served

WIRE = Contract(contract())


def _pause(_: float) -> None:
    """No time goes by: the server does not know of any either."""


@contextmanager
def standing(whole: Whole, seed: int, repeats: int, profile: Profile = Profile.FULL) -> Iterator[CheckContext]:
    """A situation; everything is torn down afterwards."""
    with served(whole) as url, httpx.Client(base_url=url, timeout=20) as http, httpx.Client(timeout=20) as stater:
        states = HttpStates(stater, f"{url}/_mock/provider-states")
        chance = random.Random(seed)  # noqa: S311  (reproducible on purpose)
        client = Client(http, WIRE, Ledger(), _pause)
        yield CheckContext(client, states, RunFacts(client), chance, profile, repeats)
        assert states.teardown_all() == []


def found(context: CheckContext, requirement: str) -> tuple[Violation, ...]:
    """The findings of a requirement."""
    return context.ledger.observations(requirement, selected=True).violations
