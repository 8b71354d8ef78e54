from dataclasses import replace

from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.violation import Violation
from conformance.results.worker_result import WorkerResult, merge, sent_tokens

EXCHANGE = Exchange(1, "DELETE", "http://t/v1/accounts/g1/audiences/a", (), None, 403, None, (), b"{}", 1.0)


def sent_with(authorization: str) -> Exchange:
    return replace(EXCHANGE, request_headers=(("authorization", authorization),))


def test_the_results_of_workers_are_added_up() -> None:
    first = WorkerResult(
        {"A": Observations(2), "B": Observations(1)}, frozenset({"k1"}), ("t1", "t2"), ("x",), ("note",)
    )
    second = WorkerResult({"A": Observations(3), "B": Observations(1)}, frozenset({"k2"}), ("t2", "t3"), (), ("note",))

    merged = merge([first, second])

    assert {requirement_id: observed.check_count for requirement_id, observed in merged.observations.items()} == {
        "A": 5,
        "B": 2,
    }
    assert (merged.keys, merged.tokens) == ({"k1", "k2"}, ("t1", "t2", "t3"))
    assert (merged.not_torn_down, merged.notes) == (("x",), ("note",))


def test_a_near_miss_that_is_the_key_of_another_worker_is_dropped() -> None:
    misses = [Violation("KEY", "401", "403", (sent_with(f"Bearer {token}"),)) for token in ("k2", "k3")]
    first = WorkerResult({"KEY": Observations(10, tuple(misses))}, frozenset({"k1"}))
    second = WorkerResult({"KEY": Observations(10)}, frozenset({"k2"}))

    merged = merge([first, second]).observations["KEY"]

    assert (merged.check_count, merged.violations) == (19, (misses[1],))


def test_every_credential_that_was_sent_is_known_whatever_its_scheme() -> None:
    sent = ["Bearer abc", "Basic eDp5", "bearer  def", "naked", "Bearer abc"]

    assert sent_tokens(map(sent_with, sent)) == ("abc", "eDp5", "def", "naked")
