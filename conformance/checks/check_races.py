"""Requests that meet: whatever comes of it, it is as if one had come after the other."""

import pytest

from conformance.concurrency.race_kinds import KINDS, race_to_start, run_race
from conformance.harness.context import CheckContext

pytestmark = pytest.mark.profile("audiences")

FULL = pytest.mark.profile("full")


@pytest.mark.parametrize("kind", [pytest.param(name, marks=FULL if KINDS[name].by_jobs else ()) for name in KINDS])
def check_races_end_as_if_one_came_after_the_other(context: CheckContext, kind: str) -> None:
    run_race(context, KINDS[kind])


@FULL
def check_concurrent_starts_with_one_idempotency_key(context: CheckContext) -> None:
    race_to_start(context)
