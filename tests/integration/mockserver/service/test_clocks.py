"""Events that the clock of a sandbox brings about, and the expiry of keys."""

from typing import Any

import pytest

from mockserver.domain.instant import iso
from tests.harness.clocked_server import ClockedServer, advance
from tests.harness.sandbox_client import BODY, World


class TestEvents:
    def test_an_advance_of_the_clock_returns_all_events_in_order(self, frozen: World) -> None:
        frozen.control("PUT", "/job-pace", {"pace": "time", "durationMs": 20_000})
        begun = frozen.control("GET", "/clock")["now"]
        job = frozen.call("POST", "/prospecting", BODY | {"maxResults": 10}, headers={"Idempotency-Key": "k"}).json()
        frozen.control("POST", "/keys", {"expiresAt": "2090-01-01T00:00:00Z", "accountGroupIds": [frozen.group]})
        frozen.control("PUT", f"/keys/{frozen.key}/limit", {"rate": "1/m"})
        assert [frozen.call("GET", "/audiences").status_code for _ in range(2)] == [200, 429]

        moved = advance(frozen, 24 * 3_600)

        events = [(event["event"], event["at"]) for event in moved["events"]]
        assert [name for name, _ in events] == [
            "job-started",
            "job-ended",
            "limit-lifted",
            "limit-refilled",
            "idempotency-key-forgotten",
        ]
        assert [at for _, at in events] == sorted(at for _, at in events)
        assert events[-1][1] == moved["now"]
        assert begun < events[0][1]
        assert moved["events"][1] == {
            "at": events[1][1],
            "event": "job-ended",
            "jobId": job["data"]["jobId"],
            "accountGroupId": frozen.group,
            "audienceId": moved["events"][0]["audienceId"],
            "outcome": "completed",
            "imported": 10,
        }
        assert moved["changes"] == [{"jobId": job["data"]["jobId"], "from": "queued", "to": "completed"}]
        assert frozen.call("GET", "/audiences").json()["data"]["items"][0]["prospectCount"] == 10

    def test_a_second_advance_repeats_no_event(self, frozen: World) -> None:
        frozen.started()
        advance(frozen, 60)

        assert advance(frozen, 60)["events"] == []


class TestKeyExpiry:
    def test_an_expired_key_is_401_with_the_reason_and_can_be_prolonged(self, frozen: World) -> None:
        now = frozen.control("GET", "/clock")["now"]
        changed = frozen.control("PATCH", f"/keys/{frozen.key}", {"expiresAt": "2090-01-01T00:00:00+01:00"})
        assert changed["expiresAt"] == "2089-12-31T23:00:00.000Z"
        assert frozen.call("GET", "/audiences").status_code == 200

        frozen.control("PATCH", f"/keys/{frozen.key}", {"expiresAt": now})
        refused = frozen.call("GET", "/audiences")
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "UNAUTHORIZED")
        assert f"the key expired at {now}" in refused.json()["error"]["message"]

        assert frozen.control("PATCH", f"/keys/{frozen.key}", {"expiresAt": None})["expiresAt"] is None
        assert frozen.call("GET", "/audiences").status_code == 200

    def test_a_key_that_expires_during_an_advance_is_returned_as_an_event(
        self, frozen: World, server: ClockedServer
    ) -> None:
        at = iso(server.clock.now() + 5_000)
        body = {"accountGroupIds": [frozen.group], "expiresAt": at}
        key = frozen.control("POST", "/keys", body)["key"]
        assert frozen.call("GET", "/audiences", key=key).status_code == 200

        moved = advance(frozen, 5)

        assert moved["events"] == [{"at": at, "event": "key-expired", "key": key}]
        assert frozen.call("GET", "/audiences", key=key).status_code == 401

    @pytest.mark.parametrize(
        "instant", ["tomorrow", "2030-01-01", "2030-01-01T00:00:00", "9000-01-01T00:00:00Z", 5, ""]
    )
    def test_an_invalid_expiry_of_a_key_is_400_and_changes_nothing(self, frozen: World, instant: Any) -> None:
        before = frozen.control("GET", "/keys")

        for method, path in (("POST", "/keys"), ("PATCH", f"/keys/{frozen.key}")):
            url = f"/_mock/sandboxes/{frozen.sandbox}{path}"
            answer = frozen.client.request(method, url, json={"expiresAt": instant})
            assert answer.status_code == 400
            assert "expiresAt" in answer.json()["reason"]

        assert frozen.control("GET", "/keys") == before
