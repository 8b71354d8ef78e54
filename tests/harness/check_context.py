"""The context that checks begin from, on a server with a mutation."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

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

RUN_ID = UUID("5e0b7c0e-4f0a-4d3b-9a51-0c6a2b1d7f11")
CONTRACT = Contract(contract())


def _skip_pause(_: float) -> None:
    """Return at once: no time passes for the server either."""


@contextmanager
def check_context(whole: Whole, seed: int, repeats: int, profile: Profile = Profile.FULL) -> Iterator[CheckContext]:
    """Serve a server and yield the context of a check on it; all states are torn down afterwards."""
    with served(whole) as url, httpx.Client(base_url=url, timeout=20) as http, httpx.Client(timeout=20) as state_client:
        states = HttpStates(state_client, f"{url}/_mock/provider-states")
        chance = random.Random(seed)  # noqa: S311  (reproducible on purpose)
        client = Client(http, CONTRACT, Ledger(), _skip_pause)
        yield CheckContext(client, states, RunFacts(client, RUN_ID), chance, profile, repeats)
        assert states.teardown_all() == []


def violations(context: CheckContext, requirement: str) -> tuple[Violation, ...]:
    """Return the violations of a requirement that were seen so far."""
    return context.ledger.observations(requirement, selected=True).violations
