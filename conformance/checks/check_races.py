"""Requests that meet: whatever comes of it, it is as if one had come after the other."""

import pytest

from conformance.concurrency.race_kinds import KINDS, race, race_to_start
from conformance.harness.context import Situation

pytestmark = pytest.mark.profile("audiences")

FULL = pytest.mark.profile("full")


@pytest.mark.parametrize("kind", [pytest.param(name, marks=FULL if KINDS[name].by_jobs else ()) for name in KINDS])
def check_races_end_as_if_one_came_after_the_other(situation: Situation, kind: str) -> None:
    race(situation, KINDS[kind])


@FULL
def check_concurrent_starts_with_one_idempotency_key(situation: Situation) -> None:
    race_to_start(situation)
