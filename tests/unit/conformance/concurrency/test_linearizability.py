from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.catalogue import operations, permissions
from conformance.catalogue.operation_spec import OperationSpec
from conformance.concurrency.linearizability import Operation, Outcome, Result, check
from conformance.model.events import AudiencePopulated, AudienceReady, Event, KeyIssued, ProspectingEnded
from conformance.model.judge import advance, step
from conformance.model.messages import AudiencePage, Request, Response, ShownAudience
from conformance.model.state import State
from conformance.model.violation import Severity

ENOUGH = 100_000
Register = int | None
ONE: list[Register] = [1]
Word = tuple[str, int]
Call = Operation[Any, Any]
Step = Callable[[Any, Any, Any], Collection[Any]]


def register(held: Register, request: Word, response: int | None) -> frozenset[Register]:
    """A register that holds a number or nothing. Without a response a request has its effect; `maybe` has it or not."""
    word, value = request
    match word:
        case "read":
            return frozenset({held}) if response in (None, held) else frozenset()
        case "write":
            return frozenset({value})
        case "maybe":
            return frozenset({held, value})
        case _:
            wanted = 404 if held is None else 200
            return frozenset({None}) if response in (None, wanted) else frozenset()


def brute_force(history: Sequence[Call], initial: Collection[Any], step: Step) -> bool:
    """Whether any order of what was answered, and of any part of what was not, is one that the step allows."""
    closed = [one for one in history if one.end is not None]
    unanswered = [one for one in history if one.end is None]
    return any(
        _keeps_time(order) and _is_allowed(order, initial, step)
        for count in range(len(unanswered) + 1)
        for part in combinations(unanswered, count)
        for order in permutations([*closed, *part])
    )


def _keeps_time(order: Sequence[Call]) -> bool:
    return not any(
        later.end is not None and later.end < earlier.start
        for place, earlier in enumerate(order)
        for later in order[place + 1 :]
    )


def _is_allowed(order: Sequence[Call], initial: Collection[Any], step: Step) -> bool:
    states = set(initial)
    for one in order:
        states = {after for state in states for after in step(state, one.request, one.response)}
    return bool(states)


def intervals() -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(0, 12), st.integers(0, 5)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def register_calls() -> st.SearchStrategy[tuple[Word, int]]:
    return st.one_of(
        st.tuples(st.tuples(st.just("read"), st.just(0)), st.integers(1, 2)),
        st.tuples(st.tuples(st.sampled_from(["write", "maybe"]), st.integers(1, 2)), st.just(200)),
        st.tuples(st.tuples(st.just("delete"), st.just(0)), st.sampled_from([200, 404])),
    )


def histories(calls: st.SearchStrategy[tuple[Any, Any]], most: int) -> st.SearchStrategy[list[Call]]:
    """Small histories; about a fifth of the operations were not answered."""
    answered = st.sampled_from([True, True, True, True, False])
    rows = st.lists(st.tuples(calls, intervals(), answered), min_size=2, max_size=most)
    return rows.map(lambda found: [_call(index, *row) for index, row in enumerate(found)])


def _call(index: int, call: tuple[Any, Any], interval: tuple[int, int], answered: bool) -> Call:  # noqa: FBT001 - drawn
    (request, response), (start, end) = call, interval
    return Operation(index, request, start, response, end) if answered else Operation(index, request, start)


def ask(operation: OperationSpec, target: str = "a", **fields: str) -> Request:
    return Request(operation, "k", "g", target, fields=tuple(fields.items()))


GET, DELETE = ask(operations.GET_AUDIENCE), ask(operations.DELETE_AUDIENCE)
RENAME = ask(operations.UPDATE_AUDIENCE, name="new")
RENAME_BUSY = replace(RENAME, resource_id="busy")
DELETE_BUSY = ask(operations.DELETE_AUDIENCE, "busy")
END = ProspectingEnded("g", "job", "completed")
OK, MISSING, NOT_READY = Response(200), Response(404), Response(409, "AUDIENCE_NOT_READY")
OLD, NEW = (Response(200, data=ShownAudience("a", name=name)) for name in ("old", "new"))


def world() -> frozenset[State]:
    """A key, an audience that is ready and named `old`, and one that a job populates."""
    everything = frozenset(permission.wire for permission in permissions.PERMISSIONS)
    steps: list[tuple[Request | Event, Response]] = [
        (KeyIssued("k", everything, frozenset({"g"})), OK),
        (AudienceReady("g", "a"), OK),
        (AudiencePopulated("g", "busy", "job"), OK),
        (GET, OLD),
    ]
    states = frozenset({State()})
    for request, response in steps:
        states = advance(states, request, response).states
    return states


WORLD = world()


def audience_calls() -> st.SearchStrategy[tuple[Request | Event, Response]]:
    return st.sampled_from(
        [
            (GET, OLD),
            (GET, NEW),
            (GET, MISSING),
            (DELETE, OK),
            (DELETE, MISSING),
            (RENAME, NEW),
            (RENAME, MISSING),
            (END, OK),
            (DELETE_BUSY, OK),
            (DELETE_BUSY, NOT_READY),
        ]
    )


def agrees(
    calls: st.SearchStrategy[tuple[Any, Any]], initial: Collection[Any], step: Step, *, most: int, examples: int
) -> Counter[Outcome]:
    """Hold the search against brute force on this many histories, and count its verdicts."""
    counted: Counter[Outcome] = Counter()

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(histories(calls, most))
    def compare(history: list[Call]) -> None:
        result = check(history, initial, step, ENOUGH)
        counted[result.outcome] += 1

        assert (result.outcome is Outcome.OK) == brute_force(history, initial, step)
        assert result.outcome is not Outcome.UNKNOWN
        assert_proof(result, history, initial, step)

    compare()
    return counted


def assert_proof(result: Result[Any, Any, Any], history: list[Call], initial: Collection[Any], step: Step) -> None:
    """What a result says can be followed: its order is one, and what it says fails is the next of what is left."""
    left = [one for one in history if one.end is not None and one not in result.prefix]

    assert _keeps_time(result.prefix)
    assert _is_allowed(result.prefix, initial, step)
    assert (result.failing in left) is (result.outcome is Outcome.ILLEGAL)
    assert left == [] or result.outcome is Outcome.ILLEGAL


def test_the_search_agrees_with_brute_force_on_a_register() -> None:
    counted = agrees(register_calls(), ONE, register, most=5, examples=2_500)

    assert counted[Outcome.OK] >= 500
    assert counted[Outcome.ILLEGAL] >= 500
    assert counted.total() >= 2_000


def test_the_search_agrees_with_brute_force_on_the_model_of_the_documentation() -> None:
    counted = agrees(audience_calls(), WORLD, step, most=4, examples=600)

    assert counted[Outcome.OK] >= 100
    assert counted[Outcome.ILLEGAL] >= 100


def calls(*rows: tuple[Any, Any, int, int | None]) -> list[Call]:
    return [
        Operation(index, request, start, response, end) for index, (request, response, start, end) in enumerate(rows)
    ]


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(calls((DELETE, OK, 0, 2), (DELETE, MISSING, 1, 3)), id="one of two deletions deletes"),
        pytest.param(calls((DELETE, MISSING, 0, 2), (DELETE, OK, 1, 3)), id="whichever it is"),
        pytest.param(calls((DELETE, OK, 0, 2), (GET, OLD, 1, 3)), id="read before it was deleted, answered after"),
        pytest.param(calls((DELETE, OK, 0, 2), (GET, OLD, 2, 3)), id="where intervals touch, either order will do"),
        pytest.param(calls((DELETE_BUSY, OK, 0, 4), (END, OK, 1, 2)), id="deleted once the prospecting had ended"),
        pytest.param(calls((DELETE_BUSY, NOT_READY, 0, 4), (END, OK, 1, 2)), id="refused before it had"),
        pytest.param(
            calls((END, OK, 1, 5), (DELETE_BUSY, OK, 2, 3), (DELETE_BUSY, MISSING, 3, 4)), id="while it ended"
        ),
        pytest.param(calls((RENAME, NEW, 0, 3), (DELETE, OK, 1, 2)), id="renamed, then deleted"),
        pytest.param(calls((RENAME, MISSING, 0, 3), (DELETE, OK, 1, 2)), id="deleted, then not renamed"),
        pytest.param(calls((DELETE, None, 0, None), (GET, MISSING, 5, 6)), id="a lost deletion took effect"),
        pytest.param(calls((DELETE, None, 0, None), (GET, OLD, 5, 6)), id="a lost deletion did not"),
        pytest.param(calls((DELETE, None, 0, None), (GET, OLD, 5, 6), (GET, MISSING, 7, 8)), id="or did later"),
        pytest.param(calls((DELETE, Response(500), 0, 1), (DELETE, MISSING, 2, 3)), id="nor was it told"),
        pytest.param(calls((RENAME, None, 0, None), (GET, NEW, 1, 2)), id="a lost update took effect"),
        pytest.param(calls((DELETE_BUSY, OK, 3, 4), (END, None, 0, None)), id="a lost end of the prospecting did"),
        pytest.param(calls((DELETE, None, 0, None)), id="nothing was answered"),
        pytest.param([], id="nothing was asked"),
    ],
)
def test_a_history_that_some_order_explains_is_linearizable(history: list[Call]) -> None:
    result = check(history, WORLD, step, ENOUGH)

    assert (result.outcome, result.failing) == (Outcome.OK, None)


@pytest.mark.parametrize(
    ("history", "failing"),
    [
        pytest.param(calls((DELETE, OK, 0, 2), (DELETE, OK, 1, 3)), 1, id="both of two deletions delete"),
        pytest.param(calls((DELETE, MISSING, 0, 2), (DELETE, MISSING, 1, 3)), 0, id="none of two deletions deletes"),
        pytest.param(calls((DELETE, OK, 0, 2), (GET, OLD, 3, 4)), 1, id="read after it was deleted"),
        pytest.param(calls((DELETE_BUSY, OK, 0, 1), (END, OK, 2, 3)), 0, id="deleted before the prospecting ended"),
        pytest.param(calls((END, OK, 0, 1), (DELETE_BUSY, NOT_READY, 2, 3)), 1, id="refused after it ended"),
        pytest.param(calls((DELETE_BUSY, NOT_READY, 2, 5), (END, OK, 0, 4), (DELETE_BUSY, OK, 0, 1)), 0, id="twice"),
        pytest.param(calls((DELETE, OK, 0, 1), (RENAME, NEW, 2, 3)), 1, id="renamed after it was deleted"),
        pytest.param(calls((RENAME, NEW, 0, 3), (DELETE, OK, 1, 2), (GET, NEW, 4, 5)), 2, id="alive again by a name"),
        pytest.param(calls((RENAME, NEW, 0, 1), (GET, OLD, 2, 3)), 1, id="an update lost"),
        pytest.param(calls((GET, MISSING, 0, 1), (DELETE, None, 2, None)), 0, id="gone before anyone deleted it"),
        pytest.param(calls((DELETE, None, 0, None), (GET, MISSING, 1, 2), (GET, OLD, 3, 4)), 2, id="back again"),
        pytest.param(
            calls((DELETE_BUSY, None, 0, None), (ask(operations.GET_AUDIENCE, "busy"), MISSING, 1, 2)),
            1,
            id="a lost deletion got past the guard",
        ),
        pytest.param(calls((RENAME_BUSY, OK, 0, 3), (DELETE_BUSY, NOT_READY, 1, 2)), 0, id="one past the guard"),
    ],
)
def test_a_history_that_no_order_explains_fails_at_an_operation(history: list[Call], failing: int) -> None:
    result = check(history, WORLD, step, ENOUGH)

    assert result.outcome is Outcome.ILLEGAL
    assert result.failing is history[failing]


def test_the_longest_order_that_was_found_leads_to_the_states_in_which_the_next_one_fails() -> None:
    history = calls((GET, OLD, 0, 1), (DELETE, OK, 2, 5), (GET, OLD, 3, 4), (GET, OLD, 6, 7), (GET, MISSING, 8, 9))

    result = check(history, WORLD, step, ENOUGH)

    assert [one.index for one in result.prefix] == [0, 2, 1]
    assert result.failing is history[3]
    assert advance(result.states, GET, OLD).violations[0].requirement == "AUD-DELETE-EFFECT"


def test_a_should_counts_when_the_step_is_told_so() -> None:
    stale = Response(200, data=AudiencePage((ShownAudience("a"),)))
    history = calls((DELETE, OK, 0, 1), (ask(operations.LIST_AUDIENCES, ""), stale, 2, 3))

    assert check(history, WORLD, step, ENOUGH).outcome is Outcome.OK
    assert check(history, WORLD, partial(step, level=Severity.SHOULD), ENOUGH).outcome is Outcome.ILLEGAL


def puzzle(size: int) -> list[Call]:
    """Writes at the same time, of which none explains what is read at the same time."""
    writes = [Operation(index, ("write", 1), 0, 200, 9) for index in range(size)]
    return [*writes, Operation(size, ("read", 0), 0, 7, 9)]


def test_what_was_tried_is_not_tried_again() -> None:
    result = check(puzzle(10), ONE, register, ENOUGH)

    assert (result.outcome, result.explored) == (Outcome.ILLEGAL, 2**10)


def test_what_was_not_answered_and_changes_nothing_costs_nothing() -> None:
    lost: list[Call] = [Operation(index, ("read", 0), 0) for index in range(20, 30)]

    result = check([*puzzle(3), *lost], ONE, register, ENOUGH)

    assert (result.outcome, result.explored) == (Outcome.ILLEGAL, 2**3)


def test_a_search_that_reaches_its_limit_is_unknown() -> None:
    needed = check(puzzle(6), ONE, register, ENOUGH).explored

    assert check(puzzle(6), ONE, register, needed).outcome is Outcome.ILLEGAL
    assert check(puzzle(6), ONE, register, needed - 1).outcome is Outcome.UNKNOWN


def test_a_long_history_of_many_clients_is_decided_with_little_work() -> None:
    rows = [(("write", index % 3), 200, index, index + 4) for index in range(2_000)]

    result = check(calls(*rows), ONE, register, 5_000)

    assert (result.outcome, result.explored) == (Outcome.OK, 2_001)


def test_the_work_does_not_depend_on_the_order_of_what_it_is_given() -> None:
    def backwards(state: Register, request: Word, response: int | None) -> Collection[Register]:
        return sorted(register(state, request, response), key=repr, reverse=True)

    rows = [(("maybe", index), 200, 0, 9) for index in range(5)]
    history = calls(*rows, (("read", 0), 7, 0, 9))
    initial: list[Register] = [1, 2]

    first = check(history, initial, register, ENOUGH)

    assert check(history[::-1], initial[::-1], backwards, ENOUGH) == first
    assert first.explored > len(history)


def test_equal_operations_stay_two() -> None:
    twice = [Operation(index, DELETE, 0, OK, 1) for index in (0, 1)]

    assert check(twice, WORLD, step, ENOUGH).outcome is Outcome.ILLEGAL
    assert check(twice[:1], WORLD, step, ENOUGH).outcome is Outcome.OK


def test_two_operations_of_one_index_are_not_a_history() -> None:
    with pytest.raises(ValueError, match="same index"):
        check([Operation(0, GET, 0, OLD, 1), Operation(0, DELETE, 0, OK, 1)], WORLD, step, ENOUGH)


@pytest.mark.parametrize(("response", "end"), [(OK, None), (None, 1), (OK, -1)])
def test_an_interval_is_closed_by_a_response_and_not_before_it_starts(
    response: Response | None, end: int | None
) -> None:
    with pytest.raises(ValueError, match="operation 0"):
        Operation(0, GET, 0, response, end)


def test_nothing_can_be_so_where_no_state_is_possible_to_begin_with() -> None:
    assert check(calls((GET, OLD, 0, 1)), [], step, ENOUGH).outcome is Outcome.ILLEGAL
