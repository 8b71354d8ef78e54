"""The type of a folder and the types of the audiences that it takes, whether they are in another folder or in none."""

import pytest

from conformance.catalogue import operations
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.results.exchange import SUCCESS, Exchange

OTHER = {"on_demand": "monitoring", "monitoring": "on_demand"}
REFUSED = 422


@pytest.mark.parametrize("kind", OTHER)
def check_a_folder_takes_one_type_of_audience(context: CheckContext, kind: str) -> None:
    key = context.create_key()
    same, other = (context.create_folder(key, audienceType=one) for one in (kind, OTHER[kind]))
    grouped, ungrouped = context.audience_in_folder(key, same, type=kind), context.create_audience(key, type=kind)
    expect = Expectations(context)

    def move(audience_id: str, folder: str) -> Exchange:
        return context.call(operations.MOVE_TO_FOLDER, key, audience_id, {"folderId": folder})

    moves = [move(audience.id, other) for audience in (ungrouped, grouped)]

    for moved in moves:
        expect.status("AUD-MOVE-COMPATIBLE-TYPE", moved, {REFUSED})
    is_contradictory = moves[0].status == REFUSED and moves[1].status in SUCCESS
    if (
        is_contradictory
    ):  # the first move again: the folder may have been too new; and the audience has to fit somewhere
        moves += [move(ungrouped.id, other), move(ungrouped.id, same)]
        is_contradictory = moves[2].status == REFUSED and moves[3].status in SUCCESS
    expected = f"{REFUSED}, as for an audience of the same type that is in no folder"
    holds = not is_contradictory
    expect.condition("AUD-MOVE-COMPATIBLE-GROUPED", expected, describe(moves[1]), moves, holds=holds)
