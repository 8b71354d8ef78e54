"""Options of `audience-mock serve` for sandboxes and limits."""

import httpx
import pytest

from tests.harness.cli_server import AUTHORIZED, cli_server, startup_error, url_in

LIST = "/v1/accounts/a00000000000000000000001/audiences"


def test_a_rate_limit_holds_for_the_keys_of_every_sandbox() -> None:
    with cli_server("--rate-limit", "2/h") as (_, banner):
        url = url_in(banner)
        sandbox = httpx.post(f"{url}/_mock/sandboxes", json={}).raise_for_status().json()
        own = {"Authorization": f"Bearer {sandbox['keys'][0]['key']}"}

        default = [httpx.get(url + LIST, headers=AUTHORIZED) for _ in range(3)]
        others = [httpx.get(f"{url}/v1/accounts", headers=own) for _ in range(3)]

        for answers in (default, others):
            assert [answer.status_code for answer in answers] == [200, 200, 429]
            assert 1_790 <= int(answers[-1].headers["retry-after"]) <= 1_800


def test_the_number_and_expiry_of_sandboxes_follow_the_options() -> None:
    with cli_server("--max-sandboxes", "2", "--sandbox-expiry", "never") as (_, banner):
        url = url_in(banner)

        created = [httpx.post(f"{url}/_mock/sandboxes", json={}) for _ in range(2)]

        assert [answer.status_code for answer in created] == [201, 409]
        assert created[0].json()["idleExpirySeconds"] is None


def test_a_sandbox_expires_after_an_hour_by_default_and_the_default_sandbox_never() -> None:
    with cli_server() as (_, banner):
        url = url_in(banner)
        httpx.post(f"{url}/_mock/sandboxes", json={}).raise_for_status()

        listed = httpx.get(f"{url}/_mock/sandboxes").json()["sandboxes"]

        assert [sandbox["idleExpirySeconds"] for sandbox in listed] == [None, 3_600]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rate-limit", "60"], "'60' is not a rate; write it like 5/s, 60/m or 1000/h"),
        (["--rate-limit", "0/m"], "is not a rate"),
        (["--max-sandboxes", "0"], "0 is not in the range"),
        (["--sandbox-expiry", "soon"], "'soon' is not a duration"),
        (["--sandbox-expiry", "999ms"], "use 1s to 8760h, or never"),
        (["--sandbox-expiry", "8761h"], "use 1s to 8760h, or never"),
    ],
)
def test_an_invalid_sandbox_option_is_reported_in_one_line(options: list[str], message: str) -> None:
    err = startup_error(*options)

    assert message in err
    assert err.count("\n") == 1
