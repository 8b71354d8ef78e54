"""The search for linearizability, compared with brute force and on histories of the API."""

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
from conformance.concurrency.linearizability import Outcome, SearchResult, TimedOperation, check
from conformance.model.events import AudiencePopulated, AudienceReady, Event, KeyIssued, ProspectingEnded
from conformance.model.judge import advance, step
from conformance.model.messages import AudiencePage, Request, Response, ShownAudience
from conformance.model.state import State
from conformance.model.violation import Severity

HIGH_LIMIT = 100_000
Register = int | None
ONE: list[Register] = [1]
Word = tuple[str, int]
Call = TimedOperation[Any, Any]
Step = Callable[[Any, Any, Any], Collection[Any]]


def register(held: Register, request: Word, response: int | None) -> frozenset[Register]:
    """Step a register that holds a number or nothing; `maybe` takes effect or not, all other requests do."""
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
    """Return whether the step allows any order of the operations with a response and any subset of the others."""
    closed = [operation for operation in history if operation.end is not None]
    unanswered = [operation for operation in history if operation.end is None]
    return any(
        _keeps_time(order) and _is_allowed(order, initial, step)
        for count in range(len(unanswered) + 1)
        for part in combinations(unanswered, count)
        for order in permutations([*closed, *part])
    )


def _keeps_time(order: Sequence[Call]) -> bool:
    return not any(
        later.end is not None and later.end < earlier.start
        for index, earlier in enumerate(order)
        for later in order[index + 1 :]
    )


def _is_allowed(order: Sequence[Call], initial: Collection[Any], step: Step) -> bool:
    states = set(initial)
    for operation in order:
        states = {after for state in states for after in step(state, operation.request, operation.response)}
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
    """Return a strategy of small histories, in which about a fifth of the operations have no response."""
    answered = st.sampled_from([True, True, True, True, False])
    rows = st.lists(st.tuples(calls, intervals(), answered), min_size=2, max_size=most)
    return rows.map(lambda drawn: [_call(index, *row) for index, row in enumerate(drawn)])


def _call(index: int, call: tuple[Any, Any], interval: tuple[int, int], answered: bool) -> Call:  # noqa: FBT001 - drawn
    (request, response), (start, end) = call, interval
    return TimedOperation(index, request, start, response, end) if answered else TimedOperation(index, request, start)


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
    """Return the states after a key, a ready audience named `old`, and an audience that a job populates."""
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
    """Compare the search with brute force on many histories, and count its outcomes."""
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
        result = check(history, initial, step, HIGH_LIMIT)
        counted[result.outcome] += 1

        assert (result.outcome is Outcome.OK) == brute_force(history, initial, step)
        assert result.outcome is not Outcome.UNKNOWN
        assert_proof(result, history, initial, step)

    compare()
    return counted


def assert_proof(
    result: SearchResult[Any, Any, Any], history: list[Call], initial: Collection[Any], step: Step
) -> None:
    """Check that the order of a result is allowed, and that its failing operation is one of the remaining ones."""
    left = [operation for operation in history if operation.end is not None and operation not in result.prefix]

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
        TimedOperation(index, request, start, response, end)
        for index, (request, response, start, end) in enumerate(rows)
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
    result = check(history, WORLD, step, HIGH_LIMIT)

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
    result = check(history, WORLD, step, HIGH_LIMIT)

    assert result.outcome is Outcome.ILLEGAL
    assert result.failing is history[failing]


def test_the_longest_order_leads_to_the_states_in_which_the_next_operation_fails() -> None:
    history = calls((GET, OLD, 0, 1), (DELETE, OK, 2, 5), (GET, OLD, 3, 4), (GET, OLD, 6, 7), (GET, MISSING, 8, 9))

    result = check(history, WORLD, step, HIGH_LIMIT)

    assert [operation.index for operation in result.prefix] == [0, 2, 1]
    assert result.failing is history[3]
    assert advance(result.states, GET, OLD).violations[0].requirement == "AUD-DELETE-EFFECT"


def test_a_lost_update_counts_at_the_severity_of_should_as_it_may_not_have_settled() -> None:
    history = calls((RENAME, NEW, 0, 1), (GET, OLD, 2, 3))

    assert check(history, WORLD, step, HIGH_LIMIT).outcome is Outcome.OK
    strict = check(history, WORLD, partial(step, severity=Severity.SHOULD), HIGH_LIMIT)
    assert (strict.outcome, strict.failing) == (Outcome.ILLEGAL, history[1])


def test_a_should_counts_at_the_severity_of_should() -> None:
    stale = Response(200, data=AudiencePage((ShownAudience("a"),)))
    history = calls((DELETE, OK, 0, 1), (ask(operations.LIST_AUDIENCES, ""), stale, 2, 3))

    assert check(history, WORLD, step, HIGH_LIMIT).outcome is Outcome.OK
    assert check(history, WORLD, partial(step, severity=Severity.SHOULD), HIGH_LIMIT).outcome is Outcome.ILLEGAL


def puzzle(size: int) -> list[Call]:
    """Return concurrent writes, none of which explains a concurrent read."""
    writes = [TimedOperation(index, ("write", 1), 0, 200, 9) for index in range(size)]
    return [*writes, TimedOperation(size, ("read", 0), 0, 7, 9)]


def test_a_tried_configuration_is_not_tried_again() -> None:
    result = check(puzzle(10), ONE, register, HIGH_LIMIT)

    assert (result.outcome, result.explored) == (Outcome.ILLEGAL, 2**10)


def test_operations_without_response_and_effect_cost_nothing() -> None:
    lost: list[Call] = [TimedOperation(index, ("read", 0), 0) for index in range(20, 30)]

    result = check([*puzzle(3), *lost], ONE, register, HIGH_LIMIT)

    assert (result.outcome, result.explored) == (Outcome.ILLEGAL, 2**3)


def test_a_search_that_reaches_its_limit_is_unknown() -> None:
    needed = check(puzzle(6), ONE, register, HIGH_LIMIT).explored

    assert check(puzzle(6), ONE, register, needed).outcome is Outcome.ILLEGAL
    assert check(puzzle(6), ONE, register, needed - 1).outcome is Outcome.UNKNOWN


def test_a_long_history_of_many_clients_needs_little_work() -> None:
    rows = [(("write", index % 3), 200, index, index + 4) for index in range(2_000)]

    result = check(calls(*rows), ONE, register, 5_000)

    assert (result.outcome, result.explored) == (Outcome.OK, 2_001)


def test_the_work_does_not_depend_on_the_order_of_operations_and_states() -> None:
    def backwards(state: Register, request: Word, response: int | None) -> Collection[Register]:
        return sorted(register(state, request, response), key=repr, reverse=True)

    rows = [(("maybe", index), 200, 0, 9) for index in range(5)]
    history = calls(*rows, (("read", 0), 7, 0, 9))
    initial: list[Register] = [1, 2]

    first = check(history, initial, register, HIGH_LIMIT)

    assert check(history[::-1], initial[::-1], backwards, HIGH_LIMIT) == first
    assert first.explored > len(history)


def test_equal_operations_with_different_indexes_stay_two() -> None:
    twice = [TimedOperation(index, DELETE, 0, OK, 1) for index in (0, 1)]

    assert check(twice, WORLD, step, HIGH_LIMIT).outcome is Outcome.ILLEGAL
    assert check(twice[:1], WORLD, step, HIGH_LIMIT).outcome is Outcome.OK


def test_a_history_with_the_same_index_twice_is_invalid() -> None:
    with pytest.raises(ValueError, match="same index"):
        check([TimedOperation(0, GET, 0, OLD, 1), TimedOperation(0, DELETE, 0, OK, 1)], WORLD, step, HIGH_LIMIT)


@pytest.mark.parametrize(("response", "end"), [(OK, None), (None, 1), (OK, -1)])
def test_an_interval_with_a_contradictory_end_is_invalid(response: Response | None, end: int | None) -> None:
    with pytest.raises(ValueError, match="operation 0"):
        TimedOperation(0, GET, 0, response, end)


def test_a_history_without_an_initial_state_is_illegal() -> None:
    assert check(calls((GET, OLD, 0, 1)), [], step, HIGH_LIMIT).outcome is Outcome.ILLEGAL
