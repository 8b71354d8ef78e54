"""The whole API at random: whatever a client does, each answer has to be one that the model allows."""

import pytest

from conformance.harness.context import CheckContext
from conformance.stateful.random_traces import run_random_traces

pytestmark = pytest.mark.profile("audiences")


def check_whatever_a_client_does(context: CheckContext) -> None:
    run_random_traces(context)
