"""The whole API at random: whatever a client does, each answer has to be one that the model allows."""

import pytest

from conformance.checks.walking import walk_about
from conformance.situation import Situation

pytestmark = pytest.mark.profile("audiences")


def test_whatever_a_client_does(situation: Situation) -> None:
    walk_about(situation)
