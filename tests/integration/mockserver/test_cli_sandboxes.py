"""The options of `audience-mock serve` that are about sandboxes and limits."""

import httpx
import pytest

from tests.integration.mockserver.test_cli import AUTHORIZED, refused, serving, url_in

LIST = "/v1/accounts/a00000000000000000000001/audiences"


def test_a_rate_limit_holds_for_the_keys_of_every_sandbox() -> None:
    with serving("--rate-limit", "2/h") as (_, banner):
        url = url_in(banner)
        made = httpx.post(f"{url}/_mock/sandboxes", json={}).raise_for_status().json()
        own = {"Authorization": f"Bearer {made['keys'][0]['key']}"}

        default = [httpx.get(url + LIST, headers=AUTHORIZED) for _ in range(3)]
        others = [httpx.get(f"{url}/v1/accounts", headers=own) for _ in range(3)]

        for answers in (default, others):
            assert [answer.status_code for answer in answers] == [200, 200, 429]
            assert 1_790 <= int(answers[-1].headers["retry-after"]) <= 1_800


def test_sandboxes_are_as_many_and_stay_as_long_as_it_is_told() -> None:
    with serving("--max-sandboxes", "2", "--sandbox-expiry", "never") as (_, banner):
        url = url_in(banner)

        made = [httpx.post(f"{url}/_mock/sandboxes", json={}) for _ in range(2)]

        assert [answer.status_code for answer in made] == [201, 409]
        assert made[0].json()["idleExpirySeconds"] is None


def test_a_sandbox_stays_for_an_hour_where_it_is_told_nothing_and_the_default_one_for_good() -> None:
    with serving() as (_, banner):
        url = url_in(banner)
        httpx.post(f"{url}/_mock/sandboxes", json={}).raise_for_status()

        listed = httpx.get(f"{url}/_mock/sandboxes").json()["sandboxes"]

        assert [one["idleExpirySeconds"] for one in listed] == [None, 3_600]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rate-limit", "60"], "'60' is not a rate; write it like 5/s, 60/m or 1000/h"),
        (["--rate-limit", "0/m"], "is not a rate"),
        (["--max-sandboxes", "0"], "0 is not in the range"),
        (["--sandbox-expiry", "soon"], "'soon' is not a duration"),
        (["--sandbox-expiry", "999ms"], "use 1s to 8760h, or never"),
        (["--sandbox-expiry", "8761h"], "use 1s to 8760h, or never"),
    ],
)
def test_a_wrong_option_is_one_clear_line(options: list[str], said: str) -> None:
    err = refused(*options)

    assert said in err
    assert err.count("\n") == 1
