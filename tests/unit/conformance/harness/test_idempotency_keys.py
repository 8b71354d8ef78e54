from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from conformance.catalogue.requirements import Profile
from conformance.client.client import RequestOptions
from conformance.harness.context import IDEMPOTENCY_KEY, CheckContext

ANY: Any = None
SEED = 5


def context(run: int) -> CheckContext:
    facts: Any = SimpleNamespace(run_id=UUID(int=run), key_form=None)
    return CheckContext(ANY, ANY, facts, Random(SEED), Profile.FULL, 9)  # noqa: S311  (reproducible on purpose)


def fresh(on: CheckContext) -> str:
    return on.fresh_idempotency_key().headers[IDEMPOTENCY_KEY]


def test_an_idempotency_key_is_a_random_uuid() -> None:
    assert UUID(fresh(context(run=1))).version == 4


def test_two_runs_with_one_seed_have_no_idempotency_key_in_common() -> None:
    one, other = context(run=1), context(run=2)

    assert not {fresh(one) for _ in range(20)} & {fresh(other) for _ in range(20)}


def test_the_idempotency_keys_of_one_run_are_distinct_and_the_same_again() -> None:
    one, same = context(run=1), context(run=1)

    keys = [fresh(one) for _ in range(20)]

    assert len(set(keys)) == 20
    assert keys == [fresh(same) for _ in range(20)]


def test_only_an_idempotency_key_among_the_options_is_replaced() -> None:
    plain, with_key = RequestOptions({"If-Match": "*"}), RequestOptions({IDEMPOTENCY_KEY: "", "If-Match": "*"}, "?x")

    replaced = context(run=1).with_fresh_idempotency_key(with_key)

    assert context(run=1).with_fresh_idempotency_key(plain) is plain
    assert UUID(replaced.headers[IDEMPOTENCY_KEY])
    assert (replaced.headers["If-Match"], replaced.query) == ("*", "?x")
