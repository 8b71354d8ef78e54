"""The relaxed forms of a history: what a script has to compare so that it accuses no correct target."""

from collections.abc import Collection

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.concurrency.linearizability import SearchResult, TimedOperation, check
from conformance.concurrency.relaxation import Action, Operation, decisive_bodies, with_bodies_of
from conformance.model.events import AudienceReady, KeyIssued
from conformance.model.judge import advance, step
from conformance.model.messages import Request, Response, ShownAudience, Text
from conformance.model.state import State
from conformance.model.violation import Severity

KEY = KeyIssued("key", ALL_PERMISSIONS, frozenset({"group"}), fresh=False)
DONE = Response(200)


def shown(name: str, description: str) -> Response:
    return Response(200, data=ShownAudience("a1", name, description))


def sent(
    index: int, operation: OperationSpec, start: float, end: float, response: Response, **fields: Text
) -> Operation:
    request = Request(operation, "key", "group", "a1", fields=tuple(fields.items()))
    return TimedOperation(index, request, start, response, end)


def search(history: Collection[Operation]) -> SearchResult[State, Action, Response]:
    states = frozenset({State()})
    for event in (KEY, AudienceReady("group", "a1")):
        states = advance(states, event, DONE).states
    return check(history, states, lambda *one: step(*one, severity=Severity.SHOULD), 10_000)


def test_statuses_show_what_no_order_of_the_requests_allows() -> None:
    deletion = sent(0, operations.DELETE_AUDIENCE, 0.0, 1.0, DONE)
    update = sent(1, operations.UPDATE_AUDIENCE, 0.5, 1.5, shown("new", "old"), name="new")
    read = sent(2, operations.GET_AUDIENCE, 2.0, 3.0, shown("new", "old"))

    assert decisive_bodies([deletion, update, read], search) == frozenset()


def test_the_body_of_a_later_read_shows_a_lost_update_and_no_other_body_is_needed() -> None:
    name = sent(0, operations.UPDATE_AUDIENCE, 0.0, 1.0, shown("new", "old"), name="new")
    description = sent(1, operations.UPDATE_AUDIENCE, 0.5, 1.5, shown("old", "other"), description="other")
    read = sent(2, operations.GET_AUDIENCE, 2.0, 3.0, shown("old", "other"))

    assert decisive_bodies([name, description, read], search) == {2}


def test_the_body_of_a_concurrent_response_shows_a_change_that_no_request_asked_for() -> None:
    name = sent(0, operations.UPDATE_AUDIENCE, 0.0, 1.0, shown("new", "other"), name="new")
    description = sent(1, operations.UPDATE_AUDIENCE, 0.5, 1.5, shown("", "other"), description="other")
    again = sent(2, operations.UPDATE_AUDIENCE, 0.6, 1.6, shown("new", "other"), name="new")
    read = sent(3, operations.GET_AUDIENCE, 2.0, 3.0, shown("new", "other"))
    known = sent(4, operations.GET_AUDIENCE, -2.0, -1.0, shown("old", "old"))

    assert decisive_bodies([known, name, description, again, read], search) == {1, 4}


def test_a_read_that_began_after_a_deletion_ended_is_shown_by_their_order_alone() -> None:
    deletion = sent(0, operations.DELETE_AUDIENCE, 0.0, 1.0, DONE)
    read = sent(1, operations.GET_AUDIENCE, 2.0, 3.0, shown("old", "old"))
    meanwhile = sent(2, operations.LIST_AUDIENCES, 0.5, 2.5, DONE)

    assert decisive_bodies([deletion, read, meanwhile], search) is None
    assert decisive_bodies([deletion, read], search) == frozenset()


def test_a_refusal_whose_code_no_script_compares_has_the_documented_code() -> None:
    refused = sent(0, operations.UPDATE_AUDIENCE, 0.0, 1.0, Response(409, "OTHER_CODE"), name="new")
    alone = sent(1, operations.GET_AUDIENCE, 2.0, 3.0, Response(409, "OTHER_CODE"))

    relaxed = with_bodies_of({1}, [refused, alone])

    assert [one.response for one in relaxed] == [Response(409, "AUDIENCE_NOT_READY"), alone.response]


def test_a_search_that_is_given_up_is_not_repeated() -> None:
    searches: list[int] = []

    def give_up(history: Collection[Operation]) -> SearchResult[State, Action, Response]:
        searches.append(len(history))
        return check(history, frozenset({State()}), step, 0)

    read = sent(0, operations.GET_AUDIENCE, 0.0, 1.0, DONE)

    assert decisive_bodies([read], give_up) is None
    assert searches == [1]
