"""An account group that others use as well, with more audiences than small pages can show."""

import httpx

from tests.harness.suite_command import command
from tests.mutants.server.mutated import Whole, served

KEY = "sk_test_all_permissions"


def crowded(url: str, count: int) -> None:
    """Create many audiences in every account group of the key."""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}) as client:
        groups = [one["id"] for one in client.get("/v1/accounts").json()["data"]["items"]]
        for group in groups:
            for number in range(count):
                body = {"name": f"of somebody else {number}", "type": "on_demand"}
                client.post(f"/v1/accounts/{group}/audiences", json=body).raise_for_status()


def test_long_lists_of_others_break_no_requirement() -> None:
    with served(Whole()) as url:
        crowded(url, 60)
        options = ("--profile", "audiences", "--seed", "1", "-k", "check_pages_are_complete_under_every_size")
        run = command("run", "--base-url", url, "--api-key", KEY, *options)

    assert "FAIL" not in run.stdout
    assert "ok      check_pages_are_complete_under_every_size[AUD-LIST]" in run.stdout
