"""Concurrent requests: their effect is that of some sequential order."""

import pytest

from conformance.harness.context import CheckContext
from conformance.races.kinds import KINDS, race_to_start, run_race


@pytest.mark.parametrize("kind", KINDS)
def check_races_end_as_if_one_came_after_the_other(context: CheckContext, kind: str) -> None:
    run_race(context, KINDS[kind])


def check_concurrent_starts_with_one_idempotency_key(context: CheckContext) -> None:
    race_to_start(context)
