"""Random traces over the whole API: the model has to allow every response."""

from conformance.harness.context import CheckContext
from conformance.stateful.random_traces import run_random_traces


def check_whatever_a_client_does(context: CheckContext) -> None:
    run_random_traces(context)
