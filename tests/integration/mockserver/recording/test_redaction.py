"""Secrets, none of which the journal shows."""

import json
from collections.abc import Iterator

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.journal_reader import last_exchange
from tests.harness.sandbox_client import BODY, World

ADMIN = "an-admin-token-that-nobody-may-see"


@pytest.fixture(scope="module")
def alone() -> Iterator[httpx.Client]:
    """A server with an admin token, and a client that has it."""
    with served(Settings(admin_token=ADMIN)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        client.headers["Authorization"] = f"Bearer {ADMIN}"
        yield client


class TestSecrets:
    def test_no_key_and_no_token_is_shown_by_the_journal(self, alone: httpx.Client) -> None:
        odd = "an-odd/key%with everything".replace(" ", '"')
        created = alone.post(
            "/_mock/sandboxes", json={"seed": {"keys": [{"key": odd}], "accountGroups": [{"name": "G"}]}}
        )
        sandbox, group = created.json()["id"], created.json()["accountGroups"][0]["id"]
        for secret in (odd, ADMIN, "sk_test_all_permissions"):
            bearer = {"Authorization": f"Bearer {odd}"}
            path = f"/v1/accounts/{group}/audiences"
            alone.get(f"{path}?cursor={secret}", headers=bearer)
            alone.get(path, params={"cursor": secret}, headers=bearer)
            alone.get(f"{path}/{secret.replace('/', '')}", headers=bearer)
            alone.get(f"/v1/{secret}", headers=bearer)
            alone.post(path, json={"name": secret, "type": "on_demand", secret: 1}, headers=bearer)
            alone.post(path, content=f'{{"name": "{secret}', headers={**bearer, "Content-Type": "application/json"})
            keyed = {**bearer, "Idempotency-Key": secret, "User-Agent": secret, "Prefer": secret}
            alone.post(f"/v1/accounts/{group}/prospecting", json=BODY, headers=keyed)
            alone.get(path, headers={"Authorization": f"Bearer {secret}"})
            alone.get(path, headers={"Authorization": f"Basic {secret}"})
            alone.get(path, headers={"Authorization": secret})

        shown = []
        for name in (sandbox, "default"):
            root = f"/_mock/sandboxes/{name}"
            page = alone.get(f"{root}/journal?limit=1000").json()
            shown += [page, alone.get(f"{root}/findings").json(), alone.post(f"{root}/verify").json()]
            shown += [alone.get(f"{root}/journal/{exchange['number']}").json() for exchange in page["exchanges"]]
        texts = json.dumps(shown, ensure_ascii=False) + json.dumps(shown)

        assert len(shown) > 30
        assert not [secret for secret in (odd, odd.replace('"', '\\"'), odd.replace("/", ""), ADMIN) if secret in texts]
        assert "sk_test_all_permissions" not in texts

    def test_the_key_of_a_deleted_sandbox_is_not_shown(self, world: World) -> None:
        deleted = World.make(world.client)
        deleted.control("DELETE", "")
        deleted.call("GET", f"/audiences?key={deleted.key}")

        default = World(world.client, "default", "", "")

        assert deleted.key not in json.dumps(last_exchange(default))
