from pathlib import Path
from uuid import UUID

import pytest

from conformance.catalogue.requirements import Profile
from conformance.options import Options


def options(
    workers: int | None = None, max_rps: float | None = None, states_url: str | None = "http://127.0.0.1/s"
) -> Options:
    return Options(
        base_url="http://127.0.0.1:8080",
        states_url=states_url,
        states_file=None if states_url else Path("states.toml"),
        api_key=None,
        profile=Profile.FULL,
        seed=1,
        run_id=UUID(int=1),
        max_examples=90,
        timeout=10.0,
        settle=2.0,
        max_rps=max_rps,
        deadline=None,
        max_body=5_000_000,
        headers={},
        states_headers={},
        ca_bundle=None,
        allow_production=False,
        allow_leftovers=False,
        allow_credits=False,
        strict=False,
        selection=None,
        last_failed=False,
        first_failure=False,
        workers=workers,
        expected=None,
        reproduce=None,
        quiet=False,
        reports={},
    )


@pytest.mark.parametrize(
    ("seconds", "max_rps", "workers"),
    [
        (0.002, None, 1),  # it is quick
        (0.2, None, 8),
        (0.2, 20.0, 4),  # more would wait for each other
        (0.2, 2.0, 1),
        (0.06, 1000.0, 8),
        (9.0, 20.0, 8),
    ],
)
def test_a_slow_target_gets_as_many_workers_as_can_be_of_use(
    seconds: float, max_rps: float | None, workers: int
) -> None:
    fitted = options(max_rps=max_rps).with_workers_for(seconds)

    assert fitted.workers == workers
    assert fitted.min_interval == (workers / max_rps if max_rps else 0.0)


def test_a_given_number_of_workers_is_kept() -> None:
    assert options(workers=2).with_workers_for(0.2).workers == 2


def test_states_from_a_file_get_a_single_worker() -> None:
    assert options(states_url=None).with_workers_for(0.2).workers == 1
