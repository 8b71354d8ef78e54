"""The whole API at random: whatever a client does, each answer has to be one that the model allows."""

from conformance.harness.context import CheckContext
from conformance.stateful.random_traces import run_random_traces


def check_whatever_a_client_does(context: CheckContext) -> None:
    run_random_traces(context)
