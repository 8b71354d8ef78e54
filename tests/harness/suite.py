"""What checks begin from, on a server with something around it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from conformance.catalogue.requirements import Profile
from conformance.client.client import Client
from conformance.client.contract import Wire
from conformance.harness.context import Situation
from conformance.results.ledger import Ledger
from conformance.results.verdicts import Finding
from conformance.states import OverHttp
from openapi import contract
from tests.mutants.server.mutated import Whole, served

WIRE = Wire(contract())


def _pause(_: float) -> None:
    """No time goes by: the server does not know of any either."""


@contextmanager
def standing(whole: Whole, seed: int, repeats: int, profile: Profile = Profile.FULL) -> Iterator[Situation]:
    """A situation; everything is torn down afterwards."""
    with served(whole) as url, httpx.Client(base_url=url, timeout=20) as http, httpx.Client(timeout=20) as stater:
        states = OverHttp(stater, f"{url}/_mock/provider-states")
        chance = random.Random(seed)  # noqa: S311  (reproducible on purpose)
        yield Situation(Client(http, WIRE, Ledger(), _pause), states, chance, profile, repeats)
        assert states.teardown_all() == []


def found(situation: Situation, requirement: str) -> tuple[Finding, ...]:
    """The findings of a requirement."""
    return situation.ledger.observed(requirement, selected=True).findings
