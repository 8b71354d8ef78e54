"""The whole API at random: whatever a client does, each answer has to be one that the model allows."""

import pytest

from conformance.harness.context import Situation
from conformance.stateful.random_traces import walk_about

pytestmark = pytest.mark.profile("audiences")


def check_whatever_a_client_does(situation: Situation) -> None:
    walk_about(situation)
